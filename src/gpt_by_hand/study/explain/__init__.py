"""Any number of a trace, explained: its meaning, its formula, its working, and the numbers that it comes from."""
