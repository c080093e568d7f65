"""Plain data out of a pickle, which is not trusted.

A pickle is a small program, and Python's own reader lets it import and call anything. Here, that reader keeps the
instructions that build dictionaries, lists, tuples, sets, text and numbers, NumPy's among them, and nothing else: what
asks for another object gets an `Other` in its place, which has a name and does nothing.

`pickle.Unpickler`, written in C, lets nobody choose its instructions: a few bytes make it fill the memory (a memo's
number), or the whole program crash (the hash of a tuple in a tuple in a tuple ...). The same in Python, which joblib
and pandas build on too, has them in a table.
"""

from __future__ import annotations

import io
import pickle
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from gpt_by_hand.errors import UserError, one_line
from gpt_by_hand.files import Content

_PLAIN = """
    PROTO FRAME STOP MARK POP POP_MARK MEMOIZE PUT BINPUT LONG_BINPUT GET BINGET LONG_BINGET NONE NEWTRUE NEWFALSE
    INT BININT BININT1 BININT2 LONG LONG1 LONG4 FLOAT BINFLOAT UNICODE SHORT_BINUNICODE BINUNICODE BINUNICODE8
    SHORT_BINBYTES BINBYTES BINBYTES8 BYTEARRAY8 EMPTY_DICT EMPTY_LIST EMPTY_TUPLE EMPTY_SET TUPLE TUPLE1 TUPLE2 TUPLE3
    LIST DICT FROZENSET APPEND APPENDS ADDITEMS SETITEM SETITEMS GLOBAL STACK_GLOBAL REDUCE NEWOBJ NEWOBJ_EX BUILD
    PERSID BINPERSID
"""
# For a bytearray, Python's own would make room before it looks whether there is so much.
_READ_AS = {"BYTEARRAY8": "BINBYTES8"}
_WORK = 8  # steps for each byte of the file, which is more than honest data need
_MOST = 100  # parts of a key
_OLD_NAMES = {"__builtin__": "builtins", "copy_reg": "copyreg"}  # of modules, in Python 2
_NUMBERS = r"b1|[iu][1248]|f[248]|c8|c16|[SU]\d{1,6}"
# Other types whose objects are data and run nothing when they are read: they are refused, but not accused.
_HARMLESS = (
    r"pathlib\.(_local\.)?(Pure)?(Posix|Windows)?Path|datetime\.(date|datetime|time|timedelta|timezone)"
    r"|collections\.(Counter|defaultdict|deque)|builtins\.(bool|dict|float|int|list|object|range|slice|str)"
    r"|argparse\.Namespace|types\.SimpleNamespace|decimal\.Decimal|fractions\.Fraction|uuid\.UUID"
    r"|numpy\.(bool|float32|float64|int32|int64|uint16|uint8)"
)


class Unreadable(UserError):
    """It is no pickle, or only the beginning of one."""


class Other:
    """Stands for an object that is not made, or a function that is not called; its name is all that is known of it."""

    def __init__(self, name: str) -> None:
        self.name = name

    def append(self, item: object) -> None:
        """Nothing: what it would hold is of no interest."""

    extend = append

    def __setitem__(self, key: object, value: object) -> None: ...


class Table(dict[Any, Any]):
    """A dictionary."""

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(_checked(key), value)


def _checked(key: Any) -> Any:
    """The same, if it can be a key in good time: tuples that share tuples can be made to hash for ever."""
    parts = [key]
    for part in parts:  # which become more
        parts += part if isinstance(part, (tuple, frozenset)) else ()
        if len(parts) > _MOST:
            raise UserError("it has a key of too many parts in parts")
    return key


class NumberType:
    """A dtype of NumPy's: a letter and a number of bytes; the order of the bytes is told afterwards."""

    def __init__(self, code: object, *more: object) -> None:
        self.code, self.order = str(code) if isinstance(code, str) else "?", "|"

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.order = state[1] if state[1] in ("<", ">", "|", "=") else "|"


class Array:
    """Stands for an array of NumPy's: nobody has asked for its numbers."""

    def __init__(self, *parts: object) -> None: ...

    def __setstate__(self, state: object) -> None: ...


def number(kind: NumberType, content: bytes) -> Any:
    """NumPy's number of that kind as Python's, without calling what NumPy itself would call.

    Raises: UserError for other kinds, ValueError for damage.
    """
    if not isinstance(kind, NumberType) or not isinstance(content, bytes):
        raise ValueError("no kind of numbers")
    if not re.fullmatch(_NUMBERS, kind.code):
        raise UserError(
            f"it holds a number of NumPy's of the kind {kind.code[:20]!r}: save it as a plain number or text"
        )
    dtype = np.dtype(kind.order + kind.code)
    if len(content) != dtype.itemsize:
        raise ValueError(f"{len(content)} bytes for a number of {dtype.itemsize}")
    return np.frombuffer(content, dtype)[0].item()


