"""Worksheets: questions on paper, with boxes to fill in and a key, all of it taken from the formulas and a trace."""
