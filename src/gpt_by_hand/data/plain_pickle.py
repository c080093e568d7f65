"""Plain data out of a pickle, which is not trusted.

A pickle is a small program, and Python's own reader lets it import and call anything. Here, that reader keeps the
instructions that build dictionaries, lists, tuples, sets, text and numbers, NumPy's among them, and nothing else: what
asks for another object gets an `Other` in its place, which has a name and does nothing.

`pickle.Unpickler`, written in C, lets nobody choose its instructions; the same in Python, which joblib and pandas build
on too, has them in a table.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from gpt_by_hand.data.numpy_pickles import NUMPY, NumberType
from gpt_by_hand.errors import UserError, one_line

_PLAIN = """
    PROTO FRAME STOP MARK POP POP_MARK MEMOIZE PUT BINPUT LONG_BINPUT GET BINGET LONG_BINGET NONE NEWTRUE NEWFALSE
    INT BININT BININT1 BININT2 LONG LONG1 LONG4 FLOAT BINFLOAT UNICODE SHORT_BINUNICODE BINUNICODE BINUNICODE8
    SHORT_BINBYTES BINBYTES BINBYTES8 BYTEARRAY8 EMPTY_DICT EMPTY_LIST EMPTY_TUPLE EMPTY_SET TUPLE TUPLE1 TUPLE2 TUPLE3
    LIST DICT FROZENSET APPEND APPENDS ADDITEMS SETITEM SETITEMS GLOBAL STACK_GLOBAL REDUCE NEWOBJ NEWOBJ_EX BUILD
    PERSID BINPERSID
