"""Sentences about rows of numbers that are seen in two dimensions."""

PLANE = {
    "plane.title": "{address} in two dimensions",
    "plane.axis": "component {number} ({share} of variance)",
    "plane.rule": "The {rows} rows of {columns} numbers, less their mean, along the two directions in which they "
    "differ most (principal components): {share} of their variance.",
    "plane.before": "A line leads to each from where it was in {before}, along the same axes.",
    "plane.before.time": "before",
    "plane.after.time": "after",
    "plane.single": "there is one row, which differs from no other: it stands at 0",
    "plane.equal": "all rows are equal: they stand at 0, on top of each other",
    "plane.line": "all rows are on a line: there is no second component, which is 0 here",
    "plane.tied": "components {first} to {last} have the same variance, so other directions would do as well: these "
    "are nearest to one channel each",
}
