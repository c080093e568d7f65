"""`python -m gpt_by_hand`."""

from gpt_by_hand.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
