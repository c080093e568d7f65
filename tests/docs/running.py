"""Runs what the pages tell people to type, in a copy of the files that they would have."""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

from gpt_by_hand.data.prepare import built_in_tokenizer
from tests.docs.aligning import AmbiguousError
from tests.docs.comparing import ELISION, assert_shown, chunks, corrected, same_line
from tests.docs.markdown import ROOT, Block, blocks
from tests.support.commands import environment
from tests.support.compilers import REAL

COPIED = ("train.py", "generate.py", "requirements.txt", "pyproject.toml", "Makefile", "README.md")
HERE = "/home/you/gpt-by-hand"  # what the pages call the folder that everything happens in
TEXT = "shakespeare.txt"  # a small text that stands in for the download

C = "--engine c"  # what cannot be run without a C compiler
TRAINED = "by a trained model"  # the note before what it writes
LOOSE = 0.05  # nats: so much do losses differ between machines after 2,000 large steps

# Programs that a page may use, beside what NOT_RUN allows.
KNOWN = {"python", "gpt-by-hand", "torchrun", "cd", "cc", "./gpt", "node"}

# What a test cannot run, why, and what tests/docs/test_commands.py looks at instead.
NOT_RUN = {
    r"python -m venv \.venv": "an environment is there already",
    r"source \.venv/bin/activate": "an environment is there already",
    r"pip install -r requirements\.txt": "no network",
    r"pip install -e '\.\[\w+\]'": "no network",
    r"python -m pytest\b.*": "this is a test",
    r"UPDATE_\w+=1 python -m pytest\b.*": "this is a test",
    r"make [\w-]+": "it installs into .venv",
}
# What is run in another form: a pattern, what is put in its place, and why.
CHANGED = [
    (r"python prepare_shakespeare\.py$", rf"\g<0> --input ../{TEXT}", "no network"),
    (
        r"python train\.py --preset shakespeare --out_dir out/shakespeare$",
        r"\g<0> --max_iters 1 --eval_iters 1 --eval_interval 1",
        "too long",
    ),
]


class PageError(AssertionError):
    """A page shows something that does not work."""


