"""Plain data out of a pickle, which is not trusted.

A pickle is a small program, and Python's own reader lets it import and call anything. The reader here knows the
instructions that build dictionaries, lists, tuples, sets, text and numbers, NumPy's among them, and nothing else: what
asks for another object gets an `Other` in its place, which has a name and does nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from gpt_by_hand.data.pickle_machine import Machine, Other
from gpt_by_hand.errors import UserError

# Other types whose objects are data and run nothing when they are read: they are refused, but not accused.
_HARMLESS = {
    *(f"pathlib.{pure}{name}Path" for pure in ("", "Pure") for name in ("", "Posix", "Windows")),
    *(f"pathlib._local.{pure}{name}Path" for pure in ("", "Pure") for name in ("", "Posix", "Windows")),
    *(f"datetime.{name}" for name in ("date", "datetime", "time", "timedelta", "timezone")),
    *(f"collections.{name}" for name in ("Counter", "defaultdict", "deque")),
    *(f"builtins.{name}" for name in ("bool", "dict", "float", "int", "list", "object", "range", "slice", "str")),
    *("argparse.Namespace", "types.SimpleNamespace", "decimal.Decimal", "fractions.Fraction", "uuid.UUID"),
    *(f"numpy.{name}" for name in ("bool", "float32", "float64", "int32", "int64", "uint16", "uint8")),
}


class Unreadable(UserError):
    """It is no pickle, or only the beginning of one."""


def read_plain(content: bytes | BinaryIO, size: int, known: Callable[[str], bool] = lambda name: False) -> object:
    """What the pickle of `size` bytes builds; in place of objects whose name is `known`, an `Other`.

    Raises: UserError when it asks for an object of another name, and says under which key; Unreadable when it is no
    pickle.
    """
    machine = Machine(size)
    try:
        found = machine.run(content)
    except UserError:
        raise
    except Exception as error:  # bytes that are no pickle can fail in nearly any way
        reason = " ".join(str(error).split())[:80] or type(error).__name__
        raise Unreadable(f"not a readable pickle ({reason}); is it cut off?") from None
    strange = [other for other in machine.others if not known(other.name)]
    if strange:
        wanted = {id(other) for other in strange}
        keys, other = next(_places(found, wanted), ("", strange[0]))
        raise UserError(_refusal(keys or "it", other.name))
    return found


def shown(value: object) -> str:
    """A value for a message; of what could be endless, only its type."""
    plain = value is None or isinstance(value, (bool, float)) or (type(value) is int and abs(value) < 2**63)
    return ascii(value)[:40] if plain or isinstance(value, str) else f"of type {type(value).__name__}"


def _refusal(where: str, name: str) -> str:
    name = ascii(name)[1:-1][:60]
    if name.endswith("PERSID"):
        return f"{where} refers to an object outside of the file ({name})"
    if name in _HARMLESS:
        return f"{where} holds a {name}, which is no plain data: save it as text or as numbers"
    return f"{where} would import and call {name}, which could run code and is refused"


def _places(found: object, wanted: set[int]) -> Iterator[tuple[str, Other]]:
    """The keys that lead to each of the wanted objects, however deep it lies."""
    waiting: list[tuple[object, tuple[Any, ...]]] = [(found, ())]
    seen: set[int] = set()
    while waiting:
        value, path = waiting.pop()
        if id(value) in wanted and isinstance(value, Other):
            yield _keys(path), value
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, dict):
            for key, inner in reversed(value.items()):
                waiting += [(inner, (path, key)), (key, path)]
        elif isinstance(value, (list, tuple, set, frozenset)):
            waiting += [(inner, path) for inner in value]


def _keys(path: tuple[Any, ...]) -> str:
    """The first keys of a path, which is written as `((((), first), second), third)`."""
    found: list[str] = []
    while path:
        path, key = path
        found.append(shown(key))
    return ", ".join(found[::-1][:3])
