"""`gpt-by-hand explain`: what it prints in each form, what it refuses, and the walk from number to number."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from gpt_by_hand import GPT, trace_iteration
from tests.cli.test_imports import HEAVY, modules
from tests.support.commands import Command, process, refused
from tests.support.terminal import Terminal

SCORE = "h.0.attn.scores[0,1,3,2]"
SCORES = "h.0.attn.scores has the indices b 0…1, h 0…1, i 0…7, j 0…7"
NO_TARGETS = "does not exist here: a prompt has no targets, so no loss and no gradients: add --gradients, which takes"
NO_UPDATE = "does not exist here: a prompt updates no weights: use --iteration in place of --prompt"
RANGE = "n 0…268435455"


@pytest.mark.parametrize("where", [SCORE, "h.0.attn.scores[b=0,h=1,i=3,j=2]", "h.0.attn.scores[ 0, 1, 3, 2 ]"])
def test_one_number(command: Command, where: str) -> None:
    result = command("explain", where)
    assert result.code == 0
    assert result.out == trace_iteration(0).explain(SCORE).text() + "\n"


def test_a_prompt(command: Command, trained: Path) -> None:
    """Of a fresh model, and of a trained one; each says which it is, and that there is another."""
    fresh = command("explain", "logits[0,2,9]", "--prompt", "gpt by hand").out
    there = "Model: untrained, seed 1337; computed in float64; out holds a trained one: --checkpoint out"
    alone = GPT.from_preset("demo").trace("gpt by hand").explain("logits[0,2,9]").text()
    assert fresh == f"{there}\n{alone.partition(chr(10))[2]}\n"
    ours = command("explain", "logits[0,2,9]", "--prompt", "gpt by hand", "--checkpoint", "out").out
    assert ours == GPT.load("out").trace("gpt by hand").explain("logits[0,2,9]").text() + "\n"
    assert ours != fresh


@pytest.mark.parametrize(
    ("options", "settings"),
    [
        (("--preset", "pencil"), {"name": "pencil"}),
        (("--use_bias", "--gelu", "tanh"), {"use_bias": True, "gelu": "tanh"}),
        (("--dropout_rate", 0.1, "--seed", 7), {"dropout_rate": 0.1, "seed": 7}),
        (("--recipe", "quick", "--iteration", 2), {"iteration": 2, "recipe": "quick"}),
        (("--dataset", "tiny_demo"), {"dataset": "tiny_demo"}),
    ],
)
def test_any_model(command: Command, options: tuple[object, ...], settings: dict[str, Any]) -> None:
    where = "d.transformer.h.0.mlp.c_fc.weight[3,1]"
    assert command("explain", where, *options).out == trace_iteration(**settings).explain(where).text() + "\n"


def test_json(command: Command) -> None:
    out = command("explain", SCORE, "--format", "json", "--depth", 2).out
    assert json.loads(out) == trace_iteration(0).explain(SCORE, depth=2).to_dict()
    checked = json.loads(command("explain", "d.loss", "--format", "json", "--check").out)
    assert checked["check"][0].startswith("check: nudge loss by 0.0001")


def test_check(command: Command) -> None:
    lines = command("explain", "d.transformer.wte.weight[9,3]", "--check").out.splitlines()
    assert lines[-4].startswith("check: nudge transformer.wte.weight[9,3] by ")
    found = re.fullmatch(r"  the gradient is (\S+): the difference of the two is (\S+)", lines[-1])
    assert found is not None
    assert abs(float(found[2])) < 1e-5 < abs(float(found[1]))


@pytest.mark.parametrize("form", ["latex", "html", "markdown"])
def test_the_check_on_every_page(command: Command, form: str) -> None:
    assert (
        "the gradient is 1: the difference of the two is" in command("explain", "loss", "--check", "--format", form).out
    )


@pytest.mark.parametrize("form", ["text", "html", "markdown"])
def test_the_check_stands_with_its_number(command: Command, form: str) -> None:
    """In front of the numbers that it comes from."""
    page = command("explain", "d.loss", "--check", "--depth", 2, "--format", form).out
    assert "check: nudge loss" in page
    where = command("explain", "d.sequence_loss[0]", "--check", "--depth", 2, "--format", form).out
    assert where.index("check: nudge") < where.rindex("d.loss")


@pytest.mark.parametrize("form", ["text", "markdown", "latex"])
def test_a_stage_that_looks_like_the_one_before_is_left_out(command: Command, form: str) -> None:
    page = command("explain", "h.0.attn.scores[0,1,1,3]", "--format", form).out
    assert (
        sum(line.strip().removesuffix(r"$\par}").endswith(("= -inf", r"= -\infty")) for line in page.splitlines()) <= 2
    )


def test_latex_and_html(command: Command) -> None:
    latex = command("explain", SCORE, "--format", "latex").out
    assert latex.splitlines()[0].startswith(r"\noindent Model: untrained, seed 1337; iteration 0, by hand")
    assert latex.splitlines()[1].startswith(r"\paragraph{\texttt{h.0.attn.scores[0,1,3,2]} = ")
    page = command("explain", SCORE, "--format", "html").out
    assert page.startswith("<!DOCTYPE html>\n")
    ElementTree.fromstring(page.removeprefix("<!DOCTYPE html>\n"))


def test_what_takes_long_says_so(command: Command) -> None:
    result = command("explain", "h.0.ln_1[0,0,0]", "--depth", 7)
    assert result.code == 0
    assert result.err.endswith("explaining h.0.ln_1[0,0,0], 7 levels deep: this takes a while\n")


def test_too_many_to_explain(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said how deep it may be, and there it is as many as was said."""
    result = command("explain", "loss", "--depth", 12)
    said = "loss comes from more than 10,000 numbers: so many are reached at depth 10; --depth 9 explains 6,551"
    assert (result.code, result.out, result.err.splitlines()[-1]) == (2, "", f"error: {said}")
    monkeypatch.setattr("gpt_by_hand.explain.explainer.MOST", 50)
    assert refused(command("explain", "loss", "--depth", 5)).endswith("depth 4; --depth 3 explains 19\n")
    assert command("explain", "loss", "--depth", 3, "--format", "json").out.count('"substituted"') == 19


