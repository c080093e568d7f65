"""Products of matrices in C: tiles held in vector registers, with the compiler's portable vector types."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil

from gpt_by_hand.printers.c_comments import comment
from gpt_by_hand.printers.loops import block, indented, part
from gpt_by_hand.schedule.tiles import Kernel, size

UNROLL = """\
#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#define WHOLE(bytes) __attribute__((min_vector_width(8 * bytes)))  /* a vector is one register, never two halves */
#else
#define UNROLL _Pragma("GCC unroll 16")
#define WHOLE(bytes)
#endif
"""


def kernel_functions(kernels: dict[Kernel, str], uses: dict[str, list[str]]) -> list[str]:
    """The text of the tiles that the kernels need, and of the kernels; `uses` says what each of them computes."""
    if not kernels:
        return []
    tallest: dict[int, int] = {}
    for kernel in kernels:
        tallest[kernel.tile.lanes] = max(tallest.get(kernel.tile.lanes, 0), kernel.tile.rows)
    tiles = [part("tile.c", lanes=lanes, bytes=4 * lanes, most=rows) for lanes, rows in sorted(tallest.items())]
    return [UNROLL, *tiles, *(_kernel(kernel, name, uses[name]) for kernel, name in kernels.items())]


def _kernel(kernel: Kernel, name: str, uses: list[str]) -> str:
    """One function: the sum in blocks, in each block columns in panels as wide as the tile, in each panel all rows."""
    wide, tile, blocks = kernel.columns.extent, kernel.tile, kernel.blocks
    whole = wide - wide % tile.columns
    lines = []
    if whole:
        lines += ["#pragma omp parallel for"] if kernel.threads else []
        head = f"for (int n = 0; n < {whole}; n += {tile.columns})"
        lines += block(head, _panel(kernel, tile.vectors, tile.lanes, "n"))
    if whole < wide:
        vectors = ceil((wide - whole) / tile.lanes)
        last = wide - whole - (vectors - 1) * tile.lanes
        lines += block("", _panel(kernel, vectors, last, str(whole)))
    if blocks.count > 1:
        lines = block(f"for (int block = 0; block < {blocks.count}; block++)", lines)
    head = f"static void {name}(float *C, const float *A, const float *B) {{"
    return "\n".join([_title(kernel, uses), head, *indented(lines), "}", ""])


def _title(kernel: Kernel, uses: list[str]) -> str:
    rows, columns, depth = size(kernel.rows), kernel.columns.extent, size(kernel.depth)
    what = f"{rows} x {columns} {'are added to' if kernel.add else 'become'} {rows} x {depth} times {depth} x {columns}"
    copied = "; columns of B are copied to lie side by side" if kernel.packs else ""
    return "\n".join(comment([f"{', '.join(dict.fromkeys(uses))}:", f"  {what}{copied}"]))


def _panel(kernel: Kernel, vectors: int, last: int, at: str) -> list[str]:
    """All rows of some neighbouring columns, which begin at column `at`."""
    lanes, blocks, (*around, rows) = kernel.tile.lanes, kernel.blocks, kernel.rows
    outer, depth, several = blocks.outer, blocks.inner, blocks.count > 1
    packed: list[str] = []
    if kernel.packs or last < lanes:
        width = vectors * lanes
        packed = _packed(kernel, width, width - lanes + last, at)
        source, steps = "panel", (depth.extent * width, width)
    else:
        moved_by = f" + block * {outer.extent * outer.right}" if several else ""
        source, steps = f"B + {at}{moved_by}", (outer.right, depth.right)
    add = "1" if kernel.add else "block > 0" if several else "0"
    past = f" + block * {outer.extent * outer.left}" if several else ""
    c = "".join([f"C + {at}", *(f" + m{n} * {level.target}" for n, level in enumerate(around))])
    a = "".join([f"A{past}", *(f" + m{n} * {level.left}" for n, level in enumerate(around))])
    inner = f"{outer.extent}, {outer.left}, {steps[0]}, {depth.extent}, {depth.left}, {steps[1]}, {source}"

    def tile(height: int, row: str) -> str:
        at_row = f"{c} + {row} * {rows.target}, {rows.target}, {a} + {row} * {rows.left}, {rows.left}"
        return f"tile_{lanes}({height}, {vectors}, {last}, {add}, {at_row}, {inner});"

    lines = _rows(rows.extent, kernel.tile.rows, tile)
    for n, level in reversed(list(enumerate(around))):
        lines = block(f"for (int m{n} = 0; m{n} < {level.extent}; m{n}++)", lines)
    return [*packed, *lines]


def _rows(extent: int, height: int, tile: Callable[[int, str], str]) -> list[str]:
    """Tiles for all rows: as many whole ones as there are, and a lower one for the rest."""
    whole = extent - extent % height
    body = block(f"for (int m = 0; m < {whole}; m += {height})", [tile(height, "m")]) if whole > height else []
    body += [tile(height, "0")] if whole == height else []
    return body + ([tile(extent - whole, str(whole))] if whole < extent else [])


def _packed(kernel: Kernel, width: int, wanted: int, at: str) -> list[str]:
    """Copies some columns of B side by side, in the order in which they are needed; what is missing is 0."""
    blocks = kernel.blocks
    outer, depth = blocks.outer, blocks.inner
    step = kernel.columns.right
    moved_by = f"block * {outer.extent * outer.right} + " if blocks.count > 1 else ""
    rows = f"{moved_by}i * {outer.right} + k * {depth.right}"
    zero = f"w < {wanted} ? " if wanted < width else ""
    other = " : 0.0f" if wanted < width else ""
    return [
        f"static THREAD_LOCAL float panel[{outer.extent * depth.extent * width}];",
        f"for (int i = 0; i < {outer.extent}; i++)",
        f"    for (int k = 0; k < {depth.extent}; k++)",
        f"        for (int w = 0; w < {width}; w++)",
        f"            panel[(i * {depth.extent} + k) * {width} + w] = {zero}B[{rows} + ({at} + w) * {step}]{other};",
    ]
