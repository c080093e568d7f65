"""`python killed.py FOLDER`: train, dying before the first, second, ... thing done to a file, and resume each time.

Python tells an audit hook before it opens, renames or removes a file; the hook ends the process there and then, as a
kill would. So every state that the files can be in is met. Prints how many there were, and fails at the first bad one.
"""

import os
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

from gpt_by_hand.cli import main
from tests.training.runs import Run, differences

EVENTS = {"open", "os.chmod", "os.mkdir", "os.remove", "os.rename"}
OPTIONS = ("--max_iters", 2, "--eval_interval", 2)


def die_at(step: int, folder: Path) -> None:
    seen = 0

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal seen
        if event in EVENTS and any(str(folder) in str(part) for part in arguments):
            seen += 1
            if seen == step:
                os._exit(9)

    sys.addaudithook(hook)


def train(run: Run, step: int = 0) -> int:
    """Train in a child process; returns its exit code."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if step:
        die_at(step, run.out)
    os._exit(main(options(run)))


def options(run: Run) -> list[str]:
    """The command's arguments: from the start, or from the checkpoint if there is one."""
    return [str(option) for option in (*run.options, *(("--init_from", "resume") if run.has_checkpoint() else ()))]


def test(folder: Path) -> int:
    """How many steps there are to die at."""
    (folder / "0").mkdir()
    whole = Run(folder / "0", *OPTIONS)
    assert main(options(whole)) == 0  # in this process, so that its children find everything imported
    for step in range(1, 1000):
        (folder / str(step)).mkdir()
        run = Run(folder / str(step), *OPTIONS)
        if train(run, step) == 0:
            return step - 1
        assert train(run) == 0, f"cannot go on after dying at step {step}"
        assert not differences(run.state(), whole.state()), f"another end after dying at step {step}"
        assert run.metrics() == whole.metrics(), f"other metrics after dying at step {step}: {run.metrics()}"
        assert not [path for path in run.out.iterdir() if path.name.startswith(".")], f"rubbish after step {step}"
    raise AssertionError("it never ends")


if __name__ == "__main__":
    with redirect_stdout(StringIO()):
        steps = test(Path(sys.argv[1]))
    print(steps, "steps")
