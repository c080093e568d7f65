"""Products of matrices as tiles: which loops there are, how far apart elements lie, and how large a tile to hold.

A tile is some rows by some columns of the result, held in vector registers while the sum runs. Source: Goto & van de
Geijn 2008, "Anatomy of High-Performance Matrix Multiplication".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import ceil, prod

from gpt_by_hand.records import dataclass

REGISTERS = {4: 16, 8: 16, 16: 32}  # vector registers of a processor with so many lanes (SSE or NEON, AVX2, AVX-512)
BLOCK = 128  # steps of a sum whose operands stay in the level 1 cache
PACKED = 4096  # floats: where the right-hand rows span more, columns are copied to lie side by side (a level 1 cache)
LATENCY = 5.5  # cycles from one step of a sum to the next, as measured: a multiply-add takes four
REPAID = 24  # rows that a copied column must serve for that


@dataclass(frozen=True)
class Level:
    """One loop of a product: how often, and how many elements apart the operands then are."""

    extent: int
    target: int
    left: int
    right: int

    def inside(self, inner: Level) -> bool:
        """Do this loop and the one inside of it step through memory as one loop would?"""
        strides = zip((self.target, self.left, self.right), (inner.target, inner.left, inner.right), strict=True)
        return all(outer == inner.extent * step for outer, step in strides)


@dataclass(frozen=True)
class Tile:
    """So many rows by so many vectors of so many lanes."""

    rows: int
    vectors: int
    lanes: int

    @property
    def columns(self) -> int:
        return self.vectors * self.lanes


@dataclass(frozen=True)
class Blocks:
    """A sum cut into `count` equal blocks, each of two loops."""

    count: int
    outer: Level
    inner: Level


@dataclass(frozen=True)
class Kernel:
    """The loops of a product: `rows` move target and left, `columns` target and right, and `depth` is summed."""

    rows: tuple[Level, ...]
    columns: Level
    depth: tuple[Level, ...]
    tile: Tile
    add: bool = False
    threads: bool = False

    @property
    def packs(self) -> bool:
        """Are columns of the right-hand operand copied first? Yes where they don't lie side by side, or far apart."""
        served = self.work // (self.columns.extent * size(self.depth))
        far = (size(self.depth) - 1) * max(level.right for level in self.depth) > PACKED
        return self.columns.right != 1 or (far and served >= REPAID)

    @property
    def blocks(self) -> Blocks:
        """The sum in blocks that are short enough for the cache, as long as its extents can be divided."""
        outer, inner = (Level(1, 0, 0, 0), *self.depth)[-2:]
        if outer.extent == 1:
            short = _divisor(inner.extent, 2 * BLOCK if inner.left == 1 else BLOCK)
            outer = Level(inner.extent // short, 0, inner.left * short, inner.right * short)
            inner = Level(short, 0, inner.left, inner.right)
        each = _divisor(outer.extent, max(1, BLOCK // inner.extent))
        return Blocks(outer.extent // each, Level(each, 0, outer.left, outer.right), inner)

    @property
    def work(self) -> int:
        """Multiplications."""
        return size(self.rows) * self.columns.extent * size(self.depth)


def _divisor(number: int, most: int) -> int:
    """The largest divisor that is not above `most`, unless that is very small: then the number itself."""
    found = max(n for n in range(1, min(number, most) + 1) if number % n == 0)
    return found if 4 * found >= most else number


def size(levels: Sequence[Level]) -> int:
    """How many positions nested loops have."""
    return prod(level.extent for level in levels)


def merged(levels: Sequence[Level]) -> tuple[Level, ...]:
    """The same loops, neighbours made one wherever memory allows."""
    found: list[Level] = []
    for level in levels:
        times = found.pop().extent if found and found[-1].inside(level) else 1
        found.append(replace(level, extent=times * level.extent))
    return tuple(found)


def best_tile(rows: int, columns: int, lanes: int) -> Tile:
    """The tile that needs the fewest cycles for so many rows and columns, and of those the largest."""
    tiles = _tiles(rows, columns, lanes)
    return min(tiles, key=lambda tile: (_cycles(tile, rows, columns), -tile.rows * tile.vectors))


def _tiles(rows: int, columns: int, lanes: int) -> Iterator[Tile]:
    """Every tile that fits into the registers, with a register for each vector of the right and one for the left."""
    for width in (width for width in (16, 8, 4) if width <= lanes):
        for vectors in range(1, 5):
            for height in range(1, min(rows, 14) + 1):
                if height * vectors + vectors + 1 <= REGISTERS[lanes] and vectors <= ceil(columns / width):
                    yield Tile(height, vectors, width)


def _cycles(tile: Tile, rows: int, columns: int) -> float:
    """For one step of depth. What is left over needs code of its own, which is counted as a little more, for columns
    more than for rows: neighbouring panels then share lines of the cache.
    """
    whole, rest = divmod(rows, tile.rows)
    cycles = whole * _each(tile.rows, tile.vectors) + (_each(rest, tile.vectors) if rest else 0)
    return ceil(columns / tile.columns) * cycles * (1.03 if rest else 1) * (1.1 if columns % tile.columns else 1)


def _each(rows: int, vectors: int) -> float:
    """Two multiply-adds or two loads per cycle; and the next step can't begin before a multiply-add is done."""
    return max(rows * vectors / 2, (rows + vectors) / 2, LATENCY)