def test_latex_folds_long_sums(command: Command) -> None:
    """Thousands of terms would fill pages, and TeX gives up where they are wider together than its largest length."""
    where = "clip.square.transformer.wte.weight"
    folded = command("explain", where, "--format", "latex").out
    assert "more" in folded
    assert len(command("explain", where, "--format", "latex", "--full").out) > 1.5 * len(folded)


def test_list(command: Command) -> None:
    out = command("explain", "--list", "h.0.attn.*").out.splitlines()
    assert [line.split("  ")[0] for line in out][:4] == [f"h.0.attn.{x}[b,h,t,d]" for x in "qkv"] + [
        "h.0.attn.scores[b,h,i,j]"
    ]
    assert " ".join(out[3].split()[1:]) == "2 x 2 x 8 x 8 How well does each query match each key?"
    everything = command("explain", "--list").out.splitlines()
    assert len(everything) == len(trace_iteration(0)) + 5
    assert [line.split()[0] for line in everything[-5:]] == [
        *("random[n]", "uniform[n]", "uniform53[n]", "starts[n]", "data[n]")
    ]
    assert not [line for line in everything if line.endswith("  ") or not line.strip()]


@pytest.mark.parametrize("mode", ["--list", "--interactive"])
def test_help_beside_what_needs_no_address(command: Command, mode: str) -> None:
    assert command("explain", mode, "--help").out == command("explain", "--help").out


