"""Reads the pages: their blocks of code in order, the notes before them, and the parts that the program writes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
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


def with_blocks(text: str, correct: Mapping[Block, str]) -> str:
    """The page with these blocks as they should be; each is found by its line, since two may be alike."""
    lines = text.split("\n")
    for block in sorted(correct, key=lambda block: -block.line):
        lines[block.line : block.line + block.text.count("\n")] = correct[block].removesuffix("\n").split("\n")
    return "\n".join(lines)


def prose(text: str) -> str:
    """The page without blocks of code, without what the program writes, and without comments."""
    text = GENERATED.sub("", text)
    text = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)


def headings(text: str) -> list[str]:
    """The page's headings, without those that stand in blocks of code."""
    text = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    return re.findall(r"^#+ (.+)$", text, re.MULTILINE)


def anchor(heading: str) -> str:
    """The name that a link can use for a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def links(text: str) -> list[str]:
    """Where the links of a page lead, pictures included, but not those into the web."""
    return [to for to in re.findall(r"\]\(([^)]+)\)", prose(text)) if not to.startswith("https://")]


def dead_links(page: Path, text: str) -> list[str]:
    """The links that lead to no file, or to no heading of it."""
    return [to for to in links(text) if not _leads_somewhere(page, text, *to.split("#"))]


def _leads_somewhere(page: Path, text: str, path: str, name: str = "") -> bool:
    goal = page.parent / path
    if path and not goal.is_file():
        return False
    goal_text = goal.read_text(encoding="utf-8") if path and name else text
    return not name or name in map(anchor, headings(goal_text))


def generated(text: str) -> dict[str, str]:
    """The parts that the program writes, by name."""
    return {match[1]: match[2] for match in GENERATED.finditer(text)}


def with_generated(text: str, parts: dict[str, str]) -> str:
    """The page with its generated parts replaced."""
    return GENERATED.sub(
        lambda match: f"<!-- generated: {match[1]} -->\n{parts[match[1]]}<!-- end of generated -->", text
    )
