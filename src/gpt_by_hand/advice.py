"""What to type: commands that work from where the user stands, in a clone or with the package installed elsewhere."""

from __future__ import annotations

import os
import sys
from shlex import quote

PROJECT = "gpt-by-hand"
SCRIPTS = ("train.py", "generate.py")  # of a clone


def command(words: str) -> str:
    """How to give a command, such as `generate --out_dir out`, in the way in which this program was started.

    The scripts of a clone, `python train.py`, name each other; `python -m gpt_by_hand` names itself.
    """
    folder, started = os.path.split(sys.argv[0])
    name, _, rest = words.partition(" ")
    if started == "__main__.py" and os.path.basename(folder) == "gpt_by_hand":
        return f"python -m gpt_by_hand {words}"
    script = os.path.normpath(os.path.join(folder, f"{name}.py"))
    if started in SCRIPTS and os.path.isfile(script):
        return f"python {quote(script)} {rest}".rstrip()
    return f"{PROJECT} {words}"


def of_run(words: str, folder: str) -> str:
    """The words for a command on the run that is kept in the folder, which need not name `out`.

    >>> of_run("generate", "out"), of_run("generate", "my out")
    ('generate', "generate --out_dir 'my out'")
    """
    return words if folder == "out" else f"{words} --out_dir {quote(folder)}"


def install(extra: str) -> str:
    """How to install what an extra needs: from the clone that this is, else its packages by their own names.

    No index has this project, so its own name could not be found there.
    """
    from pathlib import Path

    root = Path(__file__).resolve().parents[2]
    project, here = root / "pyproject.toml", Path("pyproject.toml")
    if project.is_file():
        where = "." if here.is_file() and here.samefile(project) else str(root)
        return f"pip install -e {quote(f'{where}[{extra}]')}"
    return f"pip install {' '.join(map(quote, _packages(extra)))}"


def _packages(extra: str) -> list[str]:
    """The requirements of an extra, as `typst>=0.13`, which the installed package knows of."""
    import re
    from importlib.metadata import PackageNotFoundError, requires

    try:
        found = requires(PROJECT) or []
    except PackageNotFoundError:
        found = []
    marked = re.compile(rf"\s*(?P<needed>[^;]*?)\s*;.*\bextra\s*==\s*['\"]{extra}['\"]")
    return [match["needed"] for match in map(marked.match, found) if match] or [f"{PROJECT}[{extra}]"]
