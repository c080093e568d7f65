"""Reads the pages: their blocks of code in order, the notes before them, and the parts that the program writes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]

FENCE = re.compile(r"```(\w*)")
NOTE = re.compile(r"<!-- (.+) -->")
GENERATED = re.compile(r"<!-- generated: ([\w-]+) -->\n(.*?)<!-- end of generated -->", re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its lines, and the note (an HTML comment) on the line before it."""

    page: Path
    line: int
    language: str
    text: str
    note: str = ""

    @property
    def where(self) -> str:
        """The file and line, for messages."""
        return f"{self.page.name}:{self.line}"


def blocks(page: Path, text: str | None = None) -> list[Block]:
    """The fenced blocks that people wrote, in order; what the program writes is left out."""
    source = page.read_text(encoding="utf-8") if text is None else text
    source = GENERATED.sub(lambda match: "\n" * match[0].count("\n"), source)
    return list(_blocks(page, source.split("\n")))


def _blocks(page: Path, lines: list[str]) -> Iterator[Block]:
    start, language, note = 0, "", ""
    inside: list[str] | None = None
    for number, line in enumerate(lines, 1):
        fence = FENCE.fullmatch(line.strip())
        if inside is not None and line.strip() == "```":
            yield Block(page, start, language, "".join(f"{held}\n" for held in inside), note)
            inside, note = None, ""
        elif inside is not None:
            inside.append(line)
        elif fence:
            start, language, inside = number, fence[1], []
        elif line.strip():
            found = NOTE.fullmatch(line.strip())
            note = found[1] if found else ""
    if inside is not None:
        raise AssertionError(f"{page.name}:{start}: this block never ends")


def prose(text: str) -> str:
    """The page without blocks of code, without what the program writes, and without comments."""
    text = GENERATED.sub("", text)
    text = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)


def generated(text: str) -> dict[str, str]:
    """The parts that the program writes, by name."""
    return {match[1]: match[2] for match in GENERATED.finditer(text)}


def with_generated(text: str, parts: dict[str, str]) -> str:
    """The page with its generated parts replaced."""
    return GENERATED.sub(
        lambda match: f"<!-- generated: {match[1]} -->\n{parts[match[1]]}<!-- end of generated -->", text
    )
