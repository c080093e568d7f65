"""What stands in a page, read from it: its copies, and the text of what is shown there."""

from __future__ import annotations

import json
import re
import zlib
from base64 import b64decode
from collections.abc import Iterator
from html import escape
from typing import Any

HOLDER = re.compile(r'<script type="application/(json|zlib)" id="([\w-]+)" data-crc32="(\d+)">(.*?)</script>', re.S)
Plain = dict[str, Any]


def held(page: str) -> dict[str, Plain]:
    """The data in a page by the ids of what holds them; each is as its checksum says."""
    found = {}
    for kind, name, crc32, text in HOLDER.findall(page):
        assert zlib.crc32(text.encode()) == int(crc32), name
        found[name] = json.loads(zlib.decompress(b64decode(text)) if kind == "zlib" else text)
    return found


def questions(copy: Plain) -> list[Plain]:
    return [question for sheet in copy["sheets"] for question in sheet["questions"]]


def boxes(copy: Plain) -> list[Plain]:
    return [box for question in questions(copy) for box in question["boxes"]]


def nodes(markup: Any) -> Iterator[list[Any]]:
    """Every element of what is shown."""
    if isinstance(markup, list):
        yield markup
        for child in markup[2:]:
            yield from nodes(child)


def html(markup: Any) -> str:
    """The markup as a browser has it."""
    if isinstance(markup, str):
        return escape(markup)
    tag, attributes, *children = markup
    said = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
    return f"<{tag}{said}>{''.join(map(html, children))}</{tag}>"


def text(markup: Any) -> str:
    return markup if isinstance(markup, str) else "".join(map(text, markup[2:]))


def maths(markup: Any) -> list[str]:
    """The pieces of mathematics, as MathML."""
    return [html(node) for node in nodes(markup) if node[0] == "math"]