"""
_OLD_NAMES = {"__builtin__": "builtins", "copy_reg": "copyreg"}  # of modules, in Python 2
_WORK = 8  # steps for each byte of the file, which is more than honest data need
_DEEPEST = 100  # levels of a key
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


class Other:
    """Stands for an object that is not made, or a function that is not called; its name is all that is known of it."""

    def __init__(self, name: str) -> None:
        self.name = name

    def append(self, item: object) -> None:
        """Nothing: what it would hold is of no interest."""

    extend = append


def read_plain(content: bytes | BinaryIO, size: int, known: Callable[[str], bool] = lambda name: False) -> object:
    """What the pickle of `size` bytes builds; in place of objects whose name is `known`, an `Other`.

    Raises: UserError when it asks for an object of another name, and says under which key; Unreadable when it is no
    pickle.
    """
    reader = _Reader(io.BytesIO(content) if isinstance(content, bytes) else content, size)
    try:
        found = reader.load()
    except UserError:
        raise
    except Exception as error:  # bytes that are no pickle can fail in nearly any way
        raise Unreadable(f"not a readable pickle ({one_line(error)}); is it cut off?") from None
    strange = [other for other in reader.others if not known(other.name)]
    if strange:
        wanted = {id(other) for other in strange}
        keys, other = next(_places(found, wanted), ("", strange[0]))
        raise UserError(_refusal(keys or "it", other.name))
    return found


_PythonsReader: Any = pickle._Unpickler


class _Reader(_PythonsReader):
    """Python's reader with few instructions. `others` are the objects that are asked for and that are not made."""

    dispatch: dict[int, Callable[[_Reader], None]]

    def __init__(self, file: BinaryIO, size: int) -> None:
        super().__init__(file)
        self._file_read = lambda count: _bounded(file, count, size)
        self.others: list[Other] = []
        self.left = _WORK * (size + 100)

    def find_class(self, module: str, name: str) -> Other:
        full = f"{_OLD_NAMES.get(module, module)}.{name}"
        return Other(full) if full in _MAKERS else self._made(full)

    def persistent_load(self, pid: object) -> Other:
        return self._made("PERSID" if self.proto == 0 else "BINPERSID")

    def load_reduce(self) -> None:
        arguments, function = self.stack.pop(), self.stack.pop()
        if not isinstance(function, Other) or not isinstance(arguments, tuple):
            raise TypeError("what is called is no function")
        maker = _MAKERS.get(function.name)
        self.append(maker(self, *arguments) if maker else function)

    load_newobj = load_reduce

    def load_newobj_ex(self) -> None:
        self.stack.pop()  # arguments by name
        self.load_reduce()

    def load_build(self) -> None:
        """What an object is told after it has been made: of a dictionary or an `Other`, that is of no interest."""
        state = self.stack.pop()
        if isinstance(self.stack[-1], NumberType):
            self.stack[-1].__setstate__(state)

    def load_setitem(self) -> None:
        value, key = self.stack.pop(), self.stack.pop()
        self._set([key, value])

    def load_setitems(self) -> None:
        self._set(self.pop_mark())

    def load_dict(self) -> None:
        items = self.pop_mark()
        self.append({})
        self._set(items)

    def load_additems(self) -> None:
        items = self.pop_mark()
        self.stack[-1].update(self.a_set(items))

    def load_frozenset(self) -> None:
        items = self.pop_mark()  # which puts another `append` in place
        self.append(frozenset(self.a_set(items)))

    def load_bytearray8(self) -> None:
        """Python's own makes room before it looks whether there is so much."""
        self.append(bytearray(self.read(int.from_bytes(self.read(8), "little"))))

    def a_set(self, items: Any = ()) -> set[Any]:
        return {self._key(item) for item in items}

    def some_bytes(self, text: Any = "", encoding: str = "latin1") -> bytes:
        """How bytes are written before protocol 3."""
        self._spend(len(text))
        return text.encode("latin1") if isinstance(text, str) and encoding == "latin1" else bytes(memoryview(text))

    def _made(self, name: str) -> Other:
        self.others.append(Other(name))
        return self.others[-1]

    def _set(self, items: list[Any]) -> None:
        target = self.stack[-1]
        if not isinstance(target, (dict, Other)):
            raise TypeError(f"{type(target).__name__} in place of dict")
        for key, value in zip(items[::2], items[1::2], strict=True):
            if isinstance(target, dict):
                target[self._key(key)] = value

    def _key(self, key: Any) -> Any:
        """The same value, if it can be a key in good time: tuples that share tuples can be made to hash for ever."""
        level = [key]
        for _ in range(_DEEPEST):
            inner: list[Any] = []
            for value in level:
                if isinstance(value, (tuple, frozenset)):
                    self._spend(len(value))
                    inner += value
            if not inner:
                return key
            level = inner
        raise UserError("it has a key of too many parts in parts")

    def _spend(self, steps: int) -> None:
        """What is small in a file can be made to fill the memory, or to take for ever."""
        self.left -= steps
        if self.left < 0:
            raise UserError("it repeats its own parts without end")


def _refuse(name: str) -> Callable[[_Reader], None]:
    def refuse(reader: _Reader) -> None:
        raise UserError(f"it holds what is no plain data ({name})")

    return refuse


def _bounded(file: BinaryIO, count: int, size: int) -> bytes:
    if count > size:
        raise EOFError(f"{count} bytes in a file of {size}")
    return file.read(count)


_CODES = {name: code[0] for name, code in vars(pickle).items() if isinstance(code, bytes) and len(code) == 1}
_Reader.dispatch = {
    code: getattr(_Reader, _PythonsReader.dispatch[code].__name__) if name in _PLAIN.split() else _refuse(name)
    for name, code in _CODES.items()
}
_MAKERS: dict[str, Callable[..., Any]] = {
    "builtins.set": _Reader.a_set,
    "builtins.frozenset": lambda reader, items=(): frozenset(reader.a_set(items)),
    "builtins.complex": lambda reader, *parts: complex(*map(float, parts)),
    "builtins.bytearray": _Reader.some_bytes,
    "_codecs.encode": _Reader.some_bytes,
    "collections.OrderedDict": lambda reader: {},
    **{name: lambda reader, *parts, make=make: make(*parts) for name, make in NUMPY.items()},
}


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
