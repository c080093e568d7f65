"""Which tests run while one works (`make test`), and which more before a change lands (`make test-all`).

What starts many processes, compilers, browsers or PyTorch, or looks at every number, takes its time. Of each such file,
or test for many cases (FILE::TEST), those that are named here, its canaries, run always: what breaks the whole kind is
seen at once.
"""

from __future__ import annotations

from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
SLOW: dict[str, tuple[str, ...]] = {
    "bench/test_measure.py": ("test_a_peer_with_nonsense_is_left_out_and_named",),
    "bench/test_peers.py": (),
    "browser/test_actions.py": ("test_a_number_is_set[transformer.h.0.attn.c_attn.weight[0,1,0,0]-0.1-0.1]",),
    "browser/test_checkers.py": (),
    "browser/test_explanations.py": ("test_can_be_read[desktop-gradient]",),
    "browser/test_explorer_actions.py": ("test_the_first_minute_leads_from_the_loss_to_a_weight_and_its_update",),
    "browser/test_map.py": (),
    "browser/test_firefox.py": (),
    "browser/test_for_everybody.py": (),
    "browser/test_german.py": ("test_english_and_points_are_found",),
    "browser/test_hostile.py": ("test_a_word_that_is_markup_is_found",),
    "browser/test_notebook.py": (),
    "browser/test_page_in_notebook.py": (),
    "browser/test_panel.py": (),
    "browser/test_pictures.py": ("test_can_be_read[a product]",),
    "browser/test_readings.py": ("test_what_is_wrong_is_found",),
    "browser/test_robust.py": ("test_a_spoiled_file_says_what_is_wrong[a word]",),
    "browser/test_sheet_page.py": ("test_by_keys_alone_to_the_code",),
    "browser/test_sheet_shown.py": (),
    "browser/test_sheet_verdicts.py": ("test_a_page_in_german",),
    "browser/test_walk.py": ("test_by_clicks[a weight]",),
    "browser/test_worksheets.py": ("test_can_be_read[six-sheets-desktop]",),
    "cli/test_eighty_columns.py": ("test_words_stay_whole[train]", "test_folded"),
    "cli/test_imports.py": (),
    "cli/test_exercise.py::test_what_is_shown_between_two_prompts_fits_the_screen": (
        "test_what_is_shown_between_two_prompts_fits_the_screen[pencil-8-False]",
    ),
    "cli/test_loss.py::test_what_takes_long_says_so": (),
    "cli/test_options.py::test_an_error_on_a_terminal": (
        "test_an_error_on_a_terminal[explain loss --learnin_rate 0.1]",
        "test_an_error_on_a_terminal[generate --compile False]",
    ),
    "cli/test_show.py::test_signs_and_shades_where_there_are_none": (
        "test_signs_and_shades_where_there_are_none[{'TERM': 'dumb'}]",
    ),
    "cli/test_terminal.py": (
        "test_live_line",
        "test_the_live_line_fits[80]",
        "test_interrupted_with_ctrl_c",
        "test_no_colour",
        "test_prompts",
        "test_the_report_opens_in_a_pager[{'PAGER': 'less'}]",
        "test_all_of_the_report_is_on_the_page",
        "test_ctrl_c_that_does_not_wait",
    ),
    "language/test_no_english.py": (
        "test_exercises[score]",
        "test_worksheets_and_keys[six-sheets]",
        "test_exercises_are_the_same_in_all_languages[score]",
    ),
    "docs/test_commands.py": ("test_a_page_does_what_it_says[docs/how-it-works]",),
    "engines/test_c.py": ("test_as_in_training[demo]",),
    "engines/test_c_programs.py": ("test_random_programs[4 lanes]",),
    "engines/test_c_sanitized.py": (),
    "engines/test_c_state.py": (),
    "engines/test_cache.py": (),
    "engines/test_javascript.py::test_every_number_of_an_iteration": ("test_every_number_of_an_iteration[biases]",),
    "engines/test_compiler_process.py": ("test_a_time_limit",),
    "engines/torch/test_sharding.py": (),
    "printers/test_c_program.py": ("test_it_trains_as_python_does[pencil-fast]",),
    "page/test_derived.py": (
        "test_an_element_of_every_formula_and_more_are_explained_alike[pencil]",
        "test_a_number_is_used_by_the_same_numbers[pencil]",
    ),
    "page/test_explained_edits.py": ("test_nothing_of_a_gradient_passes_a_number_that_is_set[ln_f.mean[0,2]]",),
    "page/test_german.py::test_what_is_said_of_a_number_is_what_python_says": (
        "test_what_is_said_of_a_number_is_what_python_says[gradients]",
    ),
    "page/test_whole_numbers.py": ("test_numbers_of_a_formula_down_to_random_ones[pencil at 1]",),
    "page/test_addresses.py::test_every_form_is_read_alike": ("test_every_form_is_read_alike[prompt]",),
    "page/test_explained.py::test_what_is_said_of_a_number_is_what_python_says": (
        "test_what_is_said_of_a_number_is_what_python_says[pencil]",
    ),
    "page/test_addresses.py::test_what_nobody_would_write_is_read_alike": (),
    "page/test_words_of_strangers.py::test_words_are_called_and_found_as_in_python": (),
    "page/test_contents.py": (
        "test_json_keeps_all_of_it[pencil]",
        "test_what_is_given_is_there_bit_for_bit[pencil]",
        "test_training_goes_on_with_the_batches_that_python_draws[pencil-settings2]",
    ),
    "page/test_arithmetic.py": ("test_operators_are_pythons",),
    "page/test_mathml.py": ("test_every_formula_of_a_model[pencil]", "test_numbers[1e-06]"),
    "page/test_view_numbers.py::test_a_column_has_the_digits_of_its_numbers": (),
    "page/test_whose_numbers.py::test_start_weights_are_followed_to_their_draws": (
        "test_start_weights_are_followed_to_their_draws[2 wide-0]",
    ),
    "page/test_editing.py::test_what_follows_is_what_python_computes": (),
    "page/test_editing.py::test_every_bit_comes_back": ("test_every_bit_comes_back[pencil]",),
    "page/test_editing.py::test_explanations_give_the_numbers_that_follow_from_what_is_set": (),
    "page/test_engine.py": ("test_every_number_is_the_reference_engines[pencil]",),
    "page/test_training_on.py": (
        "test_losses_follow_train",
        "test_other_models_follow_train_too[dropout-pencil-settings4]",
    ),
    "page/test_tours.py": ("test_the_demo_s_stops", "test_parts_are_called_as_in_python[pencil]"),
    "page/test_why_in_pages.py": ("test_parts_are_those_of_python[pencil at 1-50]",),
    "page/test_writing.py": ("test_words_are_those_that_generate_writes[pencil-pencil]",),
    "practice/test_diagnosis.py": ("test_a_right_answer_is_never_called_wrong[pencil-range(0, 2)]",),
    "practice/test_page.py": ("test_lines_break_between_words",),
    "practice/browser/test_sheet.py::test_what_the_key_of_a_worksheet_accepts_is_right": (
        "test_what_the_key_of_a_worksheet_accepts_is_right[six-sheets]",
    ),
    "cli/test_class_read.py": ("test_codes_on_the_command_line", "test_a_terminal_shows_it", "test_german"),
    "cli/test_what_if_in_pytorch.py": (
        "test_diff_of_checkpoints",
        "test_generated_words_and_their_probabilities[h.0.mid[:,:,3]=0.5]",
        "test_other_words_are_found_out",
    ),
    "cli/test_whose.py::test_the_first_line_says_which_model_it_is": (
        "test_the_first_line_says_which_model_it_is[('--prompt', 'hello', '--checkpoint', 'out')-Model: out, trained "
        "for 20 iterations]",
    ),
    "explain/test_forms.py::test_pages_are_well_formed": ("test_pages_are_well_formed[pencil]",),
    "printers/test_pages.py::test_a_document_compiles_and_nothing_runs_off_the_page": (
        "test_a_document_compiles_and_nothing_runs_off_the_page[demo]",
    ),
    "trace/test_watch.py::test_training_does_not_notice": ("test_training_does_not_notice[numpy]",),
    "practice/browser/test_sheet.py::test_the_same_conversation_ends_with_the_same_summary": (
        "test_the_same_conversation_ends_with_the_same_summary[0]",
    ),
    "cli/test_why.py::test_on_a_terminal": ("test_on_a_terminal[more0-80-24]",),
    "model/test_gradients.py::test_gradient_is_the_slope": (
        "test_gradient_is_the_slope[pencil-loss]",
        "test_gradient_is_the_slope[pencil-nll]",
    ),
    "schedule/test_schedule.py::test_the_best_tile_fits_into_the_registers": (
        "test_the_best_tile_fits_into_the_registers[1-1-8]",
    ),
    "model/test_why.py::test_parts_add_up_to_every_logit": ("test_parts_add_up_to_every_logit[False-trained]",),
    "practice/browser/test_codes.py": (
        "test_javascript_writes_the_same_codes",
        "test_one_wrong_letter_is_noticed",
        "test_the_description_is_enough_to_write_another_reader",
    ),
    "trace/test_set_in_pytorch.py": ("test_what_is_set_is_what_a_hook_in_pytorch_does[pencil]",),
    "cli/test_pages.py::test_a_page_that_would_be_too_large": (),
    "cli/test_pages.py::test_ten_questions_are_small": (),
    "cli/test_pages.py::test_thirty_copies_can_be_sent_by_mail": (),
    "practice/browser/test_contents.py": (
        "test_every_box_can_be_filled_in[score-0]",
        "test_answers_are_the_trace_s_and_the_key_s[softmax]",
        "test_what_is_accepted_is_all_that_exercise_and_the_key_accept[score]",
        "test_mistakes_are_those_of_exercise[score]",
        "test_hints_lead_to_the_answer[softmax]",
        "test_the_last_question_solves_backwards[score]",
        "test_what_a_view_prints_comes_back_as_it_was",
    ),
    "practice/browser/test_keys.py": ("test_what_the_key_says_is_right_on_the_page[score]",),
    "practice/browser/test_verdicts.py": (
        "test_the_page_says_what_exercise_says[score]",
        "test_a_right_answer_is_never_called_wrong[softmax]",
        "test_in_german",
    ),
    "explain/test_beginnings.py": (),
    "explain/test_every_number.py": ("test_formulas_with_their_numbers_give_the_number[pencil-1]",),
    "explain/test_gradients.py": ("test_nudging[characters]",),
    "explain/test_ledgers.py": (
        "test_ledgers_add_up[pencil]",
        "test_a_wrong_ledger_is_found",
        "test_letters_are_those_of_the_formula",
        "test_two_letters_that_happen_to_run_alike",
        "test_an_element_times_itself_is_no_product_of_operands",
        "test_shares_of_what_is_no_number",
    ),
    "explain/test_notes.py": ("test_who_says_what[pocket]",),
    "explain/test_rounding.py": ("test_which_numbers_are_meant", "test_a_five_is_rounded_up"),
    "trace/test_precision.py": (
        "test_every_number_is_that_of_the_definition[pencil]",
        "test_pytorch_agrees[pencil]",
        "test_explanations_are_their_expressions[pencil]",
        "test_a_number_in_single_precision_would_be_found",
        "test_single_precision_is_what_training_computes[pencil]",
        "test_no_copy_of_all_weights",
    ),
    "trace/test_stored_everywhere.py": ("test_the_same_explanation[demo-d.]", "test_pytorch_has_it_there[demo]"),
    "trace/test_renamed.py": ("test_explanations", "test_exercises[score]"),
    "model/test_why.py::test_engines_agree": ("test_engines_agree[pencil]", "test_engines_agree[biases]"),
    "practice/booklet/test_booklets.py": ("test_the_same_seed_gives_the_same_booklet[six sheets]",),
    "practice/booklet/test_numbers.py": ("test_six_sheets[1337]",),
    "views/test_every_fact.py::test_typst_compiles_an_explanation": ("test_typst_compiles_an_explanation[forward]",),
    "views/test_svg.py::test_every_tensor_has_one": ("test_every_tensor_has_one[pencil-0]",),
    "test_mutants.py": (),
    "test_tiers.py": (),
    "training/test_damaged_checkpoint.py": (),
    "training/test_engines.py": ("test_stopped_and_resumed_is_the_same_run[0.0-33]",),
    "training/test_kill.py": ("test_killed_at_a_random_moment[0]",),
    "training/test_loop.py": (),
    "training/test_many_processes.py": ("test_differences_are_seen", "test_two_equal_one[every process has the model]"),
    "training/test_twin.py": ("test_two_hundred_iterations_of_the_demo[numpy]",),
    "interop/test_hugging_face.py": ("test_the_same_model[one file]",),
    "interop/test_vocabularies.py": ("test_characters_and_one_longer_entry",),
}


def mark(items: list[pytest.Item]) -> None:
    """Mark the slow ones as `slow`, so that `-m "not slow"` leaves them out."""
    for item in (item for item in items if item.path.is_relative_to(TESTS)):
        path, test = item.path.relative_to(TESTS).as_posix(), item.name.partition("[")[0]
        canaries = SLOW.get(path, SLOW.get(f"{path}::{test}"))
        if canaries is not None and item.name not in canaries:
            item.add_marker(pytest.mark.slow)
