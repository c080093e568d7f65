"""One HTML file that needs no other: its data, its script and its style are in it, and nothing else may run there."""

from __future__ import annotations

import json
import re
import zlib
from base64 import b64encode
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from gpt_by_hand.digests import sha256
from gpt_by_hand.language import spoken
from gpt_by_hand.layout.palette import COMPUTED, INTERACTION, SCHEMES, variables
from gpt_by_hand.layout.sentences import sentences

BUILT = Path(__file__).parent / "built"  # from the modules of `app`, by `npm run build`
SURROGATE = re.compile("[\ud800-\udfff]")
ICON = f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="-1 -1 12 12"><path fill="{SCHEMES["light"]["above"]}" \
d="{COMPUTED.path}"/></svg>"""
HTML = """\
<!DOCTYPE html>
<html lang="{language}">
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
{data}
<script type="module">{script}</script>
</body>
</html>
"""
DATA = '<script type="{kind}" id="{id}" data-crc32="{crc32}">{text}</script>'


def colours() -> str:
    """The colours of both schemes as a style, and which of them is shown when."""
    schemes = {scheme: f"{variables(scheme)} --interaction: {INTERACTION[scheme]};" for scheme in SCHEMES}
    found = f":root {{ color-scheme: light dark; {schemes['light']} }}\n"
    found += f"@media screen and (prefers-color-scheme: dark) {{ :root:not([data-theme]) {{ {schemes['dark']} }} }}\n"
    return found + f"@media screen {{ :root[data-theme='dark'] {{ {schemes['dark']} }} }}\n"


def sentences_of(script: str) -> dict[str, str]:
    """The templates that a script uses: those whose keys stand in it as text."""
    return {key: template for key, template in sorted(sentences().items()) if _stands(key, script)}


def _stands(key: str, script: str) -> bool:
    stem = re.sub(r"\.(one|many)$", "", key)
    return f'"{key}"' in script or f'"{stem}"' in script


def html(title: str, holders: Sequence[str], script: str, style: str, noscript: str, not_started: str) -> str:
    """The file, the same each time, in the language that is spoken.

    `holders` are of its data. Scripts and styles are those whose SHA-256 stands in its content security policy, and no
    others; all else is text, whatever it says.
    """
    script, style = f"\n{script}", f"\n{style}"
    return HTML.format(
        language=spoken().code,
        policy=f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; img-src data:; "
        "base-uri 'none'; form-action 'none'",
        title=escape(SURROGATE.sub("\N{REPLACEMENT CHARACTER}", title)),
        icon=f"data:image/svg+xml,{quote(ICON)}",
        noscript=escape(noscript),
        not_started=escape(not_started),
        data="\n".join(holders),
        script=script,
        style=style,
    )


def holder(name: str, found: Mapping[str, Any]) -> str:
    """The element with this id that holds plain values, as JSON with its checksum."""
    return _element(name, "application/json", in_html(found))


def packed(name: str, found: Mapping[str, Any]) -> str:
    """The same in a sixth of the room, for what few read: packed by zlib, in base64."""
    return _element(name, "application/zlib", b64encode(zlib.compress(in_html(found).encode(), 9)).decode("ascii"))


def _element(name: str, kind: str, text: str) -> str:
    return DATA.format(kind=kind, id=escape(name), crc32=zlib.crc32(text.encode()), text=text)


def in_html(found: Mapping[str, Any]) -> str:
    r"""JSON that ends no script: `<` is written as \u003c; so is half a surrogate pair, which no file could hold.

    >>> print(in_html({"words": ["</script>", "\ud800"]}))
    {"words":["\u003c/script>","\ud800"]}
    """
    text = json.dumps(found, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return SURROGATE.sub(lambda half: f"\\u{ord(half[0]):04x}", text.replace("<", "\\u003c"))


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(bytes.fromhex(sha256(text.encode()))).decode('ascii')}'"
