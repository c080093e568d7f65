"""The schedule: in which loops a program is computed. Between the formulas and the languages that have loops."""
