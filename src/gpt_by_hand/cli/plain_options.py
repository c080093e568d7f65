"""Command lines that need no help: `--name value`, each name once and each value as it should be.

Most are of that kind, and starting tyro would take them as long as a thousand iterations take. Whatever else there is
(help, mistakes, other ways to write a value) is left to tyro, so it alone says what is allowed and what was wrong.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")
PLAIN = (bool, int, float, str)
NUMBERS = {int: re.compile(r"-?\d{1,18}"), float: re.compile(r"-?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")}


def plain_options(default: T, arguments: Sequence[str], positional: str = "") -> T | None:
    """`default`, a dataclass of plain fields and of such dataclasses, changed by the arguments; None if tyro must look.

    `positional` is the field whose value has no name in front of it; it must be given.

    Raises: UserError, as the dataclasses do, for values that make no sense.
    """
    kinds = _kinds(default)
    if not kinds:
        return None
    values: dict[str, Any] = {}
    words = iter(arguments)
    for word in words:
        name, equals, text = word.partition("=")
        if positional and positional not in values and not word.startswith("-"):
            values[positional] = word
            continue
        if not re.fullmatch(r"--[a-z][\w-]*", name):
            return None
        name = name[2:].replace("-", "_")
        kind = kinds.get(name)
        if kind is bool and not equals:
            value: Any = True
        else:
            value = _value(kind, text if equals else next(words, ""))
        if value is None or name in values:
            return None
        values[name] = value
    if positional and positional not in values:
        return None
    return _changed(default, values)


def _kinds(default: Any) -> dict[str, Any]:
    """The type of each field by its name, those of inner dataclasses included; none if a field must still be given."""
    hints = get_type_hints(type(default))
    found: dict[str, Any] = {}
    for field in fields(default):
        inner = getattr(default, field.name)
        if not (inner is None or is_dataclass(inner) or isinstance(inner, PLAIN)):
            return {}
        found |= _kinds(inner) if is_dataclass(inner) else {field.name: hints[field.name]}
    return found


def _value(kind: Any, text: str) -> Any:
    """The value that a word stands for, or None if it is not plainly one of that kind."""
    if kind in NUMBERS:
        return kind(text) if NUMBERS[kind].fullmatch(text) else None
    if kind is str:
        return text if text and not text.startswith("-") else None
    if get_origin(kind) is Literal:
        return text if text in get_args(kind) else None
    others = [inner for inner in get_args(kind) if inner is not type(None)]
    return _value(others[0], text) if len(others) == 1 < len(get_args(kind)) else None


def _changed(default: T, values: dict[str, Any]) -> T:
    """The dataclass with new values for its own fields and for those of inner ones."""
    new = {}
    for field in fields(default):  # type: ignore[arg-type]
        inner = getattr(default, field.name)
        if is_dataclass(inner):
            new[field.name] = _changed(inner, values)
        elif field.name in values:
            new[field.name] = values[field.name]
    changed: T = replace(default, **new)  # type: ignore[type-var]
    return changed
