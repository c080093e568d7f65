"""A command that looks into numbers is its own few options, and a document: all else it has in common with others."""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import pytest

from gpt_by_hand.cli import COMMANDS
from gpt_by_hand.cli.option import Argument
from gpt_by_hand.cli.output import hand_over
from gpt_by_hand.cli.tracing import Looking, asked, put
from gpt_by_hand.errors import UserError
from gpt_by_hand.layout.document import Heading, Paragraph
from gpt_by_hand.records import dataclass
from tests.support.commands import Command, refused


@dataclass(frozen=True)
class Options(Looking):
    """The largest number of a tensor."""

    tensor: Annotated[str, Argument(positional=True)] = "logits"
    """Which tensor."""
    format: Literal["text", "json", "html", "latex"] = "text"
    """How to say it."""


def run(arguments: Sequence[str]) -> int:
    """Say it."""
    options, trace = asked(Options, arguments, "largest", check)
    largest = float(trace[options.tensor].max())
    if options.format == "json":
        hand_over(json.dumps(largest), options.output)
    else:
        put([Heading((options.tensor,)), Paragraph((f"{largest:g}",))], options, "The largest", "1 number")
    return 0


def check(options: Options) -> None:
    """Refuse what nobody has."""
    if not options.tensor:
        raise UserError("the tensor is empty")


@pytest.fixture
def largest(command: Command, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setitem(COMMANDS, "largest", "the largest number of a tensor")
    monkeypatch.setitem(sys.modules, "gpt_by_hand.cli.largest", sys.modules[__name__])
    return lambda *arguments: command("largest", *arguments)


def test_it_is_short() -> None:
    assert sum(len(inspect.getsource(part).splitlines()) for part in (Options, run, check)) <= 40


def test_it_looks_where_it_is_told(largest: Command, tmp_path: Path) -> None:
    said = largest("--prompt", "gpt by hand")
    assert (said.code, said.out.splitlines()[0]) == (0, "logits")
    other = [largest("--prompt", "gpt by hand", *more).out for more in (("--preset", "pocket"), ("--seed", 3))]
    assert len({said.out, *other, largest("--iteration", 1).out}) == 4
    assert json.loads(largest("loss", "--format=json").out) == pytest.approx(3.459, abs=1e-3)
    single = json.loads(largest("--prompt", "gpt", "--format=json", "--precision=float32").out)
    assert single != json.loads(largest("--prompt", "gpt", "--format=json").out) == pytest.approx(single, rel=1e-5)


def test_it_writes_where_it_is_told(largest: Command, tmp_path: Path) -> None:
    for form, begins in (("html", "<!doctype html>"), ("latex", "\\paragraph{logits}"), ("text", "logits\n")):
        result = largest("--prompt", "gpt", "--format", form, "-o", f"{form}.out")
        assert (result.code, result.out) == (0, "")
        assert result.err.endswith(f"1 number written to {form}.out\n")
        assert Path(f"{form}.out").read_text().lower().startswith(begins)
    refused(largest("--prompt", "gpt", "-o", "text.out"), "text.out is there already")
    assert largest("--prompt", "gpt", "-o", "text.out", "--force").code == 0


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (("",), "the tensor is empty"),
        (("--prompt", "gpt", "--iteration", 1), "--prompt and --iteration are two different things"),
        (("--iteration", -1), "iteration is -1"),
        (("--checkpoint", "nowhere"), "nowhere"),
        (("--prompt", "gpt", "--format", "csv"), "--format is 'csv': it must be text, json, html or latex"),
    ],
)
def test_it_refuses_what_all_refuse(largest: Command, line: tuple[object, ...], says: str) -> None:
    refused(largest(*line), says)
    assert not Path("data").exists()  # before anything is made


def test_it_explains_itself(largest: Command) -> None:
    said = largest("--help").out
    assert all(f"--{name} " in said for name in ("prompt", "iteration", "checkpoint", "precision", "preset", "seed"))
    assert "-o, --output FILE" in said
    assert said.index("--format") < said.index("--preset")


@pytest.mark.parametrize("ending", ["html", "json", "tex"])
def test_the_name_of_a_file_says_its_form(largest: Command, ending: str) -> None:
    form = {"tex": "latex"}.get(ending, ending)
    assert largest("--prompt", "gpt", "-o", f"named.{ending.upper()}").code == 0
    assert largest("--prompt", "gpt", "--format", form, "-o", "said").code == 0
    assert Path(f"named.{ending.upper()}").read_bytes() == Path("said").read_bytes() != b""


def test_a_name_that_says_nothing_means_text_and_one_of_no_form_is_refused(largest: Command) -> None:
    for name in ("plain", "plain.log", "plain.txt"):
        assert largest("--prompt", "gpt", "-o", name).code == 0
        assert Path(name).read_text() == largest("--prompt", "gpt").out
    assert largest("--prompt", "gpt", "--format", "json", "-o", "data.svg").code == 0  # said in words, it counts
    for wrong in ("picture.svg", "numbers.npz", "page.md"):
        refused(largest("--prompt", "gpt", "-o", wrong), f"{wrong} ends in", ".json, .tex or .txt")
        assert not Path(wrong).exists()
