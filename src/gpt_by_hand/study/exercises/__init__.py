"""Exercises made from the formulas, and what a wrong answer would be the right answer to."""
