"""Every command on the pages is run, in the order of the page, and prints what the page shows."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.known import loss_on_val
from tests.docs.markdown import PAGES, ROOT, Block, blocks, with_blocks
from tests.docs.project import PROJECT
from tests.docs.running import CHANGED, NOT_RUN, PageError, Place, commands, compare_trained, runnable

EVERYWHERE = [block for page in PAGES for block in blocks(page)]
COMMANDS = [command for block in EVERYWHERE if block.language == "bash" for command in commands(block)]
RUN = [page for page in PAGES if blocks(page)]


@pytest.mark.parametrize("page", RUN, ids=[page.relative_to(ROOT).with_suffix("").as_posix() for page in RUN])
def test_a_page_does_what_it_says(page, tmp_path):
    """Each in a folder of its own, as a newcomer has it: no page needs what another one has made."""
    place = Place(tmp_path, update=os.environ.get("UPDATE_DOCS") == "1")
    place.run(page)
    if (place.folder / "out" / "quick").exists():
        assert abs(loss_on_val(place.folder / "out" / "quick") - 0.44) < 0.03  # "the quick run's model about 0.44"
    if place.update:
        page.write_text(with_blocks(page.read_text(encoding="utf-8"), place.updates), encoding="utf-8")
        assert place.unsure == [], "write these by hand"


def test_every_exception_is_needed():
    for pattern in [*NOT_RUN, *(pattern for pattern, _, _ in CHANGED)]:
        assert any(re.search(rf"^(?:{pattern})$", command) for command in COMMANDS), pattern


# What cannot be run here is looked at in another way.


@pytest.mark.parametrize("target", sorted({c.split()[1] for c in COMMANDS if c.startswith("make ")}))
def test_a_make_target_is_there(target):
    if shutil.which("make") is None:
        pytest.skip("no make here")
    done = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_what_make_demo_runs_is_what_the_readme_shows():
    makefile = (ROOT / "Makefile").read_text()
    for command in ("prepare_tiny_demo.py", "train.py --device cpu --recipe quick", "generate.py"):
        assert f"python {command}" in makefile


def test_the_requirements_install_this_project():
    lines = (ROOT / "requirements.txt").read_text().split("\n")
    assert [line for line in lines if line and not line.startswith("#")] == ["-e ."]
    assert PROJECT["name"] == "gpt-by-hand"


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.startswith("pip install")])
def test_an_extra_that_is_installed_is_there(command):
    extras = re.findall(r"\[(\w+)\]", command)
    assert set(extras) <= PROJECT["optional-dependencies"].keys()


def test_a_virtual_environment_can_be_made():
    assert subprocess.run([sys.executable, "-m", "venv", "--help"], capture_output=True, check=False).returncode == 0


def test_windows_commands_are_the_others_but_for_activating():
    (windows,) = (block for block in EVERYWHERE if block.language == "powershell")
    posix = next(block for block in EVERYWHERE if block.language == "bash" and "venv" in block.text)
    differing = [(a, b) for a, b in zip(commands(posix), windows.text.strip().split("\n"), strict=True) if a != b]
    assert differing == [("source .venv/bin/activate", r".venv\Scripts\Activate.ps1")]


# A page that is wrong must fail.


def page(*lines: str) -> str:
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (page("```bash", "rm -rf data", "```"), "does not know how to run 'rm -rf data'"),
        (page("```bash", "python train.py --learning_rte 3", "```"), "exit code 2"),
        (page("```bash", "cd nowhere", "```"), "exit code 1"),
        (page("```bash", "gpt-by-hand --version", "```", "```text", "gpt-by-hand 9.9.9", "```"), "9.9.9"),
        (page("```text", "6,865 parameters", "```"), "no command is shown that prints this"),
        (page("<!-- part of: python x.py -->", "```text", "1", "```"), "nothing on this page runs 'python x.py'"),
        (
            page("```python", ">>> from gpt_by_hand import GPT", ">>> GPT.from_preset().num_parameters", "6865", "```"),
            "6864",
        ),
        (page("```python", "print(1)", "```"), "without >>>"),
        (page("```ruby", "puts 1", "```"), "cannot be checked"),
        (page("```bash", "make demo"), "never ends"),
    ],
)
def test_a_wrong_page_is_found(text, says, tmp_path):
    with pytest.raises(AssertionError, match=re.escape(says)):
        Place(tmp_path).run(Path("page.md"), text)


def test_comments_are_no_commands_and_long_lines_are_joined():
    block = Block(Path("page.md"), 1, "bash", "# a comment\npython train.py \\\n  --max_iters 2  # two\n\n")
    assert commands(block) == ["python train.py    --max_iters 2"]


def test_commands_that_need_a_network_are_not_run_or_changed():
    block = Block(Path("page.md"), 1, "bash", "make demo\ncd data\npython prepare_shakespeare.py\n")
    assert runnable(block) == ["cd data", "python prepare_shakespeare.py --input ../shakespeare.txt"]


SHOWN = "iteration   200: train 0.4107  val 0.3976  learning rate 0.001  1 tokens/s\nhello world\n"


@pytest.mark.parametrize(
    "printed",
    [
        SHOWN.replace("0.3976", "0.4576"),
        SHOWN.replace("hello world", "hullo world"),
        SHOWN.replace("hello world", "hello earth"),
        SHOWN.replace("hello world\n", ""),
    ],
)
def test_what_a_trained_model_gives_is_compared(printed):
    block = Block(Path("page.md"), 1, "text", SHOWN)
    compare_trained(block, SHOWN)
    with pytest.raises(PageError):
        compare_trained(block, printed)


@pytest.mark.parametrize("printed", [SHOWN.replace("0.3976", "0.4085"), SHOWN.replace("hello world", "hello once")])
def test_another_machine_may_round_otherwise(printed):
    with pytest.warns(UserWarning, match="on this machine"):
        compare_trained(Block(Path("page.md"), 1, "text", SHOWN), printed)
