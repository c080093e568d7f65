"""The numbers in the text of the pages, and where each of them comes from.

A fact is a piece of a page's text, its lines joined, and a function that says whether it is true. `test_numbers.py`
checks every fact, and that no number on a page is without one.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from statistics import mean

from gpt_by_hand import GPT
from gpt_by_hand.cli.prepare import Options as PrepareOptions
from gpt_by_hand.data.prepare import (
    CHAR_PHRASES,
    DEMO_VOCABULARY,
    PENCIL_PHRASES,
    SHAKESPEARE_CHARACTERS,
    WORD_PHRASES,
    built_in_tokenizer,
)
from gpt_by_hand.data.tokenizers import build_word_tokenizer
from gpt_by_hand.engines.torch import processes
from gpt_by_hand.explain.explainer import MOST
from gpt_by_hand.layout.sentences import SENTENCES
from gpt_by_hand.layout.sentences.german import TRANSLATION
from gpt_by_hand.meanings import meanings
from gpt_by_hand.model.config import MODEL_PRESETS
from gpt_by_hand.model.gpt import iteration
from gpt_by_hand.model.size import parameter_counts
from gpt_by_hand.page.write import MOST_NUMBERS, numbers_of
from gpt_by_hand.practice.arithmetic import read
from gpt_by_hand.practice.browser import codes
from gpt_by_hand.training.choice import is_repaid
from gpt_by_hand.training.config import BY_HAND, TrainConfig
from tests.docs import perfect, splits
from tests.docs.known import (
    DEMO,
    QUICK,
    TRAIN,
    demo_data,
    exit_code,
    first_iteration,
    largest_change,
    last_losses,
    losses_shown,
    nothing_changes_at_first,
    perfect_on_val,
    preset,
    root_derivative_is_right,
    same_number,
    second_iteration,
    shown_in_a_block,
    torch_begins_with_the_same_numbers,
    windows,
    word_is,
)
from tests.docs.markdown import ROOT
from tests.docs.parts import ADDRESS, GPT2, PARTS, example_run
from tests.docs.project import PROJECT
from tests.support.confirmed import rounded

Facts = dict[str, Callable[[], bool]]

README: Facts = {
    "**-0.00422875**": lambda: rounded(first_iteration()[ADDRESS], "-0.00422875"),
    "Head 1 of the first block": lambda: ADDRESS.startswith("h.0.attn.scores[0,1,"),
    "has 6,864 parameters, the smallest one here 252": lambda: (
        [sum(parameter_counts(MODEL_PRESETS[name]).values()) for name in ("demo", "pencil")] == [6864, 252]
    ),
    "GPT-2's smallest has 124,439,808": lambda: sum(parameter_counts(GPT2).values()) == 124439808,
    "Python 3.10 or newer": lambda: PROJECT["requires-python"] == ">=3.10",
    "what 200 iterations buy": lambda: shown_in_a_block("README.md", "iteration   200:"),
    '`gpt-by-hand explain "h.0.attn.scores[0,1,3,1]" --format svg`': lambda: ADDRESS == "h.0.attn.scores[0,1,3,1]",
}
TRAIN_PAGE: Facts = {
    "among 32 words scores ln 32 = 3.4657": lambda: rounded(math.log(DEMO.vocab_size), "3.4657"),
    "drawn at random from eight": lambda: len(WORD_PHRASES) == 8,
    "at 8 of every 66 tokens": lambda: (len(perfect.PHRASES), sum(map(len, perfect.PHRASES))) == (8, 66),
    "scores (8/66) · ln 8 = 0.2521": lambda: (
        rounded(8 / 66 * math.log(8), "0.2521") and rounded(perfect.expected(8)[-1], "0.2521")
    ),
    "a window of 8 tokens": lambda: DEMO.seq_length == 8,
    "costs 1.7062 on average": lambda: rounded(perfect.expected(8)[0], "1.7062"),
    "Over all 8 positions a perfect predictor scores **0.4443**": lambda: rounded(mean(perfect.expected(8)), "0.4443"),
    "2,000 iterations of 16 sequences": lambda: (TRAIN.max_iters, TRAIN.rows, QUICK.rows) == (2000, 16, 16),
    "| 3e-4 falling to 3e-5 | 1e-2 falling to 1e-3 |": lambda: (
        (TRAIN.learning_rate, TRAIN.min_lr, QUICK.learning_rate, QUICK.min_lr) == (3e-4, 3e-5, 1e-2, 1e-3)
    ),
    "| about 1.34 | about 0.4 |": lambda: losses_shown() == ["0.4", "1.34"],
    "3e-4 is a step size": lambda: TRAIN.learning_rate == 3e-4,
    "until iteration 2,000 (`--lr_decay_iters`)": lambda: TRAIN.lr_decay_iters == 2000,
    "a run of 200 iterations": lambda: TRAIN.lr_decay_iters > 200,
    "ends at about 0.4, below 0.4443": lambda: losses_shown()[0] == "0.4" and last_losses()[0] < 0.4443,
    "looks at 80 random windows": lambda: TRAIN.eval_iters * TRAIN.batch_size == 80,
    "scatters by about 0.02": lambda: rounded(perfect_on_val().std() / math.sqrt(80), "0.02"),
    "all of its 332 windows a perfect predictor scores 0.4226": lambda: (
        len(perfect_on_val()) == 332 and rounded(perfect_on_val().mean(), "0.4226")
    ),
    "Here 200 iterations are not, and 2,000 are.": lambda: (
        [is_repaid(DEMO, train, n) for train in (TRAIN, QUICK) for n in (200, 2000)] == [False, True] * 2
    ),
}
TRACE_PAGE: Facts = {
    "of iterations 0 and 1": lambda: BY_HAND["max_iters"] == 2,
    "16 numbers each": lambda: DEMO.dim_embedding == 16,
    "each of the 32 words": lambda: DEMO.vocab_size == 32,
    "row `3 by`, column `1 gpt`": lambda: (
        shown_in_a_block("docs/trace.md", "  3 by  ") and shown_in_a_block("docs/trace.md", "  1 gpt  ")
    ),
    "second micro-step scores 3.431; the mean of both is 3.459": lambda: (
        first_iteration().says("sequence_loss[1]", "3.431") and first_iteration().says("loss", "3.459")
    ),
    "is longer than 1 and is cut to length 1": lambda: TRAIN.grad_clip == 1 < example_run()["clip.norm"],
    "starts at 0 and grows during the warm-up, so iteration 0 changes no weight": nothing_changes_at_first,
    "a learning rate of 3e-4 · 1 / 100": lambda: second_iteration()["learning_rate"] == 3e-4 * 1 / 100,
    "the learning rate, 3e-06": lambda: 2.9e-6 < largest_change() < 3.05e-6,
    "`h.0.attn.scores[0,1,3,1]` is the score in the walk, and so is `h.0.attn.scores[b=0,h=1,i=3,j=1]`": lambda: (
        same_number(ADDRESS.split("[")[1][:-1], "0,1,3,1", "b=0,h=1,i=3,j=1")
    ),
    "`logits[0,4,world]`": lambda: word_is("logits[0,4,world]", "logits[0,4,31]"),
    "`logits[0,hand,:]`": lambda: word_is("logits[0,hand,:]", "logits[0,5,:]"),
    "`transformer.wte.weight[gpt,3]`": lambda: word_is("transformer.wte.weight[gpt,3]", "transformer.wte.weight[8,3]"),
    "is `[2, 8, 16]`, sequences, positions and channels; the logits are `[2, 8, 32]`": lambda: (
        [example_run()[name].shape for name in ("embed", "logits")] == [(2, 8, 16), (2, 8, 32)]
    ),
}
BY_HAND_PAGE: Facts = {
    "the -0.00422875 that": lambda: rounded(first_iteration()[ADDRESS], "-0.00422875"),
    "those of seed 1337": lambda: TRAIN.seed == 1337,
    "prints -0.00422875 for this score": lambda: (
        shown_in_a_block("docs/trace.md", "-0.00422875") and first_iteration().allows(ADDRESS, "-0.00422875")
    ),
}
GENERATE_PAGE: Facts = {
    "`demo:7` is the demo with the first weights that seed 7 draws": lambda: all(
        (GPT.load("demo:7").weights[name] == drawn).all() for name, drawn in GPT.from_preset("demo", 7).weights.items()
    ),
    "With `--temperature 0` the likeliest word is always taken": lambda: (
        GPT.from_preset().generate("hello", temperature=0) == GPT.from_preset().generate("hello", top_k=1)
    ),
}
DATA_PAGE: Facts = {
    "Among what the model sees while it trains are these:": lambda: all(
        sequence in windows(demo_data().train)[:, :8].tolist()
        for sequence in ([28, 0, 5, 0, 23, 0, 21, 0], [4, 0, 12, 0, 26, 0, 17, 0])
    ),
    "about 1.1 MB": lambda: "downloads 1.1 MB" in meanings(PrepareOptions)["what"],
    "the 31 most common ones": lambda: DEMO_VOCABULARY - 1 == 31,
    "all 65.": lambda: len(SHAKESPEARE_CHARACTERS) == 65,
    "the N - 1 most common entries": lambda: build_word_tokenizer("a a b b c d", 3).words == (" ", "a", "<UNK>"),
    "vocabulary is padded to 32 entries": lambda: (
        len(built_in_tokenizer("tiny_demo")) == 32 > len({c for phrase in CHAR_PHRASES for c in phrase})
    ),
    "exactly 32 entries": lambda: len(demo_data().tokenizer) == 32,
}
CONFIGURATION_PAGE: Facts = {
    "about 1,000 parameters, exactly 1,112: one block, width 8": lambda: preset("pocket", 1112, 1, 2, 8, 8, 32),
    "252 parameters, one block, one head, width 4, windows of 4 words": lambda: preset("pencil", 252, 1, 1, 4, 4, 8),
    "a language of eight words": lambda: len({word for phrase in PENCIL_PHRASES for word in phrase.split()}) == 8,
    "weights are rounded to one decimal": lambda: MODEL_PRESETS["pencil"].init_decimals == 1,
    "804,096 parameters, 65 characters, windows of 64": lambda: preset("shakespeare", 804096, 4, 4, 128, 64, 65),
}
CONTRIBUTING: Facts = {
    "of Node.js 18.18 or newer": lambda: (
        json.loads((ROOT / "package-lock.json").read_text())["packages"]["node_modules/eslint"]["engines"]["node"]
    ).startswith("^18.18.0 ")
}

EXPLORER_PAGE: Facts = {
    "since the learning rate of the first is 0:": lambda: first_iteration()["learning_rate"] == 0,
    "`shakespeare` has 10,568,046 and is refused": lambda: (
        numbers_of(iteration(MODEL_PRESETS["shakespeare"], TrainConfig().update_rule, 2)) == 10_568_046 > MOST_NUMBERS
    ),
}

EXPLAIN_PAGE: Facts = {"at most 10,000 numbers are explained at once": lambda: MOST == 10_000}
API_PAGE: Facts = {
    "the exit code is 2": lambda: exit_code("train", "--num_heads", "3") == 2,
}
NOTATION: Facts = {
    "`h.0.attn.scores[0,1,hand,gpt]`": lambda: word_is("h.0.attn.scores[0,1,hand,gpt]", "h.0.attn.scores[0,1,5,1]"),
    "48 rows and 16 columns;": lambda: (3 * DEMO.dim_embedding, DEMO.dim_embedding) == (48, 16),
    "3 · 2 · 8 rows and 16 columns": lambda: (DEMO.num_heads, DEMO.head_size, DEMO.dim_embedding) == (2, 8, 16),
    "the keys have 4 channels and the queries 8": lambda: "d is 8 in q but 4 in k" in PARTS["check-error"](),
    "1 / sqrt(x) is -(1 / sqrt(x))³ / 2, and 1 / sqrt(x)": root_derivative_is_right,
    "`h.0.attn.scores[0,1,3,2]`, or the same with names, `h.0.attn.scores[b=0,h=1,i=3,j=2]`": lambda: same_number(
        "0,1,3,2", "b=0,h=1,i=3,j=2"
    ),
    "`transformer.h.0.attn.c_attn.weight[17,3]` is `[1,0,1,3]`": lambda: (
        example_run().explain("transformer.h.0.attn.c_attn.weight[17,3]").address
        == "transformer.h.0.attn.c_attn.weight[1,0,1,3]"
    ),
    'for position 2 of `gpt by hand` that is `What is "by" looking for?`': lambda: (
        'what is "by" looking for?'
        in GPT.from_preset("demo").trace("gpt by hand").explain("h.0.attn.q[0,0,2,0]").meaning
    ),
}
HOW: Facts = {
    '`gpt-by-hand explain "h.0.attn.scores[0,1,3,1]"` shows an attention score, -0.00422875.': lambda: (
        ADDRESS == "h.0.attn.scores[0,1,3,1]" and rounded(first_iteration()[ADDRESS], "-0.00422875")
    ),
    "a batch of 1 and two micro-steps": lambda: (
        (BY_HAND["batch_size"], BY_HAND["gradient_accumulation_steps"]) == (1, 2)
    ),
    "`torch.manual_seed(1337); torch.randn(16)` begins with the same numbers": torch_begins_with_the_same_numbers,
}
GLOSSARY: Facts = {
    "among 32 equally likely tokens has ln 32 = 3.4657 nats": lambda: rounded(math.log(32), "3.4657"),
    "so their shares are 0": lambda: example_run()["h.0.attn.weights[0,1,1,3]"] == 0,
    "`h.0.attn.scores[0,1,3,1]`": lambda: bool(example_run()[ADDRESS]),
}
SCALE: Facts = {
    "GPT-2's 50,257 tokens": lambda: MODEL_PRESETS["gpt2"].vocab_size == 50257,
    "multiples of 64: with `--vocab_size 50304`": lambda: (
        50304 % 64 == 0 and 0 < 50304 - MODEL_PRESETS["gpt2"].vocab_size < 64
    ),
    "An update is the mean over all of its sequences, however they are split into steps": splits.same_update,
    "which sequences are drawn depends on the split": splits.other_sequences,
    "an evaluation looks at `eval_iters` times `batch_size` of them": splits.evaluated_sequences,
    "(after 20 seconds if it hangs)": lambda: processes.MISSED * processes.BEAT == 20,
}

LANGUAGES_PAGE: Facts = {
    "together more than 700 sentences": lambda: len(SENTENCES) > 700,
    "more than 180 texts": lambda: len(TRANSLATION.model) > 180,
}
TEACHERS: Facts = {
    "`0.31`, `.31`, `0,31`, as a fraction": lambda: {read(text).value for text in ("0.31", ".31", "0,31")} == {0.31},
    "blanks, O for 0 and I or L for 1 do not matter": lambda: (
        codes.read("om9p 2zza xfvh gd").written == "0M9P-2ZZA-XFVH-GD" and "OIL".translate(codes.SAME) == "011"
    ),
}
FACTS = {
    "languages.md": LANGUAGES_PAGE,
    "teachers.md": TEACHERS,
    "scale.md": SCALE,
    "README.md": README,
    "CONTRIBUTING.md": CONTRIBUTING,
    "train.md": TRAIN_PAGE,
    "trace.md": TRACE_PAGE,
    "explain.md": EXPLAIN_PAGE,
    "explorer.md": EXPLORER_PAGE,
    "by-hand.md": BY_HAND_PAGE,
    "generate.md": GENERATE_PAGE,
    "data.md": DATA_PAGE,
    "configuration.md": CONFIGURATION_PAGE,
    "api.md": API_PAGE,
    "notation.md": NOTATION,
    "how-it-works.md": HOW,
    "glossary.md": GLOSSARY,
}

# Numbers that state nothing: they count places on the page, or are part of a name or a definition.
PLAIN = {
    "README.md": {
        "1. Install dependencies", "2. Prepare training data", "3. Train the model", "4. Generate text",
        "Here somebody types 13.5999:",
    },
    "train.md": {"the quick run's model about 0.44."},  # test_commands.py
    "trace.md": {
        "Iteration 0: the first step", "Training progress at iteration 0", "Iteration 1: learning begins",
        "Here is head 1 of the first block, the second of its two heads: addresses count from 0.",
        "in block 0",
    },
    "explorer.md": {"`explorer.html#h.0.attn.scores[0,1,3,2]`"},
    "explain.md": {"`--depth 2` asks them all", "`--features 3`", "nostalgebraist 2020"},
    "questions.md": {"What does head 1 do?"},
    "practice.md": {"`(0.2*0.5+0.1)/sqrt(8)`", "Here somebody types 0.4818:", "`--copies 30`"},
    "generate.md": {"the range from 0 to 1,"},
    "by-hand.md": {
        "sequence of iteration 0",
        "off by up to 3.",  # test_worked_example.py
        "get -0.004229,",  # test_worked_example.py
        "Position 3 may look back at position 1",
    },
    "notation.md": {
        "0 … extent - 1", "`2`, `eps`", "`c_attn.weight[0, h, d, c]`", "no factor of 1", "`a + b`, `-a`",
    },
    "how-it-works.md": {f"\n{n}. " for n in range(1, 16)},
    "glossary.md": {
        "`[0,1,3,1]`, which counts from 0.", "train together, from 0.",
        "runs over 0, 1, 2 … up to", "its spread to 1,", "that add up to 1,", "grows from 0.", "below 1 likely tokens",
    },
    "scale.md": {"(or `cuda:1`, or"},
    "teachers.md": {
        "Python 3.10 or newer", "from 1 to 30, as in the class", "`(0.2*0.5+0.1)/sqrt(8)`",
        "and the exit code is 2",  # test_class_read.py
        *(f"\n{n}. " for n in range(1, 7)),
    },
    "CHANGELOG.md": {
        "[0.1.0] - 2026-11-22", "iterations 0 and 1", "`--init_decimals 400` made", "`generate --temperature 0`",
        "a terminal of 80 columns", "fits 80 columns", "such as `0.25`",
        "such as `demo:7`, names", "said as 0.00005, not as 5e-05", "What is 0 but for", "float32 is 0,",
    },
}  # fmt: skip
