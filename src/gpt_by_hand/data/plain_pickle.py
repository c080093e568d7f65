"""Plain data out of a pickle, which is not trusted.

A pickle is a small program, and Python's own reader lets it import and call anything. The reader here knows the
instructions that build dictionaries, lists, tuples, sets, text and numbers, NumPy's among them, and nothing else: what
asks for another object gets an `Other` in its place, which has a name and does nothing.
"""

from __future__ import annotations

import pickle
import pickletools
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from gpt_by_hand.data.numpy_pickles import NUMPY, NumberType
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
_OLD_NAMES = {"__builtin__": "builtins", "copy_reg": "copyreg"}  # of modules, in Python 2
_WRITTEN_OUT = """
    INT BININT BININT1 BININT2 LONG LONG1 LONG4 FLOAT BINFLOAT UNICODE SHORT_BINUNICODE BINUNICODE BINUNICODE8
    SHORT_BINBYTES BINBYTES BINBYTES8 BYTEARRAY8
"""
_LITERALS = frozenset(_WRITTEN_OUT.split())
_CONSTANTS: dict[str, Any] = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_EMPTY: dict[str, Callable[[], Any]] = {"EMPTY_DICT": dict, "EMPTY_LIST": list, "EMPTY_TUPLE": tuple, "EMPTY_SET": set}
_NOTHING_TO_DO = ("FRAME", "STOP")
_WORK = 8  # steps for each byte of the file, which is more than honest data need


class Unreadable(UserError):
    """It is no pickle, or only the beginning of one."""


class Other:
    """Stands for an object that is not made; its name is all that is known of it."""

    def __init__(self, name: str) -> None:
        self.name = name


def read_plain(content: bytes | BinaryIO, size: int, known: Callable[[str], bool] = lambda name: False) -> object:
    """What the pickle of `size` bytes builds; in place of objects whose name is `known`, an `Other`.

    Raises: UserError when it asks for an object of another name, and says under which key; Unreadable when it is no
    pickle.
    """
    machine = _Machine(size)
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


