"""GPT-by-Hand: a GPT small enough to compute with a pencil, in which every number can be traced."""

__version__ = "0.1.0"
