"""Documents in Typst: calls of the functions in `document.typ`, whose text is strings, whatever it says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib import resources

from gpt_by_hand.language import spoken
from gpt_by_hand.layout import document as doc
from gpt_by_hand.layout.palette import PALETTE
from gpt_by_hand.printers import typst
from gpt_by_hand.printers.typst import quoted
from gpt_by_hand.views.view import View


class TypstView(View[str]):
    """Prints documents as expressions of Typst's."""

    paper, inline, emphasized, digit = typst.PAPER, "$%s$", "#emph[%s]", r'#"\u{2007}"'

    def heading(self, block: doc.Heading) -> str:
        return call("heading", self.content(block.line), level=str(block.level))

    def paragraph(self, block: doc.Paragraph) -> str:
        return call("paragraph-of", quoted(block.role), self.content(block.line))

    def display(self, block: doc.Display) -> str:
        return call("formula-of", self.inline % self.expression(block.formula))

    def equations(self, left: str, stages: Sequence[str], note: str, inline: bool) -> str:
        *others, last = stages
        printed = array(f"$= {stage}$" for stage in (*others, f"bold({last})"))
        return call("working-of", f"${left}$", printed, note=f"[{note}]" if note else "none", inline=flag(inline))

    def table(self, block: doc.Table) -> str:
        caption = self.content(block.caption) if block.caption else "none"
        if block.kind in doc.GRIDS:
            rows = [array([quoted(row.kind), *map(self.content, row.cells)]) for row in block.grid]
            return call("grid-of", quoted(block.kind), caption, flag(block.labelled), *rows)
        kinds = ["number" if numeric else "" for numeric in block.numeric]
        kinds[-1] = "text" if block.kind == "operands" else kinds[-1]
        rows = [array([quoted(kind), *map("[{}]".format, cells)]) for kind, cells in self.rows(block)]
        return call("table-of", caption, array(map(quoted, kinds)), *rows)

    def section(self, block: doc.Section) -> str:
        return f"{{\n{chr(10).join(self.document(block.blocks))}\n}}"

    def item(self, block: doc.Item) -> str:
        return call("item-of", str(block.number), self.content(block.line), *self.document(block.blocks))

    def content(self, line: doc.Line) -> str:
        """The parts of a line, as an argument."""
        return f"[{self.line(line)}]"

    def text(self, text: str) -> str:
        return f"#{quoted(text)}"

    def reference(self, part: doc.Reference) -> str:
        return f"#raw({quoted(part.address)})"

    def bar(self, part: doc.Bar) -> str:
        return f"#bar-of({part.part:.4f})"

    def blank(self, part: doc.Blank) -> str:
        if part.question:
            return f"#emph({quoted(f'→ {part.question}')})"
        return f"#blank-of({part.letters})" if part.letters else ""


def call(function: str, *values: str, **named: str) -> str:
    """A call of a function."""
    return f"{function}({', '.join([*values, *(f'{name}: {value}' for name, value in named.items())])})"


def flag(value: bool) -> str:
    """True or false."""
    return str(value).lower()


def array(items: Iterable[str]) -> str:
    """An array, also where it has one item."""
    return f"({''.join(f'{item}, ' for item in items)})"


def definitions() -> str:
    """What the view's functions are, and the language of the text, by which lines are broken."""
    colours = (f"#let {name}-color = rgb({quoted(PALETTE[name])})\n" for name in ("below", "above"))
    language = f"#set text(lang: {quoted(spoken().code)})\n"
    return "".join((language, *colours, part_of(__package__, "document.typ")))


def part_of(package: str, name: str) -> str:
    """A file of a package."""
    return resources.files(package).joinpath(name).read_text(encoding="utf-8")


def page(document: doc.Document, title: str = "") -> str:
    """The document as a file for Typst."""
    return definitions() + "".join(f"#{block}\n" for block in TypstView().document(document))
