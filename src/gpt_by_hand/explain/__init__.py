"""One number, explained: its formula with its numbers, its sums, where it is used, and how a gradient is checked."""
