"""What the fields of a dataclass mean: the text that stands below each in its source."""

from __future__ import annotations

import ast
import inspect
from functools import cache
from itertools import pairwise
from textwrap import dedent


@cache
def meanings(kind: type) -> dict[str, str]:
    """The text below each field, of its bases too, in one line each; nothing where there is no source."""
    found: dict[str, str] = {}
    for each in reversed(kind.__mro__[:-1]):
        try:
            body = ast.parse(dedent(inspect.getsource(each))).body[0].body  # type: ignore[attr-defined]
        except OSError:
            continue
        for field, below in pairwise(body):
            match field, below:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                    found[name] = " ".join(text.split())
    return found
