"""The first line of a trace or an explanation: whose numbers these are, and which others there are."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.support.commands import Command, process

HINT = "out holds a trained one: --checkpoint out"


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--prompt", "hello"),
        ("--prompt", "hello", "--seed", 7),
        ("--out_dir", "out"),
        ("--preset", "pencil"),
        ("--preset", "pocket"),
        ("--use_bias",),
        ("--dataset", "tiny_demo"),
        ("--recipe", "quick"),
        ("--recipe", "quick", "--prompt", "hello"),
        ("--init_from", "scratch"),
        ("--seed", 7),
        ("--iteration", 0),
    ],
    ids=str,
)
def test_what_is_hinted_at_works(command: Command, trained: Path, options: tuple[object, ...]) -> None:
    """Added to the same options, it gives the trained model; where it would be refused, there is no hint."""
    traced = ("trace", "--only", "embed", *options)
    hinted = HINT in command(*traced).out.splitlines()[0]
    assert hinted == (command(*traced, "--checkpoint", "out").code == 0)


def test_a_hint_is_for_who_reads_here(command: Command, trained: Path) -> None:
    """It is in no file, and in nothing that programs or browsers read."""
    assert command("trace", "--only", "embed", "-o", "t.txt").code == 0
    assert command("explain", "embed[0,0,0]", "-o", "e.txt").code == 0
    texts = [(trained / name).read_text(encoding="utf-8") for name in ("t.txt", "e.txt")]
    texts += [command("explain", "embed[0,0,0]", "--format", form).out for form in ("json", "html", "latex", "svg")]
    texts += [command("trace", "--only", "embed", "--format", "json").out]
    assert [("untrained, seed 1337" in text, "holds a trained" in text) for text in texts] == [(True, False)] * 7


def test_a_damaged_checkpoint_is_not_hinted_at(command: Command, trained: Path) -> None:
    (trained / "out/checkpoint.json").write_text("{")
    result = command("trace", "--only", "embed")
    assert (result.code, "holds a trained" in result.out) == (0, False)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--prompt", "hello"), "Model: untrained, seed 1337; out holds a trained one: --checkpoint out"),
        (("--prompt", "hello", "--seed", 7), "Model: untrained, seed 7; out holds a trained one: --checkpoint out"),
        (("--prompt", "hello", "--checkpoint", "out"), "Model: out, trained for 20 iterations"),
        (
            ("--recipe", "quick", "--iteration", 2),
            "Model: trained here for 2 iterations, seed 1337; iteration 2, by hand: 2 micro-steps of 1 sequence "
            "(train: 4 of 4)",
        ),
        (
            ("--batch_size", 4, "--gradient_accumulation_steps", 4),
            "Model: untrained, seed 1337; iteration 0: 4 micro-steps of 4 sequences; "
            "out holds a trained one: --checkpoint out",
        ),
        (
            ("--checkpoint", "out"),
            "Model: out, trained for 20 iterations; iteration 20: 2 micro-steps of 2 sequences",
        ),
        (
            ("--checkpoint", "out", "--iteration", 21),
            "Model: out, trained for 20 iterations, then here for 1 iteration; "
            "iteration 21: 2 micro-steps of 2 sequences",
        ),
        (
            ("--checkpoint", "out", "--prompt", "to be or not to be"),
            "Model: out, trained for 20 iterations; the last 8 of 11 tokens, which is as far back as it can look",
        ),
    ],
    ids=str,
)
def test_the_first_line_says_which_model_it_is(
    command: Command, trained: Path, options: tuple[object, ...], says: str
) -> None:
    """In a trace, in an explanation, and as fields of both; and that it is computed in double precision."""
    said, hint, _ = says.partition(f"; {HINT}")
    says = f"{said}; computed in float64{hint}"
    assert command("trace", "--only", "logits", *options).out.splitlines()[0] == says
    assert command("explain", "logits[0,0,3]", *options).out.splitlines()[0] == says
    walk = process("explain", "logits[0,0,3]", "--interactive", *options, cwd=trained)
    assert walk.out.splitlines()[0] == says
    fields = json.loads(command("trace", "--format", "json", "--only", "logits", *options).out)["logits"]["model"]
    assert fields["said"] == says.removesuffix(f"; {HINT}")
    assert fields["precision"] == "float64"
    assert fields == json.loads(command("explain", "logits[0,0,3]", "--format", "json", *options).out)["model"]
    assert fields["source"] == ("out" if "--checkpoint" in options else None)
    assert fields["trained_iterations"] == sum(map(int, re.findall(r"for (\d+)", says)))
