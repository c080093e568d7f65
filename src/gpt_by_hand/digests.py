"""SHA-256, for what is small without OpenSSL: loading that takes longer than all hashes of a start."""

from __future__ import annotations

import sys
from functools import lru_cache
from importlib import import_module
from typing import Any

LARGE = 2**20  # bytes: from here on, OpenSSL's speed is worth it
OWN = "_sha2" if sys.version_info >= (3, 12) else "_sha256"  # Python's, which its `random` takes such from, too


def sha256(content: bytes) -> str:
    """The SHA-256 of some bytes, in hexadecimal."""
    return str(_library(OWN if len(content) < LARGE else "hashlib").sha256(content).hexdigest())


@lru_cache
def _library(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:  # a Python may be built without its own
        return import_module("hashlib")
