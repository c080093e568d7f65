"""`explore`: the page in a file, what is said of it, and the browser that opens it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from gpt_by_hand import GPT, trace_iteration
from gpt_by_hand.page.contents import contents as made
from gpt_by_hand.page.write import html
from tests.page.test_write import DATA, Parts
from tests.support.commands import Command, process, refused
from tests.support.terminal import Terminal

PENCIL = ("explore", "--preset", "pencil")


def contents(path: str) -> dict:
    return json.loads(Parts(Path(path).read_text("utf-8")).texts[DATA])


def test_an_iteration_by_hand_if_nothing_is_said(command: Command) -> None:
    said = command("explore")
    assert (said.code, said.out) == (0, "")
    where = Path("explorer.html").resolve()
    assert said.err.endswith(
        f"a page with 88,248 numbers written to explorer.html\nopen it in a browser: {where.as_uri()}\n"
    )
    assert Path("explorer.html").read_text("utf-8") == html(trace_iteration(0))


def test_a_later_iteration_with_other_settings(command: Command) -> None:
    assert command(*PENCIL, "--iteration", 2, "--batch_size", 3, "--beta1", 0.5, "-o", "a.html").code == 0
    found = contents("a.html")
    assert (found["origin"]["iteration"], found["whose"]["rows"]) == (2, [2, 3])
    assert found["run"]["batch_size"] == 3
    assert ["beta1", 0.5] in found["program"]["constants"]


def test_a_checkpoint_brings_its_rows(command: Command, trained: Path) -> None:
    assert command("explore", "--checkpoint", "out").code == 0
    found = contents("explorer.html")
    assert found["whose"]["source"] == "out"
    assert (found["whose"]["before"], found["origin"]["iteration"], found["whose"]["rows"]) == (20, 20, [2, 2])
    assert command("explore", "--checkpoint", "out", "--prompt", "hello", "--force").code == 0
    assert contents("explorer.html")["run"] is None


def test_a_prompt_with_its_gradients(command: Command) -> None:
    assert command("explore", "--prompt", "gpt by hand", "--gradients", "-o", "a.html").code == 0
    found, true = contents("a.html"), made(GPT.from_preset("demo").gradients("gpt by hand"))
    assert all(found[part] == true[part] for part in ("program", "given", "vocabulary"))


def test_what_is_set_is_set_in_the_page(command: Command) -> None:
    assert command("explore", "--prompt", "hello", "--set", "tokens[0,0]=world", "--no_open").code == 0
    assert contents("explorer.html")["set"] == [["tokens[0,0]", 31]]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--preset", "shakespeare"), ("10,568,046 numbers", "presets demo, pocket and pencil", "--prompt", "fewer")),
        (("--preset", "gpt2", "--prompt", "hi"), ("numbers, and a browser bears 2,000,000", "fewer layers")),
        (("-o", "page.pdf"), ("page.pdf ends in '.pdf'", ".html")),
        (("--format", "html"), ("--format", "no such option")),
        (("--precision", "float32"), ("--precision", "no such option")),
        (("--prompt", "hello", "--iteration", 1), ("--prompt and --iteration",)),
        (("--gradients",), ("--gradients goes back from a --prompt",)),
        (("--prompt", "helo"), ("helo", "hello")),
        (("--set", "h.0.attn.scorse[0,0,0,0]=1"), ("h.0.attn.scores",)),
        (("--checkpoint", "nowhere"), ("nowhere",)),
    ],
)
def test_bad_input_writes_nothing(command: Command, options: tuple[object, ...], words: tuple[str, ...]) -> None:
    command("prepare", "words")
    refused(command("explore", *options), *words)
    assert not Path("explorer.html").exists()


def test_a_file_that_is_there_stays(command: Command) -> None:
    Path("explorer.html").write_text("mine")
    refused(command(*PENCIL), "explorer.html is there already", "--force")
    assert Path("explorer.html").read_text() == "mine"
    assert command(*PENCIL, "--force").code == 0
    assert Path("explorer.html").stat().st_size > 50_000


def browser(folder: Path) -> dict[str, str]:
    """What makes a script of ours the browser, which notes what it is to open."""
    script = folder / "browser.py"
    script.write_text(f"import sys\nopen({str(folder / 'opened')!r}, 'w').write(sys.argv[1])\n")
    return {"BROWSER": f"{sys.executable} {script} %s"}


@pytest.mark.skipif(os.name == "nt", reason="a terminal of Unix")
@pytest.mark.parametrize("options", [(), ("--no_open",)], ids=["opened", "not opened"])
def test_it_opens_in_the_browser_unless_it_must_not(tmp_path: Path, options: tuple[str, ...]) -> None:
    terminal = Terminal(tmp_path, *PENCIL, *options, columns=200, **browser(tmp_path))
    assert terminal.wait() == 0
    where = (tmp_path / "explorer.html").as_uri()
    if options:
        assert f"open it in a browser: {where}" in " ".join(terminal.lines)
        assert not (tmp_path / "opened").exists()
    else:
        assert "opened in the browser" in terminal.shown
        assert (tmp_path / "opened").read_text() == where


def test_nothing_opens_where_nobody_sits(tmp_path: Path) -> None:
    said = process(*PENCIL, cwd=tmp_path, **browser(tmp_path))
    assert said.code == 0
    assert not (tmp_path / "opened").exists()


def test_in_a_terminal_alone_it_only_says_where(tmp_path: Path) -> None:
    """No browser takes the terminal, where there is no window."""
    none = {"BROWSER": "", "DISPLAY": "", "WAYLAND_DISPLAY": ""}
    terminal = Terminal(tmp_path, *PENCIL, columns=200, **none)
    assert terminal.wait() == 0
    assert "open it in a browser: file://" in terminal.shown