@pytest.mark.parametrize("form", ["text", "json", "latex", "html", "markdown", "svg"])
def test_into_a_file(command: Command, tmp_path: Path, form: str) -> None:
    """A file that is there stays unless it is to be replaced, and a folder that is not there is made."""
    shown = command("explain", "loss", "--format", form).out
    (tmp_path / "there.txt").write_text("old")
    refused = command("explain", "loss", "--format", form, "-o", "there.txt")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err == "error: there.txt is there already: choose another name, or replace it with --force\n"
    assert (tmp_path / "there.txt").read_text() == "old"
    for path, force in (("there.txt", ["--force"]), ("new/folder/there.txt", [])):
        result = command("explain", "loss", "--format", form, "-o", path, *force)
        assert (result.code, result.out, result.err) == (0, "", f"written to {path}\n")
        assert (tmp_path / path).read_text(encoding="utf-8") == shown


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (
            ("h.0.attn.scores",),
            "h.0.attn.scores is a whole tensor: say which number, with the indices b 0…1, h 0…1, i 0…7, j 0…7",
        ),
        (("h.0.attn.scores[0,1,3]",), SCORES),
        (("h.0.attn.scores[0,1,3,8]",), SCORES),
        (("h.0.attn.scores[-1,0,0,0]",), SCORES),
        (("h.0.attn.scores[0,1,3,x]",), SCORES),
        (("h.0.attn.scores[b=0,h=1,i=3]",), SCORES),
        (("h.0.attn.scores[b=0,h=1,i=3,k=2]",), SCORES),
        (("h.0.attn.score[0,1,3,2]",), "perhaps you meant h.0.attn.scores"),
        (("h.2.attn.scores[0,1,3,2]",), "perhaps you meant h.1.attn.scores, h.0.attn.scores or"),
        (("nothing like it",), "there is no tensor 'nothing like it' here"),
        (("loss[0]",), "loss is a single number, without indices"),
        (("loss[",), "is no address: write one such as"),
        (("",), "is no address: write one such as"),
        (("random[²]",), RANGE),
        (("random",), RANGE),
        (("data[100000]",), "data has the indices n 0…1355"),
        (("d.probs[0,0,0]",), "the loss is not computed from probs"),
        (("d.h.0.attn.max[0,0,0]",), "held constant"),
        (("loss", "--digits", 0), "digits is 0: give 1 to 17"),
        (("loss", "--digits", 99), "digits is 99: give 1 to 17"),
        (("loss", "--depth", 0), "depth is 0: it must be at least 1"),
        (("loss", "--prompt", "hello", "--iteration", 1), "give one of them"),
        (("loss", "--iteration", -1), "iteration is -1: it must be 0 or more"),
        (("loss", "--iteration", "x"), "--iteration"),
        (("loss", "--prompt", "hello"), f"loss {NO_TARGETS}"),
        (("new.transformer.wte.weight[0,0]", "--prompt", "hello"), f"new.transformer.wte.weight {NO_UPDATE}"),
        (("loss", "--list", "--prompt", "hello"), f"loss {NO_TARGETS}"),
        (("los", "--prompt", "hello"), "there is no tensor 'los' here: "),
        (("lm_head.weight[0,0]",), "they are tied); ask for transformer.wte.weight[0,0]\n"),
        (("d.lm_head.weight[9,3]",), "they are tied); ask for d.transformer.wte.weight[9,3]\n"),
        (("d.logits[0,0,0]", "--prompt", "hello"), "a prompt has no targets"),
        (("logits[0,0,0]", "--prompt", "hello wurld"), "nearest: 'world'"),
        (("logits[0,0,0]", "--prompt", ""), "give 1 to 8 of them"),
        (("loss", "--format", "bad"), "--format is 'bad': it must be text, json, latex, html, markdown, typst or svg"),
        (("loss", "--preset", "bad"), "bad"),
        (("loss", "-o", "file/x.txt"), "cannot write file"),
        (("loss", "-o", "folder"), "cannot write folder"),
        (("loss", "--checkpoint", "folder"), "folder holds no model: there is no checkpoint.json"),
        (("loss", "--checkpoint"), "--checkpoint"),
        (("loss", "and more"), "and more"),
        (("loss", "--unknown", "1"), "--unknown"),
        ((), "ADDRESS"),
        (("--list", "h.9*"), "there is no tensor 'h.9*' here"),
        (("loss", "--list", "--format", "json"), "--list lists addresses as text"),
        (("loss", "--interactive", "--format", "html"), "--interactive shows numbers here"),
        (("--list", "--depth", "2"), "--depth 2 is for an explanation"),
        (("loss", "--interactive", "--depth", "3"), "--depth 3 is for an explanation"),
        (("tokens[0,0]", "--check"), "has no gradient to check"),
    ],
    ids=str,
)
def test_refused(command: Command, tmp_path: Path, given: tuple[object, ...], says: str) -> None:
    """One line, exit code 2, nothing on standard output, no file."""
    command("explain", "loss")  # prepares the data
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    before = sorted(tmp_path.rglob("*"))
    result = command("explain", *given)
    refused(result, says)
    assert result.out == ""
    assert sorted(tmp_path.rglob("*")) == before


def test_refused_as_a_process(tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "data", ignore_errors=True)
    process("explain", "loss", cwd=tmp_path)
    refused(process("explain", "loss", "--digits", "0", cwd=tmp_path), "digits is 0")


@pytest.mark.parametrize(
    ("given", "same"),
    [
        ((SCORE, "--digits=3"), ("--digits", 3, SCORE)),
        ((SCORE, "--preset=pocket", "--depth=2"), ("--depth", 2, "--preset", "pocket", SCORE)),
        ((SCORE, "--full", "--use-bias"), ("--use_bias=True", "--full", SCORE)),
        (("h.0.*", "--list"), ("--list", "h.0.*")),
        (("--list=True",), ("--list", "*")),
        (("d.loss", "--check", "-oa.txt"), ("-o", "a.txt", "--force", "--check", "d.loss")),
    ],
    ids=str,
)
def test_ways_to_write_the_same(command: Command, given: tuple[object, ...], same: tuple[object, ...]) -> None:
    command("explain", "loss")
    first, second = command("explain", *given), command("explain", *same)
    assert first.code == 0
    assert first == second


