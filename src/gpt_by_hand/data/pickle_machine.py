"""The machine that a pickle is a program for, with the instructions that build plain data.

Source: Python's `pickletools`, which describes each instruction.
"""

from __future__ import annotations

import pickle
import pickletools
from collections.abc import Callable
from typing import Any, BinaryIO

from gpt_by_hand.data.numpy_pickles import NUMPY, NumberType
from gpt_by_hand.errors import UserError

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


class Other:
    """Stands for an object that is not made; its name is all that is known of it."""

    def __init__(self, name: str) -> None:
        self.name = name


class Machine:
    """A stack of values; `marks` are the stacks below it, each up to where a mark was put.

    `others` are the objects that the program asks for and that are not made. `size` is the program's, in bytes.
    """

    def __init__(self, size: int) -> None:
        self.stack: list[Any] = []
        self.marks: list[list[Any]] = []
        self.memo: dict[int, Any] = {}
        self.others: list[Other] = []
        self.left = _WORK * (size + 100)

    def run(self, content: bytes | BinaryIO) -> Any:
        """What the program builds. Raises: UserError for other instructions, and anything for what is no pickle."""
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
    "builtins.set": Machine._a_set,
    "builtins.frozenset": lambda machine, items=(): frozenset(machine._a_set(items)),
    "builtins.complex": lambda machine, *parts: complex(*map(float, parts)),
    "builtins.bytearray": Machine._bytes,
    "_codecs.encode": Machine._bytes,
    "collections.OrderedDict": lambda machine: {},
    **{name: lambda machine, *parts, make=make: make(*parts) for name, make in NUMPY.items()},
}
