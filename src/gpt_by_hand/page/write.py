"""A trace as one HTML file that computes, explains and trains by itself, and asks for nothing."""

from __future__ import annotations

import json
import re
import zlib
from base64 import b64encode
from functools import cached_property, lru_cache
from html import escape
from math import prod
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from gpt_by_hand.digests import sha256
from gpt_by_hand.errors import UserError
from gpt_by_hand.files import read_text, write_atomically
from gpt_by_hand.layout.palette import COMPUTED, INTERACTION, SCHEMES, variables
from gpt_by_hand.layout.sentences import SENTENCES, said
from gpt_by_hand.notation import Program
from gpt_by_hand.page.contents import contents, programs
from gpt_by_hand.printers import mathml
from gpt_by_hand.printers.javascript import javascript_forms
from gpt_by_hand.trace.trace import Trace
from gpt_by_hand.trace.whose import Whose

BUILT = Path(__file__).parent / "built"  # from the modules of `app`, by `npm run build`
SOURCES = "// From here on the page's own modules, as one: src/gpt_by_hand/page/app has them to be read.\n"
MOST_NUMBERS, MOST_TOKENS = 2_000_000, 4_000_000  # more would keep a browser waiting for seconds at each step
FITTING = ("demo", "pocket", "pencil")  # presets
SURROGATE = re.compile("[\ud800-\udfff]")
ICON = f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="-1 -1 12 12"><path fill="{SCHEMES["light"]["above"]}" \
d="{COMPUTED.path}"/></svg>"""
HTML = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="icon" href="{icon}">
<style>{style}</style>
</head>
<body>
<noscript>{noscript}</noscript>
<p id="not-started">{not_started}</p>
<script type="application/json" id="contents" data-crc32="{crc32}">{contents}</script>
<script type="module">{script}</script>
</body>
</html>
"""
FRAME = (
    '<iframe title="{title}" srcdoc="{page}" sandbox="allow-scripts allow-downloads" width="100%" height="{height}" '
    'style="border: 1px solid #8886; border-radius: 8px"></iframe>'
)
HEIGHT = 860  # pixels of a notebook


class App(NamedTuple):
    """The script and the style of all pages, and the sentences that the script uses."""

    script: str
    style: str
    sentences: dict[str, str]


@lru_cache(maxsize=1)
def app() -> App:
    """What is there for all pages; read once."""
    script, style = (read_text(BUILT / name) for name in ("main.js", "style.css"))
    schemes = {scheme: f"{variables(scheme)} --interaction: {INTERACTION[scheme]};" for scheme in SCHEMES}
    colours = f":root {{ color-scheme: light dark; {schemes['light']} }}\n"
    colours += f"@media screen and (prefers-color-scheme: dark) {{ :root:not([data-theme]) {{ {schemes['dark']} }} }}\n"
    colours += f"@media screen {{ :root[data-theme='dark'] {{ {schemes['dark']} }} }}\n"
    return App(script, colours + style + mathml.style(".panel"), sentences_of(script))


def sentences_of(script: str) -> dict[str, str]:
    """The templates that a script uses: those whose keys stand in it as text."""
    return {key: template for key, template in sorted(SENTENCES.items()) if _stands(key, script)}


def _stands(key: str, script: str) -> bool:
    stem = re.sub(r"\.(one|many)$", "", key)
    return f'"{key}"' in script or f'"{stem}"' in script


def html(trace: Trace) -> str:
    """The page of a trace, the same each time.

    Scripts and styles are those whose SHA-256 stands in its content security policy, and no others; all that comes from
    a vocabulary or a prompt is text. Raises: UserError for more numbers than a browser bears.
    """
    check(trace)
    found = contents(trace) | {"sentences": app().sentences}
    forms, _ = javascript_forms(*programs(trace))
    plain = in_html(found)
    script, style = f"\n{forms}{SOURCES}{app().script}", f"\n{app().style}"
    return HTML.format(
        policy=f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; img-src data:; "
        "base-uri 'none'; form-action 'none'",
        title=escape(SURROGATE.sub("\N{REPLACEMENT CHARACTER}", found["title"])),
        icon=f"data:image/svg+xml,{quote(ICON)}",
        noscript=escape(said("page.no-script")),
        not_started=escape(said("page.not-started")),
        contents=plain,
        crc32=zlib.crc32(plain.encode()),
        script=script,
        style=style,
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


def in_html(found: dict[str, Any]) -> str:
    r"""JSON that ends no script: `<` is written as \u003c; so is half a surrogate pair, which no file could hold.

    >>> print(in_html({"words": ["</script>", "\ud800"]}))
    {"words":["\u003c/script>","\ud800"]}
    """
    text = json.dumps(found, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return SURROGATE.sub(lambda half: f"\\u{ord(half[0]):04x}", text.replace("<", "\\u003c"))


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(bytes.fromhex(sha256(text.encode()))).decode('ascii')}'"


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
