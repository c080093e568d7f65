"""`gpt-by-hand loss`: from a text, a file or a pipe to a table, data or a page; and `--gradients` of a prompt."""

from __future__ import annotations

import io
import json
import re
import shlex
import sys
from pathlib import Path

import pytest

from gpt_by_hand import GPT
from tests.support.commands import Command, process, refused
from tests.support.terminal import Terminal

LONG = "to be or not to be hello world machine learning is fun i love gpt by hand project " * 2


def data(command: Command, *arguments: object) -> dict:
    result = command("loss", *arguments, "--format", "json")
    assert result.code == 0, result.err
    return json.loads(result.out)


def test_a_text(command: Command, trained: Path) -> None:
    result = command("loss", "gpt by hand", "--checkpoint", "out")
    assert (result.code, result.err) == (0, "")
    loss = GPT.load("out").loss("gpt by hand")
    assert result.out.splitlines()[0] == "Model: out, trained for 20 iterations; computed in float64"
    assert f"loss: {float(loss):.6g} nats per word, the sum divided by 4, or {loss.bits:.6g} bits" in result.out
    rows = [line.split() for line in result.out.splitlines() if line.endswith("]")]
    assert [(row[0], row[-1]) for row in rows] == [(str(n), f"nll[0,{n - 1}]") for n in range(1, 5)]
    assert [float(row[-6]) for row in rows] == pytest.approx([one.nll for one in loss.surprises], abs=1e-5)


def test_data(command: Command, trained: Path) -> None:
    found = data(command, LONG, "--checkpoint", "out")
    loss = GPT.load("out").loss(LONG)
    assert {key: found[key] for key in ("loss", "sum", "tokens")} == {
        key: loss.to_dict()[key] for key in ("loss", "sum", "tokens")
    }
    assert found["loss"] == pytest.approx(sum(token["nll"] for token in found["tokens"]) / len(found["tokens"]))
    assert (found["model"]["source"], found["model"]["tokens_seen"]) == ("out", None)