class Place:
    """A folder as a newcomer has it after cloning, and the commands of a page run there in order.

    With `update`, what a page shows wrongly is not an error but kept in `updates`, as it should be.
    """

    def __init__(self, folder: Path, update: bool = False) -> None:
        self.folder = folder / "gpt-by-hand"
        (self.folder / "data").mkdir(parents=True)
        for name in COPIED:
            shutil.copy(ROOT / name, self.folder / name)
        for script in (ROOT / "data").glob("*.py"):
            shutil.copy(script, self.folder / "data")
        (self.folder / TEXT).write_text("To be, or not to be, that is the question:\n" * 60, encoding="utf-8")
        self.environment = self._environment(folder / "bin")
        self.update = update
        self.updates: dict[Block, str] = {}
        self.unsure: list[str] = []
        self.names: dict[str, Any] = {}
        self.printed: dict[str, str] = {}

    def run(self, page: Path, text: str | None = None) -> None:
        """Run every block and compare what it prints with what is shown. Raises: PageError or AssertionError.

        Where there is no C compiler or no Node, a block that needs it, and what is shown below it, is left out.
        """
        before: Block | None = None
        for block in blocks(page, text):
            if not (_cannot_run(block) or (block.language == "text" and before and _cannot_run(before))):
                self._run(block, before)
            before = block

    def bash(self, block: Block) -> str:
        """Run a block of commands; returns what they print. Raises: PageError if one fails."""
        script = "\n".join(runnable(block))
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", script],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
        printed = done.stdout.replace(str(self.folder.resolve()), HERE).replace(str(self.folder), HERE)
        if done.returncode:
            raise PageError(f"{block.where}: exit code {done.returncode}\n{block.text}\n{printed}")
        self.printed[block.text.strip()] = printed
        return printed

    def python(self, block: Block) -> None:
        """Run a block of Python as a doctest; names live on in the blocks that follow."""
        example = doctest.DocTestParser().get_doctest(block.text, self.names, block.where, str(block.page), block.line)
        if not example.examples:
            raise PageError(f"{block.where}: a Python block without >>>")
        runner = _Runner(checker=_Checker(), optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
        said: list[str] = []
        failed = runner.run(example, out=said.append, clear_globs=False).failed
        if failed and self.update and len(runner.printed) == failed:
            self.updates[block] = runner.corrected(block.text)
        elif failed:
            raise PageError(f"{block.where}:\n{''.join(said)}")
        self.names = example.globs

    def _run(self, block: Block, before: Block | None) -> None:
        if REAL is None and any(b.language == "bash" and C in b.text for b in (block, before) if b):
            return
        if block.language == "bash":
            self.bash(block)
        elif block.language == "python":
            here = os.getcwd()
            os.chdir(self.folder)
            try:
                self.python(block)
            finally:
                os.chdir(here)
        elif block.language == "text":
            self._compare(block, before)
        elif block.language == "javascript":
            name, _, script = block.text.removeprefix("// ").partition("\n")
            (self.folder / name).write_text(script, encoding="utf-8")
        elif block.language != "powershell":
            raise PageError(f"{block.where}: a block of {block.language or 'no language'} cannot be checked")

    def _compare(self, block: Block, before: Block | None) -> None:
        """Compare what is shown with what was printed, as the note before the block says."""
        if block.note == "picture":
            return
        part = block.note.startswith("part of: ")
        command = block.note.removeprefix("part of: ") if part else ""
        if part and command not in self.printed:
            raise PageError(f"{block.where}: nothing on this page runs {command!r}")
        if not part and (before is None or before.language != "bash"):
            raise PageError(f"{block.where}: no command is shown that prints this")
        printed = self.printed[command if before is None or part else before.text.strip()]
        if self.update:
            try:
                self.updates[block] = corrected(block.text, printed, part=part)
            except AmbiguousError as error:
                self.unsure.append(f"{block.where}: {error}")
        elif block.note == TRAINED:
            compare_trained(block, printed)
        else:
            assert_shown(block.text, printed, block.where, part=part)

    def _environment(self, programs: Path) -> dict[str, str]:
        """The commands `python` and `gpt-by-hand` mean the interpreter that runs this test, and this source."""
        programs.mkdir()
        start = "import sys; from gpt_by_hand.cli import main; sys.argv[0] = 'gpt-by-hand'; sys.exit(main())"
        modules = {"python": "", "gpt-by-hand": f' -c "{start}"', "torchrun": " -m torch.distributed.run"}
        for name, call in modules.items():
            (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}"{call} "$@"\n')
            (programs / name).chmod(0o755)
        path = os.pathsep.join([str(programs), os.environ.get("PATH", os.defpath)])
        return environment(PATH=path, PYTHONIOENCODING="utf-8", GPT_BY_HAND_PROGRESS=str(programs / "progress.json"))


def compare_trained(block: Block, printed: str) -> None:
    """What a trained model gives: another machine may draw another word, and then a warning is enough.

    A loss must agree to LOOSE, a text in its prompt and in how many words the vocabulary knows, a list of candidates
    in how many there are. Raises: PageError.
    """
    try:
        assert_shown(block.text, printed, block.where)
        return
    except AssertionError as error:
        exact = str(error)
    shown = [line for chunk in chunks(block.text.rstrip("\n").split("\n")) for line in chunk]
    found = printed.rstrip("\n").split("\n")[-len(shown) :]
    if ELISION in block.text.split("\n")[1:]:
        found = [next((line for line in printed.split("\n") if line[:17] == want[:17]), "") for want in shown]
    if len(shown) != len(found) or not all(alike(a, b) for a, b in zip(shown, found, strict=True)):
        raise PageError(exact)
    warnings.warn(f"{block.where}: on this machine the model gives\n{printed}", stacklevel=2)


def alike(shown: str, printed: str) -> bool:
    """Could two trained models, that are the same but for rounding, have given these two lines?"""
    if same_line(shown, printed, LOOSE) or shown.startswith(("  ", "after ")):
        return True
    words = built_in_tokenizer("tiny_demo_words").ids
    same_prompt = shown.split()[:1] == printed.split()[:1]
    return same_prompt and shown.split(maxsplit=1)[0] in words and all(word in words for word in printed.split())


def commands(block: Block) -> list[str]:
    """The block's commands, without comments, lines that end in a backslash joined."""
    joined = block.text.replace("\\\n", " ")
    lines = (re.sub(r"(^|\s+)#.*", "", line).strip() for line in joined.split("\n"))
    return [line for line in lines if line]


def runnable(block: Block) -> list[str]:
    """The commands that a test can run, in the form in which it can. Raises: PageError for an unknown program."""
    found = []
    for command in commands(block):
        if any(re.fullmatch(pattern, command) for pattern in NOT_RUN):
            continue
        for program in _programs(command):
            if program not in KNOWN:
                raise PageError(f"{block.where}: this test does not know how to run {command!r}")
        found.append(_changed(command))
    return found


def _programs(command: str) -> list[str]:
    """The first word of each part of a pipeline."""
    return [part.split()[0] for part in re.split(r"\|\|?|&&|;", command) if part.split()]


def _cannot_run(block: Block) -> bool:
    """Does the block need a C compiler, or Node, and it is not here?"""
    needed = re.findall(r"^(cc|node) ", block.text, re.M) if block.language == "bash" else []
    return any(shutil.which(program) is None for program in needed)


def _changed(command: str) -> str:
    for pattern, replacement, _ in CHANGED:
        command = re.sub(pattern, replacement, command)
    return command


class _Runner(doctest.DocTestRunner):
    """Keeps what was printed where something else is shown."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.printed: list[tuple[doctest.Example, str]] = []

    def report_failure(self, out: Any, test: doctest.DocTest, example: doctest.Example, got: str) -> None:
        self.printed.append((example, got))
        super().report_failure(out, test, example, got)

    def corrected(self, text: str) -> str:
        """The block with what was printed below each line that is not followed by it."""
        lines = text.split("\n")
        for example, got in reversed(self.printed):
            first = example.lineno + example.source.count("\n")
            lines[first : first + example.want.count("\n")] = got.rstrip("\n").split("\n")
        return "\n".join(lines)


class _Checker(doctest.OutputChecker):
    """doctest's own comparison, and then the pages': numbers may differ in their last digit."""

    def check_output(self, want: str, got: str, optionflags: int) -> bool:
        if super().check_output(want, got, optionflags):
            return True
        try:
            assert_shown(want, got)
        except AssertionError:
            return False
        return True
