"""A program, or one formula, in another language. Text out; computes nothing."""
