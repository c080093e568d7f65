"""`python killed.py FOLDER train`: train, dying before the first, second, ... thing done to a file; resume each time.

Python tells an audit hook before it opens, renames or removes a file; the hook ends the process there and then, as a
kill would. So every state that the files can be in is met: those of the data set that is prepared first, those of the
run and, with `compile` in place of `train`, those of the folder for compiled programs. Prints how many there were, and
fails at the first bad one.
"""

import os
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

from gpt_by_hand.cli import main
from gpt_by_hand.engines.cache import build, digest, find
from gpt_by_hand.engines.compiler import find_compiler
from tests.support.compilers import SOURCE, twice
from tests.training.runs import Run, differences

EVENTS = {"open", "os.chmod", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "subprocess.Popen"}
OPTIONS = ("--max_iters", 2, "--eval_interval", 2)
DATA = ["meta.pkl", "train.bin", "val.bin"]
KEY = digest("a key")


def die_at(step: int, folder: Path) -> None:
    seen = 0

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal seen
        if event in EVENTS and any(str(folder) in str(part) for part in arguments):
            seen += 1
            if seen == step:
                os._exit(9)

    sys.addaudithook(hook)


def in_a_child(act: Callable[[], int], folder: Path, step: int = 0) -> int:
    """Do it in a child process, which dies before this step; returns its exit code."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if step:
        die_at(step, folder)
    os._exit(act())


def steps(folder: Path, act: Callable[[Path], int], check: Callable[[Path], None]) -> int:
    """Die at each step of what is done in a folder of its own, do it again, and check; returns how many there are."""
    for step in range(1, 1000):
        own = folder / str(step)
        own.mkdir()
        died = in_a_child(lambda own=own: act(own), own, step)  # type: ignore[misc]
        if died == 0:
            return step - 1
        assert died == 9
        assert in_a_child(lambda own=own: act(own), own) == 0, f"cannot go on after dying at step {step}"  # type: ignore[misc]
        check(own)
    raise AssertionError("it never ends")


def train(folder: Path) -> int:
    """Train from the start, or from the checkpoint if there is one."""
    run = Run(folder, *OPTIONS)
    more = ("--init_from", "resume") if run.has_checkpoint() else ()
    return main([str(option) for option in (*run.options, *more)])


def training(folder: Path) -> int:
    """How many steps there are to die at."""
    (folder / "0").mkdir()
    assert train(folder / "0") == 0  # in this process, so that its children find everything imported
    whole = Run(folder / "0", *OPTIONS)

    def check(own: Path) -> None:
        run = Run(own, *OPTIONS)
        assert not differences(run.state(), whole.state()), f"another end: {own}"
        assert run.metrics() == whole.metrics(), f"other metrics: {own}: {run.metrics()}"
        assert not [path for path in run.out.iterdir() if path.name.startswith(".")], f"rubbish: {own}"
        assert {p.name: p.read_bytes() for p in run.data.iterdir()} == {
            name: (whole.data / name).read_bytes() for name in DATA
        }, f"other data: {own}"

    return steps(folder, train, check)


def compile_small(folder: Path) -> int:
    os.environ["GPT_BY_HAND_CACHE"] = str(folder / "compiled")
    library = build(KEY, find_compiler(), lambda _: SOURCE)
    return 0 if find(KEY) == library and twice(library) == 42 else 1


def compiling(folder: Path) -> int:
    """How many steps there are to die at."""
    (folder / "0").mkdir()
    assert compile_small(folder / "0") == 0
    return steps(folder, compile_small, lambda _: None)


if __name__ == "__main__":
    with redirect_stdout(StringIO()):
        found = {"train": training, "compile": compiling}[sys.argv[2]](Path(sys.argv[1]))
    print(found, "steps")
