"""Where a platform wants a user's files.

Written by hand, because importing platformdirs at every start would take longer than loading a compiled program.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

NAME = "gpt-by-hand"
# For macOS, and for the others the variable of the XDG base directory specification and what goes where it is not set.
FOLDERS = {
    "cache": ("~/Library/Caches", "XDG_CACHE_HOME", "~/.cache"),
    "data": ("~/Library/Application Support", "XDG_DATA_HOME", "~/.local/share"),
}


def user_folder(kind: str) -> Path | None:
    """The user's folder of this program for `cache` or `data`; None where the system knows of no home folder."""
    mac, variable, default = FOLDERS[kind]
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or os.path.expanduser(r"~\AppData\Local")
    elif sys.platform == "darwin":
        base = os.path.expanduser(mac)
    else:
        base = os.environ.get(variable, "")
        # The specification: a relative path is invalid and to be ignored.
        base = base if os.path.isabs(base) else os.path.expanduser(default)
    return Path(base) / NAME if os.path.isabs(base) else None


def named(variable: str) -> Path | None:
    """The path that an environment variable names, from the root; None where it is not set."""
    given = os.environ.get(variable)
    return Path(os.path.abspath(os.path.expanduser(given))) if given else None
