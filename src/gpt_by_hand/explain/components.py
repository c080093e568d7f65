"""Principal components: the two directions in which rows of numbers differ most."""

from __future__ import annotations

import numpy as np

from gpt_by_hand.records import dataclass

TIED = 1e-9  # relative: what differs by less differs by rounding


@dataclass(frozen=True)
class Components:
    """Two directions, `loadings` [2, column] of length 1, at right angles, and the `share` [2] of the variance along
    each.

    They start at the rows' `mean` [column]. A direction in which nothing differs is all 0. `ties` has the first and the
    last of components, counted from 1, that have equal variances: there, other directions would do as well.
    """

    mean: np.ndarray
    loadings: np.ndarray
    shares: np.ndarray
    ties: tuple[tuple[int, int], ...]

    def of(self, rows: np.ndarray) -> np.ndarray:
        """Where rows [row, column] are in the plane of the two directions, [row, 2]."""
        return np.asarray((rows - self.mean) @ self.loadings.T)

    @property
    def count(self) -> int:
        """How many of the two directions there are: 0 where all rows are equal, 1 where they are on a line."""
        return int(np.count_nonzero(self.loadings.any(axis=1)))


def components(rows: np.ndarray) -> Components:
    """The first two principal components of rows [row, column]: those of the singular value decomposition of the rows
    less their mean.

    No plane is closer to the rows in the sum of squares. What the decomposition leaves open is settled by the numbers
    alone, not by the rows' order: the largest loading of a direction is positive, the first of them where several are
    equal; and among directions of equal variance, the one nearest to a single column comes first.

    Sources: Pearson 1901 (On lines and planes of closest fit to systems of points in space); Eckart & Young 1936 (The
    approximation of one matrix by another of lower rank); Jolliffe 2002 (Principal component analysis, 3.5).
    """
    rows = rows.astype(np.float64)
    mean = rows.mean(axis=0)
    # Of more rows than columns, the triangle R of QR = rows has the same directions, and is small.
    _, sizes, directions = np.linalg.svd(np.linalg.qr(rows - mean, mode="r"), full_matrices=False)
    sizes[sizes <= max(rows.shape) * np.finfo(np.float64).eps * np.linalg.norm(rows)] = 0
    found: list[np.ndarray] = []
    ties, start = [], 0
    while len(found) < 2 and start < len(sizes) and sizes[start]:
        end = start + int(np.count_nonzero(sizes[start:] >= sizes[start] * (1 - TIED)))
        ties += [(start + 1, end)] if end > start + 1 else []
        found += _settled(directions[start:end], 2 - len(found))
        start = end
    loadings, shares = np.zeros((2, rows.shape[1])), np.zeros(2)
    for n, direction in enumerate(found):
        loadings[n], shares[n] = direction, (sizes[n] / np.linalg.norm(sizes)) ** 2
    return Components(mean, loadings, shares, tuple(ties))


def _settled(directions: np.ndarray, most: int) -> list[np.ndarray]:
    """At most so many directions of the space that these [direction, column] span, whichever they are.

    Each is the shadow of a column's own axis: of the one that is nearest to the space, or the first of those. So of a
    single direction it decides the sign.
    """
    space = directions
    found: list[np.ndarray] = []
    while len(found) < min(most, len(directions)):
        near = np.linalg.norm(space, axis=0)
        column = int(np.argmax(near >= near.max() * (1 - TIED)))
        one = space[:, column] / near[column]
        found.append(one @ directions)
        space = space - np.outer(one, one @ space)
    return found
