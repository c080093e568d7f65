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
    "browser/test_explanations.py": ("test_can_be_read[desktop-gradient]",),
    "browser/test_notebook.py": (),
    "browser/test_pictures.py": ("test_can_be_read[a product]",),
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
    "practice/test_diagnosis.py": ("test_a_right_answer_is_never_called_wrong[pencil-range(0, 2)]",),
    "practice/test_page.py": ("test_lines_break_between_words",),
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
