"""Train a GPT: `python train.py --help`. The same as `gpt-by-hand train`."""

import sys

from gpt_by_hand.cli import main

if __name__ == "__main__":
    raise SystemExit(main(["train", *sys.argv[1:]]))