class _Machine:
    """A stack of values; `marks` are the stacks below it, each up to where a mark was put."""

    def __init__(self, size: int) -> None:
        self.stack: list[Any] = []
        self.marks: list[list[Any]] = []
        self.memo: dict[int, Any] = {}
        self.others: list[Other] = []
        self.left = _WORK * (size + 100)

    def run(self, content: bytes | BinaryIO) -> Any:
        for instruction, argument, position in pickletools.genops(content):
            name = instruction.name
            if name in _LITERALS:
                self.stack.append(argument)
            elif name in _CONSTANTS:
                self.stack.append(_CONSTANTS[name])
            elif name in _EMPTY:
                self.stack.append(_EMPTY[name]())
            elif name not in _NOTHING_TO_DO:
                self._do(name, argument, position or 0)
        return self.stack.pop()

    def _do(self, name: str, argument: Any, position: int) -> None:
        do = getattr(self, f"_{name.lower()}", None)
        if do is None:
            raise UserError(f"it holds what is no plain data ({name} at byte {position})")
        do(argument)

    def _proto(self, version: int) -> None:
        if version > pickle.HIGHEST_PROTOCOL:
            raise ValueError(f"unsupported pickle protocol: {version}")

    def _mark(self, _: object) -> None:
        self.marks.append(self.stack)
        self.stack = []

    def _to_mark(self) -> list[Any]:
        found, self.stack = self.stack, self.marks.pop()
        return found

    def _pop(self, _: object) -> None:
        if self.stack:
            self.stack.pop()
        else:
            self._to_mark()

    def _pop_mark(self, _: object) -> None:
        self._to_mark()

    def _memoize(self, _: object) -> None:
        self.memo[len(self.memo)] = self.stack[-1]

    def _put(self, number: int) -> None:
        self.memo[int(number)] = self.stack[-1]

    def _get(self, number: int) -> None:
        self.stack.append(self.memo[int(number)])

    _binput = _long_binput = _put
    _binget = _long_binget = _get

    def _tuple(self, _: object) -> None:
        self._push(tuple(self._to_mark()))

    def _last(self, count: int) -> None:
        values = tuple(self.stack[-count:])
        if len(values) < count:
            raise IndexError("a tuple of nothing")
        del self.stack[-count:]
        self._push(values)

    def _tuple1(self, _: object) -> None:
        self._last(1)

    def _tuple2(self, _: object) -> None:
        self._last(2)

    def _tuple3(self, _: object) -> None:
        self._last(3)

    def _list(self, _: object) -> None:
        self._push(self._to_mark())

    def _dict(self, _: object) -> None:
        items = self._to_mark()
        self._push({})
        self._set(items)

    def _frozenset(self, _: object) -> None:
        self._push(frozenset(map(self._key, self._to_mark())))

    def _append(self, _: object) -> None:
        self._extend([self.stack.pop()])

    def _appends(self, _: object) -> None:
        self._extend(self._to_mark())

    def _extend(self, items: list[Any]) -> None:
        if not isinstance(self.stack[-1], Other):
            self._top(list).extend(items)

    def _additems(self, _: object) -> None:
        items = self._to_mark()
        self._top(set).update(map(self._key, items))

    def _setitem(self, _: object) -> None:
        value, key = self.stack.pop(), self.stack.pop()
        self._set([key, value])

    def _setitems(self, _: object) -> None:
        self._set(self._to_mark())

    def _set(self, items: list[Any]) -> None:
        if isinstance(self.stack[-1], Other):
            return
        found = self._top(dict)
        for key, value in zip(items[::2], items[1::2], strict=True):
            found[self._key(key)] = value

    def _global(self, said: str) -> None:
        module, _, name = said.partition(" ")
        self._find(module, name)

    def _stack_global(self, _: object) -> None:
        name, module = self.stack.pop(), self.stack.pop()
        self._find(str(module) if isinstance(module, str) else "?", name if isinstance(name, str) else "?")

    def _find(self, module: str, name: str) -> None:
        full = f"{_OLD_NAMES.get(module, module)}.{name}"
        self._push(self._made(full) if full not in _MAKERS else Other(full))

    def _made(self, name: str) -> Other:
        self.others.append(Other(name))
        return self.others[-1]

    def _reduce(self, _: object) -> None:
        arguments, function = self.stack.pop(), self.stack.pop()
        if not isinstance(function, Other) or not isinstance(arguments, tuple):
            raise TypeError("what is called is no function")
        maker = _MAKERS.get(function.name)
        self._push(maker(self, *arguments) if maker else function)

    def _newobj(self, _: object) -> None:
        self._reduce(None)

    def _newobj_ex(self, _: object) -> None:
        self.stack.pop()  # arguments by name
        self._reduce(None)

    def _build(self, _: object) -> None:
        """What an object is told after it has been made: of a dictionary or an `Other`, that is of no interest."""
        state = self.stack.pop()
        if isinstance(self.stack[-1], NumberType):
            self.stack[-1].__setstate__(state)

    def _persid(self, _: object) -> None:
        self._push(self._made("PERSID"))

    def _binpersid(self, _: object) -> None:
        self.stack.pop()
        self._push(self._made("BINPERSID"))

    def _push(self, value: Any) -> None:
        self.stack.append(value)

    def _top(self, kind: type) -> Any:
        if not isinstance(self.stack[-1], kind):
            raise TypeError(f"{type(self.stack[-1]).__name__} in place of {kind.__name__}")
        return self.stack[-1]

    def _key(self, key: Any) -> Any:
        """The same value, if it can be a key in good time: tuples that share tuples can be made to hash for ever."""
        waiting = [key]
        while waiting:
            value = waiting.pop()
            self._spend(1)
            if isinstance(value, tuple):
                waiting += value
        return key

    def _spend(self, steps: int) -> None:
        """What is small in a file can be made to fill the memory, or to take for ever."""
        self.left -= steps
        if self.left < 0:
            raise UserError("it repeats its own parts without end")

    def _a_set(self, items: Any = ()) -> set[Any]:
        return {self._key(item) for item in items}

    def _bytes(self, text: Any = "", encoding: str = "latin1") -> bytes:
        """How bytes are written before protocol 3."""
        self._spend(len(text))
        return text.encode("latin1") if isinstance(text, str) and encoding == "latin1" else bytes(memoryview(text))


_MAKERS: dict[str, Callable[..., Any]] = {
    "builtins.set": _Machine._a_set,
    "builtins.frozenset": lambda machine, items=(): frozenset(machine._a_set(items)),
    "builtins.complex": lambda machine, *parts: complex(*map(float, parts)),
    "builtins.bytearray": _Machine._bytes,
    "_codecs.encode": _Machine._bytes,
    "collections.OrderedDict": lambda machine: {},
    **{name: lambda machine, *parts, make=make: make(*parts) for name, make in NUMPY.items()},
}