def read_plain(content: Content, known: Callable[[str], bool] = lambda name: False) -> object:
    """What the pickle, of a mapped file the next one, builds; in place of objects whose name is `known`, an `Other`.

    Raises: UserError when it asks for an object of another name, and says under which key; Unreadable when it is no
    pickle.
    """
    reader = _Reader(content)
    try:
        found = reader.load()
    except UserError:
        raise
    except Exception as error:  # bytes that are no pickle can fail in nearly any way
        raise Unreadable(f"not a readable pickle ({one_line(error)}); is it cut off?") from None
    strange = [other for other in reader.others if not known(other.name)]
    if strange:
        raise UserError(_refusal(*_first(found, strange)))
    return found


_PythonsReader: Any = pickle._Unpickler


class _Reader(_PythonsReader):
    """Python's reader with few instructions. `others` are the objects that are asked for and that are not made."""

    dispatch: dict[int, Callable[[_Reader], None]]

    def __init__(self, content: Content) -> None:
        super().__init__(io.BytesIO(content) if isinstance(content, bytes) else content)  # both give what there is
        self.others: list[Other] = []
        self.left = _WORK * (len(content) + 100)

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

    def load_empty_dictionary(self) -> None:
        self.append(Table())

    def load_dict(self) -> None:
        items, found = self.pop_mark(), Table()
        for key, value in zip(items[::2], items[1::2], strict=True):
            found[key] = value
        self.append(found)

    def load_additems(self) -> None:
        items = self.pop_mark()
        self.stack[-1].update(map(_checked, items))

    def load_frozenset(self) -> None:
        items = self.pop_mark()  # which puts another `append` in place
        self.append(frozenset(map(_checked, items)))

    def a_set(self, items: Any = ()) -> set[Any]:
        self._spend(len(items))
        return set(map(_checked, items))

    def some_bytes(self, text: Any = "", encoding: str = "latin1") -> bytes:
        """How bytes are written before protocol 3."""
        self._spend(len(text))
        return text.encode("latin1") if isinstance(text, str) and encoding == "latin1" else bytes(memoryview(text))

    def _spend(self, steps: int) -> None:
        """What is small in a file can be made to fill the memory."""
        self.left -= steps
        if self.left < 0:
            raise UserError("it repeats its own parts without end")

    def _made(self, name: str) -> Other:
        self.others.append(Other(name))
        return self.others[-1]


def _refuse(name: str) -> Callable[[_Reader], None]:
    def refuse(reader: _Reader) -> None:
        raise UserError(f"it holds what is no plain data ({name})")

    return refuse


_CODES = {name: code[0] for name, code in vars(pickle).items() if isinstance(code, bytes) and len(code) == 1}
_Reader.dispatch = {
    code: getattr(_Reader, _PythonsReader.dispatch[_CODES[_READ_AS.get(name, name)]].__name__)
    if name in _PLAIN.split()
    else _refuse(name)
    for name, code in _CODES.items()
}
# What a pickle calls NumPy's numbers and arrays, in NumPy 1 and 2.
NUMPY: dict[str, Callable[..., Any]] = {
    "numpy.dtype": NumberType,
    "numpy.ndarray": Array,
    **{f"numpy.{core}.multiarray.scalar": number for core in ("core", "_core")},
    **{f"numpy.{core}.multiarray._reconstruct": Array for core in ("core", "_core")},
    "numpy._core.numeric._frombuffer": Array,
}
_MAKERS: dict[str, Callable[..., Any]] = {
    "builtins.set": _Reader.a_set,
    "builtins.frozenset": lambda reader, items=(): frozenset(reader.a_set(items)),
    **dict.fromkeys(("builtins.bytearray", "_codecs.encode"), _Reader.some_bytes),
    "builtins.complex": lambda reader, *parts: complex(*map(float, parts)),
    "collections.OrderedDict": lambda reader: Table(),
    **{name: lambda reader, *parts, make=make: make(*parts) for name, make in NUMPY.items()},
}


def shown(value: object) -> str:
    """A value for a message; of what could be endless, only its type."""
    plain = value is None or isinstance(value, (bool, float)) or (type(value) is int and abs(value) < 2**63)
    return ascii(value)[:40] if plain or isinstance(value, str) else f"of type {type(value).__name__}"


def _refusal(keys: tuple[Any, ...], other: Other) -> str:
    where, name = ", ".join(map(shown, keys)) or "it", ascii(other.name)[1:-1][:60]
    if name.endswith("PERSID"):
        return f"{where} refers to an object outside of the file ({name})"
    if re.fullmatch(_HARMLESS, name):
        return f"{where} holds a {name}, which is no plain data: save it as text or as numbers"
    return f"{where} would import and call {name}, which could run code and is refused"


def _first(found: object, strange: list[Other]) -> tuple[tuple[Any, ...], Other]:
    """The first of the strange objects, however deep it lies, and the first keys that lead to it."""
    waiting: list[tuple[object, tuple[Any, ...]]] = [(found, ())]
    seen, wanted = set(), {id(other) for other in strange}
    while waiting:
        value, keys = waiting.pop()
        if isinstance(value, Other) and id(value) in wanted:
            return keys, value
        if id(value) not in seen and isinstance(value, dict):
            waiting += [(inner, (*keys, key)[:3]) for key, inner in reversed(value.items())]
        elif id(value) not in seen and isinstance(value, (list, tuple)):
            waiting += [(inner, keys) for inner in value]
        seen.add(id(value))
    return (), strange[0]
