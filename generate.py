"""Write text with a trained GPT: `python generate.py --help`. The same as `gpt-by-hand generate`."""

import sys

from gpt_by_hand.cli import main

if __name__ == "__main__":
    raise SystemExit(main(["generate", *sys.argv[1:]]))