def test_every_way_to_a_text(command: Command, trained: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file and a pipe are the same as the words; only one line break at the end is no part of it."""
    want = data(command, "gpt by hand", "--checkpoint", "out")
    (trained / "text.txt").write_text("gpt by hand\n")
    assert data(command, "--file", "text.txt", "--checkpoint", "out") == want
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"gpt by hand\r\n")))
    assert data(command, "--file", "-", "--checkpoint", "out") == want
    (trained / "text.txt").write_text("gpt by hand\n\n")
    refused(command("loss", "--file", "text.txt", "--checkpoint", "out"), "'\\n' is not among the 32")


def test_every_way_to_a_model(command: Command, trained: Path) -> None:
    ways = ((), ("--seed", 3), ("--preset", "pocket"), ("--checkpoint", "out"), ("--init_from", "demo:5"))
    assert len({data(command, "gpt by hand", *way)["loss"] for way in ways}) == len(ways)
    assert data(command, "gpt by hand", "--init_from", "demo:1337")["loss"] == data(command, "gpt by hand")["loss"]
    same = [data(command, "gpt by hand", option, "out")["loss"] for option in ("--init_from", "--checkpoint")]
    assert same[0] == same[1]
    single, double = (data(command, "gpt by hand", "--precision", p)["loss"] for p in ("float32", "float64"))
    assert single != double == pytest.approx(single, rel=1e-6)


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--checkpoint", "out"),
        ("--init_from", "out"),
        ("--preset", "pocket", "--seed", 5),
        ("--seq_length", 6, "--use_bias"),
    ],
    ids=str,
)
@pytest.mark.parametrize("text", ["gpt by hand", LONG])
def test_what_is_offered_works(command: Command, trained: Path, options: tuple[object, ...], text: str) -> None:
    """The command that is printed explains the greatest surprise."""
    said = command("loss", text, *options).out
    words = shlex.split(said.partition("comes from: gpt-by-hand ")[2].splitlines()[0])
    explained = command(*words, "--format", "json")
    assert explained.code == 0, explained.err
    greatest = max(token["nll"] for token in data(command, text, *options)["tokens"])
    assert json.loads(explained.out)["value"] == pytest.approx(greatest, rel=1e-12)
    assert command("loss", "--prompt", text, *options).out == said


@pytest.mark.parametrize(("form", "begins"), [("html", "<!doctype html>"), ("latex", "\\"), ("markdown", "Model")])
def test_forms(command: Command, trained: Path, form: str, begins: str) -> None:
    printed = command("loss", LONG, "--format", form).out
    assert printed.lower().lstrip().startswith(begins.lower())
    assert ("others" in printed) == (form != "html")
    assert "others" not in command("loss", LONG, "--format", form, "--full").out
    assert command("loss", LONG, "--format", form, "-o", "page").err.strip() == "written to page"
    assert Path("page").read_text(encoding="utf-8") == printed
    refused(command("loss", LONG, "-o", "page"), "page is there already")


def test_digits(command: Command, trained: Path) -> None:
    loss = GPT.load("out").loss("gpt by hand")
    assert repr(loss.surprises[0].nll) in command("loss", "gpt by hand", "--checkpoint", "out", "--digits", 0).out
    assert f" {loss.surprises[0].nll:.1f} " in command("loss", "gpt by hand", "--checkpoint", "out", "--digits", 2).out


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40)])
def test_on_a_terminal(trained: Path, columns: int, rows: int) -> None:
    """A long text is folded to its greatest surprises, and no line is wider than the terminal."""
    terminal = Terminal(trained, "loss", LONG, "--checkpoint", "out", columns=columns, rows=rows, PAGER="cat")
    assert terminal.wait() == 0
    table = [line for line in terminal.lines if re.match(r" +\d+  […'].*'  ", line)]
    assert len(table) == 12
    assert any("others" in line for line in terminal.lines)
    assert all(re.search(r"\d+\.\d{4,}  +0\.\d{4}  +\d+", line) for line in table), "one row is one line"
    full = Terminal(trained, "loss", LONG, "--checkpoint", "out", "--full", columns=columns, rows=rows, PAGER="cat")
    assert full.wait() == 0
    assert len([line for line in full.lines if re.match(r" +\d+  ", line)]) > 60
    assert "others" not in process("loss", LONG, "--checkpoint", "out", cwd=trained).out  # through a pipe


def test_what_takes_long_says_so(trained: Path) -> None:
    (trained / "long.txt").write_text(LONG * 12)
    result = process("loss", "--file", "long.txt", "--init_from", "demo:7", cwd=trained)
    assert result.err == ""
    (trained / "chars.txt").write_text("".join(re.findall("[a-z]", LONG * 2)))
    result = process("loss", "--file", "chars.txt", "--init_from", "shakespeare:7", cwd=trained)
    assert re.fullmatch(r"predicting \d+ words\n", result.err)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ((), "TEXT is missing: gpt-by-hand loss TEXT, or --file FILE"),
        (("",), "has 0 tokens; give 2 to 9 of them"),
        (("gpt",), "'gpt' has 1 token, and no next one that could be predicted; give 2 to 9 of them"),
        (("gpt by hnd",), "nearest: 'hand'"),
        (("gpt", "by", "hand"), "perhaps you meant 'gpt by hand'"),
        (("gpt by hand", "--file", "text.txt"), "TEXT and --file text.txt are two texts: give one of them"),
        (("--file", "nope.txt"), "cannot read nope.txt: No such file or directory"),
        (("--file", "binary"), "binary: it is not UTF-8 text: byte 0 is 0xff"),
        (("gpt by hand", "--checkpoint", "nowhere"), "there is no nowhere"),
        (("gpt by hand", "--digits", "99"), "digits is 99"),
        (("gpt by hand", "--format", "csv"), "--format is 'csv'"),
        (("gpt by hand", "--iteration", "3"), "--iteration: there is no such option"),
    ],
    ids=str,
)
def test_bad_input(command: Command, trained: Path, line: tuple[object, ...], says: str) -> None:
    (trained / "binary").write_bytes(b"\xff\xfe")
    refused(command("loss", *line), says)


# The gradients of a prompt.


@pytest.mark.parametrize("options", [(), ("--checkpoint", "out"), ("--preset", "pencil")], ids=str)
def test_trace_goes_back(command: Command, trained: Path, options: tuple[object, ...]) -> None:
    prompt = "you hear" if "pencil" in options else "gpt by hand"
    result = command("trace", "--prompt", prompt, "--gradients", "--format", "json", *options)
    assert result.code == 0, result.err
    found = json.loads(result.out)
    loss = data(command, prompt, *options)
    assert found["loss"]["values"] == loss["loss"]
    assert found["nll"]["values"] == [[token["nll"] for token in loss["tokens"]]]
    assert found["d.transformer.wte.weight"]["shape"] == found["transformer.wte.weight"]["shape"]
    assert not [name for name in found if name.startswith(("new.", "adamw.", "clip."))]
    assert found["loss"]["model"]["targets"] == "each word's target is the next one; no update"


def test_explain_goes_back(command: Command, trained: Path) -> None:
    common = ("--prompt", "gpt by hand", "--gradients", "--checkpoint", "out")
    checked = command("explain", "d.h.0.attn.scores[0,1,3,2]", "--check", "--format", "json", *common)
    assert checked.code == 0, checked.err
    (check,) = json.loads(checked.out)["checks"]
    assert check["error"] < 1e-8  # a loss of 3.5 is rounded to 4e-16, and the step is 1e-6
    assert "d.transformer.wte.weight" in command("explain", "--list", "d.*", *common).out
    walked = process("explain", "--interactive", *common, cwd=trained, given="0\nq\n").out
    assert "loss = " in walked and "sequence_loss[0] = " in walked
    long = command("explain", "loss", "--prompt", "to be or not to be or", "--gradients", "--checkpoint", "out").out
    assert "the last 9 of 13 tokens" in long.splitlines()[0]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (("trace", "--gradients"), "--gradients goes back from a --prompt; an iteration has its gradients without it"),
        (("explain", "loss", "--gradients", "--iteration", 2), "--gradients goes back from a --prompt"),
        (("trace", "--gradients", "--prompt", "gpt"), "has 1 token, and no next one that could be predicted"),
        (("trace", "--prompt", "gpt by", "--only", "d.*"), "add --gradients, which takes each word's next one"),
        (("explain", "new.ln_f[0,0,0]", "--prompt", "gpt by", "--gradients"), "there is no tensor 'new.ln_f'"),
        (
            ("explain", "new.transformer.wte.weight[0,0]", "--prompt", "gpt by", "--gradients"),
            "a prompt updates no weights: use --iteration in place of --prompt",
        ),
        (("trace", "--prompt", "gpt by", "--gradients", "--only", "adamw.*"), "a prompt updates no weights"),
        (("trace", "--prompt", "gpt by", "--gradients", "--only", "d.probs.max"), "held constant on the way back"),
    ],
    ids=str,
)
def test_what_a_prompt_has_not(command: Command, trained: Path, line: tuple[object, ...], says: str) -> None:
    refused(command(*line), says)
