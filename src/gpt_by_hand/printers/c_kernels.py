"""Products of matrices in C: tiles held in vector registers, with the compiler's portable vector types."""

from __future__ import annotations

from math import ceil

from gpt_by_hand.printers.c_comments import comment
from gpt_by_hand.schedule.tiles import Kernel, size

TILE = """\
typedef float vector_{lanes} __attribute__((vector_size({bytes})));
typedef float load_{lanes} __attribute__((vector_size({bytes}), aligned(4), may_alias));

/*
  C[r][n] = sum over i and k of A[r][i, k] * B[i, k][n], for so many rows and vectors of {lanes} numbers, which stay in
  registers while i and k run; of the last vector only the first numbers are wanted. With add, the sum is added to C.

  So the numbers in a call are: how many rows, how many vectors, how many numbers of the last one, whether to add;
  behind C and behind A, how far apart their rows lie; then, for i and for k, how many there are and how far apart
  their elements lie in A and in B.
*/
static inline __attribute__((always_inline)) WHOLE({bytes}) void tile_{lanes}(
    int rows, int vectors, int last, int add, float *C, ptrdiff_t c_row, const float *A, ptrdiff_t a_row,
    int outer, ptrdiff_t a_outer, ptrdiff_t b_outer, int depth, ptrdiff_t a_depth, ptrdiff_t b_depth, const float *B) {{
    vector_{lanes} sum[{most}][4];
    UNROLL for (int r = 0; r < rows; r++)
        UNROLL for (int w = 0; w < vectors; w++)
            sum[r][w] = (vector_{lanes}){{0}};
    for (int i = 0; i < outer; i++)
        for (int k = 0; k < depth; k++) {{
            const float *a = A + i * a_outer + k * a_depth, *b = B + i * b_outer + k * b_depth;
            vector_{lanes} x[4];
            UNROLL for (int w = 0; w < vectors; w++)
                x[w] = *(const load_{lanes} *)(b + {lanes} * w);
            UNROLL for (int r = 0; r < rows; r++)
                UNROLL for (int w = 0; w < vectors; w++)
                    sum[r][w] += a[r * a_row] * x[w];
        }}
    UNROLL for (int r = 0; r < rows; r++)
        UNROLL for (int w = 0; w < vectors; w++) {{
            float *c = C + r * c_row + {lanes} * w;
            if (w < vectors - 1 || last == {lanes})
                *(load_{lanes} *)c = add ? (vector_{lanes})(*(load_{lanes} *)c + sum[r][w]) : sum[r][w];
            else
                for (int l = 0; l < last; l++)
                    c[l] = add ? c[l] + sum[r][w][l] : sum[r][w][l];
        }}
}}
"""

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
    tiles = [TILE.format(lanes=lanes, bytes=4 * lanes, most=rows) for lanes, rows in sorted(tallest.items())]
    return [UNROLL, *tiles, *(_kernel(kernel, name, uses[name]) for kernel, name in kernels.items())]


def _kernel(kernel: Kernel, name: str, uses: list[str]) -> str:
    """One function: the sum in blocks, in each block columns in panels as wide as the tile, in each panel all rows."""
    wide, tile, blocks = kernel.columns.extent, kernel.tile, kernel.blocks
    whole = wide - wide % tile.columns
    lines = []
    if whole:
        lines += ["#pragma omp parallel for"] if kernel.threads else []
        lines += [f"for (int n = 0; n < {whole}; n += {tile.columns}) {{"]
        lines += [f"    {line}" for line in _panel(kernel, tile.vectors, tile.lanes, "n")]
        lines += ["}"]
    if whole < wide:
        vectors = ceil((wide - whole) / tile.lanes)
        last = wide - whole - (vectors - 1) * tile.lanes
        lines += ["{", *(f"    {line}" for line in _panel(kernel, vectors, last, str(whole))), "}"]
    if blocks.count > 1:
        head = f"for (int block = 0; block < {blocks.count}; block++) {{"
        lines = [head, *(f"    {line}" for line in lines), "}"]
    body = [line.strip() if line.strip().startswith("#") else f"    {line}" for line in lines]
    return "\n".join(
        [_title(kernel, uses), f"static void {name}(float *C, const float *A, const float *B) {{", *body, "}", ""]
    )


def _title(kernel: Kernel, uses: list[str]) -> str:
    rows, columns, depth = size(kernel.rows), kernel.columns.extent, size(kernel.depth)
    what = f"{rows} x {columns} {'are added to' if kernel.add else 'become'} {rows} x {depth} times {depth} x {columns}"
    copied = "; columns of B are copied to lie side by side" if kernel.packs else ""
    return "\n".join(comment([f"{', '.join(dict.fromkeys(uses))}:", f"  {what}{copied}"]))


def _panel(kernel: Kernel, vectors: int, last: int, at: str) -> list[str]:
    """All rows of some neighbouring columns, which begin at column `at`."""
    lanes = kernel.tile.lanes
    blocks = kernel.blocks
    outer, depth = blocks.outer, blocks.inner
    lines: list[str] = []
    if kernel.packs or last < lanes:
        width, wanted = vectors * lanes, (vectors - 1) * lanes + last
        lines += _packed(kernel, width, wanted, at)
        source, steps = "panel", (depth.extent * width, width)
    else:
        moved_by = f" + block * {outer.extent * outer.right}" if blocks.count > 1 else ""
        source, steps = f"B + {at}{moved_by}", (outer.right, depth.right)
    *around, rows = kernel.rows
    moved = {"C": [f"{at}"], "A": [f"block * {outer.extent * outer.left}"] if blocks.count > 1 else []}
    add = "1" if kernel.add else "block > 0" if blocks.count > 1 else "0"
    for number, level in enumerate(around):
        lines.append(f"{'    ' * number}for (int m{number} = 0; m{number} < {level.extent}; m{number}++)")
        moved["C"].append(f"m{number} * {level.target}")
        moved["A"].append(f"m{number} * {level.left}")
    pad = "    " * len(around)

    def tile(height: int, row: str) -> str:
        c = " + ".join(["C", *moved["C"], f"{row} * {rows.target}"])
        a = " + ".join(["A", *moved["A"], f"{row} * {rows.left}"])
        inner = f"{outer.extent}, {outer.left}, {steps[0]}, {depth.extent}, {depth.left}, {steps[1]}, {source}"
        return f"tile_{lanes}({height}, {vectors}, {last}, {add}, {c}, {rows.target}, {a}, {rows.left}, {inner});"

    whole = rows.extent - rows.extent % kernel.tile.rows
    body = []
    if whole == kernel.tile.rows:
        body.append(tile(whole, "0"))
    elif whole:
        body += [f"for (int m = 0; m < {whole}; m += {kernel.tile.rows})", "    " + tile(kernel.tile.rows, "m")]
    if whole < rows.extent:
        body.append(tile(rows.extent - whole, str(whole)))
    if around and len(body) > 1 and not (len(body) == 2 and body[0].startswith("for")):
        lines[-1] += " {"
        return [*lines, *(pad + line for line in body), pad[4:] + "}"]
    return [*lines, *(pad + line for line in body)]


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
