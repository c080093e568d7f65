"""The results as tables: made once here, shown on the screen by rich, and as Markdown on a page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log
from typing import Any

Result = dict[str, Any]
NONE = "–"


@dataclass(frozen=True)
class Table:
    """A title, a head, rows of texts of which the first is a name, and sentences for below."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()


def tables(results: Result) -> list[Table]:
    """A table for each part that was measured."""
    found = [iteration(size) for size in results.get("iteration", [])]
    makers = {"peak": peak, "compile": compiling, "process": whole_process}
    for name, maker in makers.items():
        if name in results:
            found += maker(results[name])
    return found


def iteration(size: Result) -> Table:
    """A row for each contender, three columns for each number of threads."""
    rows = size["rows"]
    threads = sorted({row["threads"] for row in rows})
    head = [size["size"]]
    for count in threads:
        head += [f"{count} thread{'s' * (count > 1)}: µs", "best", "x C engine"]
    timed = {(row["name"], row["threads"]): row for row in rows if "absent" not in row}
    body = []
    for name in dict.fromkeys(row["name"] for row in rows if "absent" not in row):
        cells = (_three(timed.get((name, count))) for count in threads)
        body.append([name, *(text for three in cells for text in three)])
    notes = [
        f"One iteration: forward, gradients, clipping, AdamW. Median and best of {size['rounds']} rounds, and "
        "the median of the rounds' ratios to the C engine with as many threads.",
        *_compiled(rows),
        *dict.fromkeys(f"{row['name']}: {row['absent']}." for row in rows if "absent" in row),
    ]
    return Table(f"One iteration, {size['said']}", head, body, notes)


def _three(row: Result | None) -> tuple[str, str, str]:
    if not row or "ratio" not in row:
        return NONE, NONE, NONE
    return f"{row['microseconds']:,.0f}", f"{row['least']:,.0f}", f"{row['ratio']:.2f}"


def _compiled(rows: Iterable[Result]) -> list[str]:
    """What had to be compiled before, where that takes a while."""
    found: dict[str, float] = {}
    for row in rows:
        if row.get("setup_seconds", 0) > 1:
            found[row["name"]] = max(found.get(row["name"], 0.0), row["setup_seconds"])
    said = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in found.items())
    return [f"Compiled before the clock ran: {said}."] if said else []


def peak(results: Result) -> list[Table]:
    peaks = {int(threads): value for threads, value in results["multiply_adds_per_second"].items()}
    rows = [["the most that is possible", str(n), f"{value / 1e9:.1f}", "100 %"] for n, value in peaks.items()]
    for row in results["shares"]:
        share = f"{100 * row['share']:.1f} %"
        rows.append([f"C engine, {row['size']}", str(row["threads"]), f"{row['per_second'] / 1e9:.2f}", share])
    notes = [
        "The first rows are measured with chains of multiply-adds that stay in registers. For the C engine only the "
        "multiplications of matrix products count, all of them, also those of pairs that the mask throws away: they "
        "are counted from the formulas. Its time is that of the best round, with everything else that an iteration "
        "does in it.",
    ]
    return [Table("Share of the processor's peak", ["", "threads", "10⁹ multiply-adds/s", "share"], rows, notes)]


def compiling(rows: list[Result]) -> list[Table]:
    columns = ("seconds", "python_seconds", "compiler_seconds")
    body = [[f"{row['size']}: {row['what']}", *(f"{row[name]:.2f}" for name in columns)] for row in rows]
    notes = [
        "Each from an empty cache in a fresh process, the search for flags that work included. “Both” are compiled "
        "side by side, as training does it."
    ]
    head = ["", "seconds", "processor time: Python", "processor time: compiler"]
    return [Table("Compiling", head, body, notes)]


def whole_process(results: Result) -> list[Table]:
    runs = [[row["name"], *(f"{row[name]:.3f}" for name in ("seconds", "least", "most"))] for row in results["runs"]]
    cold = results["cold_auto_over_numpy"]
    notes = [
        f"Seconds of wall clock of `python train.py --device cpu`, each time a fresh process: median, least and most "
        f"of {results['repeated']}. With nothing compiled, 200 iterations take {cold:.2f} times as long with --engine "
        "auto as with --engine numpy."
    ]
    steps = [[row["name"], f"{row['seconds']:.3f}", f"{row['more']:+.3f}"] for row in results["steps"]]
    return [
        Table("Whole runs", ["", "seconds", "least", "most"], runs, notes),
        Table("Where the time of a run goes", ["each with all above it", "seconds", "more"], steps),
    ]


