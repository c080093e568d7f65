"""`show`: heat maps at a terminal with many colours, few or none, through a pipe, and in files."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from gpt_by_hand import GPT
from gpt_by_hand.layout.palette import heat
from tests.support.commands import Command, process, refused
from tests.support.terminal import Terminal
from tests.views.heats import squares

WORDS = ("--prompt", "gpt by hand project is ")
SCORES = ("show", "h.0.attn.scores", *WORDS)
TRUE, FEW = re.compile(r"\x1b\[48;2;(\d+);(\d+);(\d+)m"), re.compile(r"\x1b\[48;5;(\d+)m")


def at_a_terminal(folder: Path, *arguments: object, columns: int = 80, rows: int = 24, **changes: str) -> Terminal:
    terminal = Terminal(folder, *arguments, columns=columns, rows=rows, PAGER="cat", **changes)
    assert terminal.wait() == 0, terminal.shown
    return terminal


def numbers() -> np.ndarray:
    return GPT.from_preset("demo").trace(WORDS[1])["h.0.attn.scores"][0]


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40)])
def test_two_heads_of_eight_words_fit_a_terminal(tmp_path: Path, columns: int, rows: int) -> None:
    terminal = at_a_terminal(tmp_path, *SCORES, columns=columns, rows=rows, COLORTERM="truecolor")
    assert len(terminal.lines) <= rows
    heads = next(line for line in terminal.lines if "head" in line)
    assert heads.count("head") == 2
    assert len([line for line in terminal.lines if line.count("hand") == 2]) == 1  # the row of a word, in both
    assert "masked" in terminal.lines[-1]


def test_as_many_colours_as_there_are_numbers(tmp_path: Path) -> None:
    """Row by row, both heads: the colour of each number, and no other but those of the legend."""
    shown = at_a_terminal(tmp_path, *SCORES, COLORTERM="truecolor").shown
    found = ["#" + "".join(f"{int(part):02x}" for part in parts) for parts in TRUE.findall(shown)]
    scores = numbers()
    largest = np.abs(scores[np.isfinite(scores)]).max()
    rows = [scores[head, i, j] / largest for i in range(8) for head in range(2) for j in range(i + 1)]
    assert found[: len(rows)] == [heat(strength, "dark") for strength in rows]
    assert len(found) == len(rows) + 8
    assert not set("░▒▓█+") & set(shown)


def test_light_terminals_have_light_colours(tmp_path: Path) -> None:
    shown = at_a_terminal(tmp_path, *SCORES, COLORTERM="truecolor", COLORFGBG="0;15").shown
    assert "\x1b[48;2;" + ";".join(str(int(heat(1, "light")[at : at + 2], 16)) for at in (1, 3, 5)) in shown


def test_256_colours_where_there_are_no_more(tmp_path: Path) -> None:
    shown = at_a_terminal(tmp_path, *SCORES, TERM="xterm-256color", COLORTERM="").shown
    assert len(FEW.findall(shown)) == 2 * 36 + 8
    assert not TRUE.search(shown)


@pytest.mark.parametrize(
    "changes", [{"NO_COLOR": "1", "COLORTERM": "truecolor"}, {"TERM": "linux"}, {"TERM": "dumb"}], ids=str
)
def test_signs_and_shades_where_there_are_none(tmp_path: Path, changes: dict[str, str]) -> None:
    terminal = at_a_terminal(tmp_path, *SCORES, **changes)
    assert "48;" not in terminal.shown
    rows = [line for line in terminal.lines if re.match(r"  \d ", line)]
    signs = [found for line in rows for found in re.findall(r"[+-](?=[ ░▒▓█]|$)", line)]
    assert signs == ["-" if numbers()[h, i, j] < 0 else "+" for i in range(8) for h in range(2) for j in range(i + 1)]


def test_through_a_pipe(tmp_path: Path) -> None:
    said = process(*SCORES, cwd=tmp_path, COLORTERM="truecolor")
    assert said.code == 0
    assert "\x1b" not in said.out
    assert max(map(len, said.out.splitlines()[1:])) <= 100
    assert said.out.count("head") == 2


@pytest.mark.parametrize("form", ["svg", "html"])
def test_files_hold_the_numbers(command: Command, form: str) -> None:
    assert command(*SCORES, "-o", f"x.{form}").err.endswith(f"written to x.{form}\n")
    text = Path(f"x.{form}").read_text("utf-8")
    drawn = list(squares(text if form == "svg" else _svg(text)))
    assert len(drawn) == 2 * 64
    trace = GPT.from_preset("demo").trace(WORDS[1])
    assert all(square.value == trace[square.address] for square in drawn)
    assert re.search(r"<script|url\(|@import", text) is None
    refused(command(*SCORES, "-o", f"x.{form}"), "is there already")
    assert command(*SCORES, "-o", f"x.{form}", "--force").code == 0


def _svg(page: str) -> str:
    found = next(part for part in re.findall(r"<svg.*?</svg>", page, re.DOTALL) if "data-value" in part)
    return found.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)


def test_a_png_has_the_colours_of_its_numbers(command: Command) -> None:
    image = pytest.importorskip("matplotlib.image", reason="matplotlib is not installed: pip install '.[plot]'")
    assert command(*SCORES, "-o", "x.png").code == command(*SCORES, "-o", "x.svg").code == 0
    pixels, root = image.imread("x.png"), ElementTree.parse("x.svg").getroot()
    height, width, _ = pixels.shape
    assert (width, height) == (2 * int(root.attrib["width"]), 2 * int(root.attrib["height"]))
    seen = {
        "#" + "".join(f"{round(255 * part):02x}" for part in pixel[:3]) for pixel in pixels[::5, ::5].reshape(-1, 4)
    }
    near = [min(_far(heat(x, "light"), other) for other in seen) for x in (-1.0, 1.0)]
    assert max(near) < 12  # the largest number of each head may be a little less


def _far(one: str, other: str) -> int:
    return max(abs(int(one[at : at + 2], 16) - int(other[at : at + 2], 16)) for at in (1, 3, 5))


def test_a_png_without_matplotlib_says_what_to_do(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    refused(command(*SCORES, "-o", "x.png"), "a PNG needs matplotlib", "install", "SVG or HTML")
    assert not Path("x.png").exists()
    assert not Path("data").exists()  # before anything is made


def test_for_programs(command: Command) -> None:
    (found,) = json.loads(command("show", "h.0.attn.scores[0,1,:,:]", *WORDS, "--format=json").out)
    (panel,) = found["panels"]
    assert found["address"] == "h.0.attn.scores[0,1,:,:]"
    assert panel["values"][2][1] == numbers()[1, 2, 1]
    assert panel["addresses"][2][1] == "h.0.attn.scores[0,1,2,1]"
    assert panel["values"][1][2] is None
    assert panel["rows"] == panel["columns"]
    assert found["scale"]["highest"] == -found["scale"]["lowest"] == np.abs(np.tril(numbers()[1])).max()


@pytest.mark.parametrize("form", ["markdown", "latex", "typst"])
def test_documents_have_the_numbers_as_tables(command: Command, form: str) -> None:
    said = command("show", "h.0.attn.weights", "--prompt", "gpt by", "--format", form)
    assert said.code == 0
    assert said.out.count("0.49739") == 1


def test_pictures_with_one_scale_can_be_compared(command: Command) -> None:
    for scale in (1, 2):
        command("show", "h.0.attn.weights", *WORDS, "--scale", scale, "-o", f"{scale}.svg")
    one, two = (list(squares(Path(f"{scale}.svg").read_text("utf-8"))) for scale in (1, 2))
    assert [a.opacity for a in one if a.value] == pytest.approx([2 * b.opacity for b in two if b.value], abs=3e-4)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (("h.9",), ("no tensor 'h.9'", "perhaps")),
        (("h.0.attn.weights[0,1,zebra,:]",), ("zebra is no word",)),
        (("d.h.0.attn.scores", "--prompt", "gpt"), ("no gradients", "--iteration")),
        (("logits", "--scale", 0), ("scale is 0",)),
        (("logits", "--scale", "nan"), ("scale is nan",)),
        (("logits", "--before", "demo:2"), ("--before is of --2d",)),
        (("transformer.wte.weight", "--2d", "--scale", 1), ("--scale is of colours",)),
        (("logits", "-o", "x.gif"), (".gif", ".svg")),
        (("logits", "--format", "png"), ("-o FILE.png",)),
        (("logits", "--format", "html", "-o", "x.svg"), ("x.svg is named as svg",)),
        (("*", "--preset", "pocket", "--batch_size", 8), ("too large", "tensors", "can be shown")),
    ],
)
def test_bad_input(command: Command, line: tuple[object, ...], says: tuple[str, ...]) -> None:
    result = command("show", *line)
    assert result.out == ""
    refused(result.__class__(result.code, "", result.err.splitlines(keepends=True)[-1]), *says)


def test_a_switch_that_is_off(command: Command) -> None:
    asked = ("show", "h.0.attn.weights", "--prompt", "gpt by")
    assert command(*asked, "--no_watch").out == command(*asked).out != ""
