"""Prepare the word demo beside this file: `gpt-by-hand prepare words`."""

import sys
from pathlib import Path

from gpt_by_hand.cli import main

if __name__ == "__main__":
    raise SystemExit(main(["prepare", "words", "--data-dir", str(Path(__file__).resolve().parent), *sys.argv[1:]]))
