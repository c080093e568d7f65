"""How far something has come: a bar on a terminal, one plain line elsewhere; both on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress(title: str, total: int | None, plain: str) -> Iterator[Callable[[int], None]]:
    """Gives what to call with each amount that is done; `plain` is the line where there is no terminal."""
    if not sys.stderr.isatty():
        print(plain, file=sys.stderr)
        yield lambda amount: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    known = () if total is None else (TaskProgressColumn(), TimeRemainingColumn(), TextColumn("left"))
    columns = TextColumn("{task.description}", markup=False), BarColumn(20), *known
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(title, total=total)
        yield lambda amount: bar.advance(task, amount)
