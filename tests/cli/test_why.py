"""`gpt-by-hand why`, and `explain --parts`: what they print in each form, and what they refuse."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from gpt_by_hand import GPT
from gpt_by_hand.model.axes import FEATURE
from tests.support.commands import Command, process, refused
from tests.support.terminal import Terminal

ASKED = ("world", "--prompt", "hello ")
NUMBER = re.compile(r"-?\d+\.\d+")
ADDRESS = re.compile(r"(why|lens)\.\S+\[[\d,]+\]")


def rows(text: str) -> dict[str, float]:
    """What each part adds, by its address, and the sum."""
    found = {}
    for line in text.splitlines():
        if (at := ADDRESS.search(line)) and (number := NUMBER.search(line)):
            found[at[0]] = float(number[0])
        elif line.startswith("  sum"):
            found["sum"] = float(line.split()[1])
    return found


def added(text: str) -> tuple[float, float]:
    """The parts of a table added up, and what stands below them."""
    found = rows(text)
    return sum(found.values()) - found["sum"], found["sum"]


def test_the_parts_are_the_score(command: Command) -> None:
    said = command("why", *ASKED)
    total, score = added(said.out)
    logit = GPT.from_preset("demo").trace("hello ")["logits[0,1,world]"]
    assert (said.code, said.err) == (0, "prepared data/tiny_demo_words: 1,356 tokens to train on, 340 to validate\n")
    assert score == pytest.approx(logit, abs=1e-7) and total == pytest.approx(score, abs=1e-6)


def test_every_address_can_be_asked_on(command: Command) -> None:
    """Pasted behind `explain` with the same options, each gives the number that stands beside it."""
    options = ("--prompt", "hello ")
    found = rows(command("why", "world", *options, "--features", 2).out)
    for where, value in found.items():
        if where != "sum":
            first = command("explain", where, *options, "--format", "json")
            assert json.loads(first.out)["value"] == pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize(
    ("where", "options"),
    [
        ("h.1.mid[0,1,3]", ()),
        ("h.1.mid[0,1,3]", ("--depth", 3)),
        ("logits[0,1,31]", ("--depth", 5)),
        ("why.h.0.attn.c_proj[0,0,1,31]", ()),
        ("why.h.1.mid.h.0.attn.c_proj[0,0,1,3]", ()),
        ("h.1.attn.scores[0,1,1,0]", ("--hold", "h.*.attn.k")),
        ("h.1.mlp.c_fc[0,1,5]", ("--hold", "h.0.mlp.cdf")),
    ],
)
def test_parts_of_any_number(command: Command, where: str, options: tuple[object, ...]) -> None:
    """They are sorted, they add up, and each is a number to ask on, with the same --hold if there is one."""
    prompt = ("--prompt", "hello ")
    data = json.loads(command("explain", where, "--parts", *options, *prompt, "--format", "json").out)
    sizes = [abs(part["value"]) for part in data["parts"]]
    assert len(sizes) > 1 and sizes == sorted(sizes, reverse=True)
    assert sum(part["value"] for part in data["parts"]) == pytest.approx(data["value"], rel=1e-12)
    assert sum(part["share"] for part in data["parts"]) == pytest.approx(1)
    held = options if "--hold" in options else ()
    for part in data["parts"]:
        one = json.loads(command("explain", part["address"], *held, *prompt, "--format", "json").out)
        assert one["value"] == pytest.approx(part["value"], rel=1e-12)


@pytest.mark.parametrize(
    "where", ["d.h.0.out[0,3,1]", "d.transformer.wte.weight[9,3]", "new.transformer.wte.weight[9,3]"]
)
def test_parts_of_an_iteration(command: Command, where: str) -> None:
    """Gradients come back through the layers; an update adds them to what was there."""
    data = json.loads(command("explain", where, "--parts", "--format", "json", "--iteration", 1).out)
    assert sum(part["value"] for part in data["parts"]) == pytest.approx(data["value"], rel=1e-12)
    assert {"through ln_f", "through h.1.ln_1"} <= {part["meaning"] for part in data["parts"]}
    for part in data["parts"]:
        one = json.loads(command("explain", part["address"], "--format", "json", "--iteration", 1).out)
        assert one["value"] == pytest.approx(part["value"], rel=1e-9, abs=1e-18)


@pytest.mark.parametrize(
    ("where", "says"),
    [
        ("h.1.attn.scores[0,1,1,0]", "it has no parts: there is a product of two numbers that both vary"),
        ("probs.exp[0,1,3]", "it has no parts: there is exp"),
        ("probs.max[0,1]", "it has no parts: there is a maximum"),
        ("tok_emb[0,1,3]", "it has no parts: its formula reads nothing that varies"),
    ],
)
def test_what_has_no_parts_says_so(command: Command, where: str, says: str) -> None:
    said = command("explain", where, "--parts", "--prompt", "hello ")
    assert said.code == 0 and says in said.out and "sum" not in said.out


def test_only_a_space_can_follow(command: Command) -> None:
    said = command("why", "world", "--prompt", "hello").out
    note, found = "  Only a space can follow 'hello', so this asks what follows 'hello '.\n", command("why", *ASKED).out
    assert note in said and said.replace(note, "") == found


def test_json(command: Command) -> None:
    said = command("why", *ASKED, "--format", "json")
    data, trace = json.loads(said.out), GPT.from_preset("demo").trace("hello ")
    assert data == trace.why("world").to_dict()
    assert set(data) >= {"target", "value", "parts", "held", "prompt", "word", "probability", "rank", "lens", "looks"}
    assert all({"address", "value", "share", "meaning"} <= part.keys() for part in data["parts"])
    assert data["value"] == trace["logits[0,1,world]"] and data["probability"] == trace["probs[0,1,world]"]
    assert [one["address"] for one in data["lens"]] == [
        "lens.embed.probs[0,1,31]",
        "lens.h.0.out.probs[0,1,31]",
        "probs[0,1,31]",
    ]
    assert all(one["probability"] == pytest.approx(trace[one["address"]], rel=1e-12) for one in data["lens"])
    other = json.loads(command("why", *ASKED, "--against", "networks", "--format", "json").out)
    assert other["value"] == trace["logits[0,1,world]"] - trace["logits[0,1,networks]"]
    assert other["against"] == "networks"


def test_against_with_features(command: Command) -> None:
    """The strongest are those that make the difference."""
    told = ("--against", "networks", "--features", 3, "--format", "json")
    data = json.loads(command("why", *ASKED, *told).out)
    assert sum(part["value"] for part in data["parts"]) == pytest.approx(data["value"], rel=1e-12)
    assert sum(FEATURE.noun in part["meaning"] for part in data["parts"]) == 6


@pytest.mark.parametrize("form", ["html", "markdown", "latex", "typst"])
def test_forms(command: Command, form: str) -> None:
    command("why", *ASKED, "--format", form, "-o", "page")
    text = Path("page").read_text(encoding="utf-8")
    assert "0.0490417" in text and ("Why world?" in text) == (form == "html")


def test_a_picture(command: Command) -> None:
    assert command("why", *ASKED, "-o", "why.svg").code == 0
    shown = "".join(ElementTree.parse("why.svg").getroot().itertext())
    assert "feed-forward 1" in shown and "What each head looks at" in shown


def test_a_picture_of_parts(command: Command) -> None:
    assert (
        command("explain", "logits[0,1,31]", "--parts", "--prompt", "hello ", "--format", "svg", "-o", "a.svg").code
        == 0
    )
    assert "feed-forward" in "".join(ElementTree.parse("a.svg").getroot().itertext())


def test_trace_and_list(command: Command) -> None:
    """The parts and the lens are there for whoever asks, and nobody else."""
    prompt = ("--prompt", "hello ")
    found = json.loads(command("trace", "--only", "why.*", *prompt, "--format", "json").out)
    trace = GPT.from_preset("demo").trace("hello ")
    assert found["why.tok_emb"]["values"] == trace["why.tok_emb"].tolist()
    command("trace", "--only", "lens.*", *prompt, "--format", "npz", "-o", "lens.npz")
    import numpy as np

    np.testing.assert_array_equal(np.load("lens.npz")["lens.embed.probs"], trace["lens.embed.probs"])
    assert "why.tok_emb[b,t,v]" in command("explain", "--list", "why.*", *prompt).out
    assert "why.h.1.mid.tok_emb[b,t,c]" in command("explain", "--list", "why.h.1.mid.*", *prompt).out
    assert "why." not in command("explain", "--list", "*", *prompt).out


@pytest.mark.parametrize(("columns", "lines"), [(80, 24), (120, 40)])
@pytest.mark.parametrize("more", [(), ("--against", "networks")])
def test_on_a_terminal(tmp_path: Path, columns: int, lines: int, more: tuple[str, ...]) -> None:
    """No line is folded; with colours, but for NO_COLOR."""
    terminal = Terminal(tmp_path, "why", *ASKED, *more, columns=columns, rows=lines, PAGER="cat")
    assert terminal.wait() == 0
    piped = process("why", *ASKED, *more, cwd=tmp_path, COLUMNS=str(columns)).out.splitlines()
    shown = terminal.lines[-len(piped) :]
    assert shown == piped and max(map(len, shown)) <= columns
    assert any("│" in line for line in shown) and "\x1b[1m" in terminal.shown
    plain = Terminal(tmp_path, "why", *ASKED, PAGER="cat", NO_COLOR="1")
    assert plain.wait() == 0
    assert not re.search(r"\x1b\[[\d;]*3\dm", plain.shown)


REFUSED = [
    (("world",), "--prompt is missing: say what 'world' comes after: gpt-by-hand why world --prompt 'hello '"),
    (("--prompt", "hello "), "WORD is missing"),
    (("world", "--prompt", ""), "the prompt '' has 0 tokens; give 1 to 8 of them"),
    (("wrld", "--prompt", "hello "), "wrld is no word of the vocabulary; nearest: world (31)"),
    (("world", "--prompt", "helo "), "word 'helo' is not among the 32 entries"),
    ((*ASKED, "--against", "world"), '"world" against itself makes no difference'),
    ((*ASKED, "--against", "netwrks"), "netwrks is no word of the vocabulary; nearest: networks (19)"),
    ((*ASKED, "--hold", "rstd"), "there is no tensor 'rstd' here: perhaps you meant ln_f.rstd"),
    (
        (*ASKED, "--hold", "transformer.wte.weight"),
        "transformer.wte.weight is given, so it is held as it is in any case",
    ),
    ((*ASKED, "--features", -1), "features is -1: it must be 0 or more"),
    ((*ASKED, "--digits", 0), "digits is 0"),
    ((*ASKED, "--iteration", 1), "an iteration has no single next word"),
    ((*ASKED, "--format", "npz"), "--format is 'npz'"),
]


@pytest.mark.parametrize(("line", "says"), REFUSED)
def test_bad_input(command: Command, line: tuple[object, ...], says: str) -> None:
    command("explain", "loss")
    refused(command("why", *line), says)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (
            ("transformer.wte.weight[9,3]", "--parts"),
            "transformer.wte.weight[9,3] is given, not computed: it has no parts",
        ),
        (("loss", "--parts", "--depth", 0), "depth is 0: it must be at least 1, which is what its own formula adds up"),
        (("loss", "--parts", "--check"), "--parts is an answer of its own"),
        (("loss", "--hold", "nll"), "--hold is for the parts of a number: add --parts"),
        (("loss", "--parts", "--hold", "nl"), "there is no tensor 'nl' here"),
        (("why.loss.nl", "--parts"), "there is no tensor 'why.loss.nl' here: perhaps you meant why.loss.nll"),
    ],
)
def test_bad_input_to_explain(command: Command, line: tuple[object, ...], says: str) -> None:
    command("explain", "loss")
    refused(command("explain", *line), says)


def test_a_prompt_too_long(command: Command) -> None:
    said = command("why", "world", "--prompt", "to be or not to be to be or ")
    assert said.code == 0 and "the last 8 of 18 tokens" in said.out


def test_help_teaches(command: Command) -> None:
    said = command("why", "--help").out
    assert "gpt-by-hand why world --against networks --prompt 'hello ' --checkpoint out" in said
    assert all(f"--{name}" in said for name in ("hold TENSOR", "features N", "against WORD", "checkpoint", "digits"))
    refused(command("wyh"), "perhaps you meant why")