def test_through_a_pipe(tmp_path: Path) -> None:
    """Everything, unfolded, without colours."""
    found = process("explain", SCORE, cwd=tmp_path, FORCE_COLOR="1")
    assert found.code == 0
    assert "\x1b" not in found.out
    assert "more …" not in found.out


@pytest.mark.parametrize(
    "given",
    [
        (SCORE, "--depth", 2),
        ("h.0.attn.scores[0,0,3,2]", "--preset=pencil", "--format", "json"),
        ("logits[0,0,0]", "--prompt", "hello"),
        ("--list", "d.*"),
    ],
    ids=str,
)
def test_imports(tmp_path: Path, given: tuple[object, ...]) -> None:
    """Neither what draws, nor another engine."""
    found = modules(tmp_path, "explain", *given)
    assert not [name for name in (*HEAVY, "rich") if name in found]
    assert not [name for name in found if name.startswith(("gpt_by_hand.schedule", "gpt_by_hand.printers.c"))]
    assert "gpt_by_hand.explain.explainer" in found


@pytest.mark.parametrize("colours", [{}, {"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=str)
def test_on_a_terminal(tmp_path: Path, colours: dict[str, str]) -> None:
    """Long sums fold; bold and italic where colours are wanted."""
    process("explain", "loss", cwd=tmp_path)
    terminal = Terminal(tmp_path, "explain", "h.0.attn.q[0,1,3,2]", **colours)
    assert terminal.wait() == 0
    assert "… 5 more …" in terminal.shown
    assert ("\x1b" in terminal.shown) == (not colours)


def test_unfolded_on_a_terminal(tmp_path: Path) -> None:
    process("explain", "loss", cwd=tmp_path)
    terminal = Terminal(tmp_path, "explain", "h.0.attn.q[0,1,3,2]", "--full", columns=2000, NO_COLOR="1")
    assert terminal.wait() == 0
    assert "more …" not in terminal.shown
    piped = process("explain", "h.0.attn.q[0,1,3,2]", cwd=tmp_path, COLUMNS="2000").out
    assert terminal.shown.split() == piped.split()


def walked(folder: Path, where: str, *said: str, options: tuple[str, ...] = ("--preset", "pencil")) -> list[str]:
    """The first lines of what a walk shows at its start and after each command."""
    ran = process("explain", where, "--interactive", *options, cwd=folder, given="\n".join(said) + "\n")
    assert ran.code == 0, ran.err
    return ran.out.splitlines()


def test_a_walk(tmp_path: Path) -> None:
    """Down, back, sideways, up, to an address, and out; a mistake is answered and the walk goes on."""
    lines = walked(
        tmp_path,
        "h.0.attn.scores[0,0,2,1]",
        *("0", "back", "j+", "j+", "i-", "b+", "h+", "x+", "up", "0", "99", "back", "loss", "up", "zzz", "quit", "0"),
    )
    shown = [line.split(" = ")[0] for line in lines if re.match(r"\S+ = [-\d]", line)]
    at = "h.0.attn.scores"
    assert shown == [
        f"{at}[0,0,2,1]",
        "h.0.attn.q[0,0,2,0]",
        *(f"{at}[0,0,2,1]", f"{at}[0,0,2,2]", f"{at}[0,0,2,3]", f"{at}[0,0,1,3]", f"{at}[1,0,1,3]"),
        *("h.0.attn.max[1,0,1]", f"{at}[1,0,1,3]", "loss"),
    ]
    text = "\n".join(lines)
    for mistake in (
        "h goes from 0 to 0: there is no 1",
        "h.0.attn.scores has no index x: its indices are b, h, i, j",
        "there is no 99 here: choose 0 to 3",
        "there is no tensor 'zzz' here",
        "nothing is computed from loss",
    ):
        assert mistake in text, mistake
    assert "used in:" in text
    assert "    0  h.0.attn.max[1,0,1]  sequence 1, head 0" in text


def test_help_and_check_on_a_walk(tmp_path: Path) -> None:
    lines = walked(tmp_path, "d.transformer.wte.weight[3,1]", "?", "", "check", "back", "q")
    steps = [" ".join(line.split()) for line in lines if line.startswith("  v+, ")]
    assert steps == ["v+, v-, c+, c- the neighbour along an index"] * 2
    assert any(line.startswith("check: nudge transformer.wte.weight[3,1] by") for line in lines)
    assert "there is no way back: the walk began here" in lines


def test_the_end_of_the_input_ends_a_walk(tmp_path: Path) -> None:
    ran = process("explain", "loss", "--interactive", "--preset", "pencil", cwd=tmp_path, given="")
    assert ran.code == 0
    assert "Traceback" not in ran.err