def sweep(results: Result) -> list[Table]:
    """A table for each size that was varied, and one of the powers by which they grow."""
    axes = list(dict.fromkeys(row["axis"] for row in results["points"]))
    threads = sorted({row["threads"] for row in results["points"]})
    chosen = {
        (axis, n): [r for r in results["points"] if (r["axis"], r["threads"]) == (axis, n)]
        for axis in axes
        for n in threads
    }
    found = [_axis(axis, [chosen[axis, n] for n in threads]) for axis in axes]
    base = ", ".join(f"{name} {value}" for name, value in results["base"].items())
    rows = [_powers(axis, [chosen[axis, n] for n in threads]) for axis in axes]
    head = ["", *(f"time, {n} thread{'s' * (n > 1)}" for n in threads), "multiplications", "arrays"]
    notes = [
        f"The power of the size by which it grows over its last three values: 1 is linear, 2 is quadratic. "
        f"Times are the best of {results['rounds']} rounds, 10⁹/s are multiply-adds of matrix products, resident is "
        f"what the process takes up beyond what it did before. The other sizes stay as they are: {base}."
    ]
    return [*found, Table("How it grows", head, rows, notes)]


def _axis(axis: str, columns: list[list[Result]]) -> Table:
    heads = [f"{rows[0]['threads']} thread{'s' * (rows[0]['threads'] > 1)}: µs" for rows in columns]
    body = []
    for same in zip(*columns, strict=True):
        first, last = same[0], same[-1]
        rate = first["multiplications"] / first["least"] / 1e3
        sizes = [f"{last[name] / 2**20:.1f}" for name in ("static_bytes", "resident_bytes")]
        body.append([str(last["value"]), *(f"{row['least']:,.0f}" for row in same), f"{rate:.1f}", *sizes])
    return Table(f"By {axis}", [axis, *heads, "1 thread: 10⁹/s", "arrays, MiB", "resident, MiB"], body)


def _powers(axis: str, columns: list[list[Result]]) -> list[str]:
    powers = [power(rows, "least") for rows in columns]
    powers += [power(columns[-1], what) for what in ("multiplications", "static_bytes")]
    return [axis, *(f"{value:.2f}" for value in powers)]


def power(rows: list[Result], what: str) -> float:
    """The power of the size by which something grows over the last three values of the size."""
    before, after = rows[-3:][0], rows[-1]
    if not before[what]:
        return float("nan")
    return log(after[what] / before[what]) / log(after["value"] / before["value"])


def machine_lines(machine: Result) -> list[str]:
    busy = machine["load"] is not None and machine["load"] > 0.25 * machine["cores"]
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    return [
        f"{machine['processor']}, {machine['cores']} cores, {machine['lanes']} floats per instruction, "
        f"{machine['system']}; load when it began: {machine['load']}",
        f"{machine['compiler']}, {machine['flags']}",
        versions,
        *(["The machine was busy with other things: with several threads the times mean little."] if busy else []),
    ]


def show(results: Result, tables: list[Table]) -> None:
    """On the screen."""
    from rich.console import Console
    from rich.table import Table as RichTable

    console = Console()
    for line in machine_lines(results["machine"]):
        console.print(line, highlight=False, markup=False)
    for table in tables:
        shown = RichTable(title=table.title, title_justify="left", title_style="bold")
        for number, name in enumerate(table.head):
            shown.add_column(name, justify="right" if number else "left")
        for row in table.rows:
            shown.add_row(*row)
        console.print()
        console.print(shown)
        for note in table.notes:
            console.print(note, highlight=False, markup=False)


def markdown(table: Table) -> str:
    """A bold title, the table, and its notes as a paragraph."""
    rule = ["---"] + ["--:"] * (len(table.head) - 1)
    lines = [f"**{table.title}**", "", *(f"| {' | '.join(cells)} |" for cells in (table.head, rule, *table.rows))]
    return "\n".join([*lines, *(["", *table.notes] if table.notes else [])]) + "\n"
