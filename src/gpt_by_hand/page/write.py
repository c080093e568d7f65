"""A trace as one HTML file that computes, explains and trains by itself, and asks for nothing."""

from __future__ import annotations

from functools import cached_property, lru_cache
from html import escape
from math import prod
from pathlib import Path
from typing import NamedTuple

from gpt_by_hand.errors import UserError
from gpt_by_hand.files import read_text, write_atomically
from gpt_by_hand.layout.sentences import said
from gpt_by_hand.notation import Program
from gpt_by_hand.page import file
from gpt_by_hand.page.contents import contents, programs
from gpt_by_hand.page.file import BUILT, colours, sentences_of
from gpt_by_hand.printers import mathml
from gpt_by_hand.printers.javascript import javascript_forms
from gpt_by_hand.trace.trace import Trace
from gpt_by_hand.trace.whose import Whose

SOURCES = "// From here on the page's own modules, as one: src/gpt_by_hand/page/app has them to be read.\n"
MOST_NUMBERS, MOST_TOKENS = 2_000_000, 4_000_000  # more would keep a browser waiting for seconds at each step
FITTING = ("demo", "pocket", "pencil")  # presets
FRAME = (
    '<iframe title="{title}" srcdoc="{page}" sandbox="allow-scripts allow-downloads" width="100%" height="{height}" '
    'style="border: 1px solid #8886; border-radius: 8px"></iframe>'
)
HEIGHT = 860  # pixels of a notebook


class App(NamedTuple):
    """The script and the style of all pages."""

    script: str
    style: str


@lru_cache(maxsize=1)
def app() -> App:
    """What is there for all pages; read once."""
    script, style = (read_text(BUILT / name) for name in ("main.js", "style.css"))
    return App(script, colours() + style + mathml.style(".panel"))


def html(trace: Trace) -> str:
    """The page of a trace, the same each time. Raises: UserError for more numbers than a browser bears."""
    check(trace)
    found = contents(trace) | {"sentences": sentences_of(app().script)}
    forms, _ = javascript_forms(*programs(trace))
    return file.html(
        found["title"],
        [file.holder("contents", found)],
        f"{forms}{SOURCES}{app().script}",
        app().style,
        said("page.no-script"),
        said("page.not-started"),
    )


class Page:
    """A trace as a page, which a notebook shows; `save` writes it to a file, `html` is what that holds.

    Raises: UserError for more numbers than a browser bears.
    """

    def __init__(self, trace: Trace) -> None:
        check(trace)
        self.trace = trace

    @property
    def numbers(self) -> int:
        """How many of them answer."""
        return numbers_of((self.trace.before or self.trace).program)

    @cached_property
    def html(self) -> str:
        """The file as text."""
        return html(self.trace)

    def save(self, path: str | Path) -> None:
        """Write it to a file. What is there already is replaced. Raises: UserError where it cannot be written."""
        write_atomically(Path(path), self.html.encode())

    def _repr_html_(self) -> str:
        """For notebooks: in a frame of its own, from which nothing reaches the notebook."""
        title = (self.trace.whose or Whose()).line()
        return FRAME.format(title=escape(title), page=escape(self.html), height=HEIGHT)


def check(trace: Trace) -> None:
    """Raise UserError for a trace that is too large for a page."""
    check_size((trace.before or trace).program)
    origin = trace.origin
    if origin is None or origin.onward is None or origin.batch is None:
        return
    tokens = len(origin.batch.data) + len(origin.onward.val)
    if tokens > MOST_TOKENS:
        raise UserError(
            f"a page that trains holds its data, at most {MOST_TOKENS:,} tokens, and these are {tokens:,}: look at a "
            "--prompt, which needs none"
        )


def numbers_of(program: Program) -> int:
    """How many numbers its tensors hold together."""
    return sum(prod(tensor.shape) for tensor in program.tensors.values())


def check_size(program: Program) -> None:
    """Raise UserError for a program with more numbers than a page can have."""
    if (count := numbers_of(program)) > MOST_NUMBERS:
        presets = f"{', '.join(FITTING[:-1])} and {FITTING[-1]}"
        raise UserError(
            f"this is too large for a page: it has {count:,} numbers, and a browser bears {MOST_NUMBERS:,}; the "
            f"presets {presets} fit; else try --prompt with fewer words, or fewer layers (--num_layers)"
        )
