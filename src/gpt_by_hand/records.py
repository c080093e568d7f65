"""`dataclass` as the standard library has it, but made in a third of the time: import it from here.

For each frozen class, Python's compiles seven functions, anew at each start: a tenth of the time that short commands
take. Here that is one, `__init__`. The others are the same for all classes, and ask for the fields. Nobody here needs a
field's own `hash`, or an `__eq__` of a class's own beside the usual `__hash__`: these two are left out.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import MISSING, FrozenInstanceError, fields
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass  # so type checkers know what is made
else:

    def dataclass(kind=None, /, *, frozen=False, **options):
        """Make a dataclass of a class; each field of a frozen one is an argument of its `__init__`."""
        make = _frozen if frozen else dataclasses.dataclass
        return make(kind, **options) if kind else lambda kind: make(kind, **options)


def _frozen(kind: Any, init: bool = True, repr: bool = True, eq: bool = True, **options: Any) -> Any:
    own = set(vars(kind))
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, **options)(kind)
    made._compared = staticmethod(_values([field.name for field in fields(made) if field.compare]))
    methods: dict[str, Callable[..., Any]] = {"__setattr__": _refuse, "__delattr__": _refuse, "__setstate__": _restore}
    methods |= {"__init__": _init(made)} if init else {}
    methods |= {"__repr__": _repr} if repr else {}
    methods |= {"__eq__": _eq, "__hash__": _hash} if eq else {}
    for name in methods.keys() - own:
        setattr(made, name, methods[name])
    return made


def _init(kind: Any) -> Callable[..., None]:
    """Takes the fields in their order, those that must be named behind all others."""
    parameters: dict[bool, list[str]] = {False: ["self"], True: ["*"]}
    lines, known = ["pass"], dict[str, Any](put=object.__setattr__, MISSING=MISSING)
    for field in fields(kind):
        name, default, value = field.name, "", field.name
        if field.default is not MISSING:
            known[f"default_{name}"], default = field.default, f"=default_{name}"
        elif field.default_factory is not MISSING:
            known[f"make_{name}"], default = field.default_factory, "=MISSING"
            value = f"make_{name}() if {name} is MISSING else {name}"
        parameters[field.kw_only is True].append(name + default)
        lines.append(f"put(self, '{name}', {value})")
    lines += ["self.__post_init__()"] if hasattr(kind, "__post_init__") else []
    taken = ", ".join(parameters[False] + (parameters[True] if len(parameters[True]) > 1 else []))
    exec(f"def __init__({taken}):\n " + "\n ".join(lines), known)
    made: Callable[..., None] = known["__init__"]
    made.__qualname__, made.__module__ = f"{kind.__qualname__}.__init__", kind.__module__
    made.__annotations__ = {**{field.name: field.type for field in fields(kind)}, "return": None}
    return made


def _values(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    """What gives the values of these attributes."""
    return attrgetter(*names) if len(names) > 1 else lambda record: tuple([getattr(record, name) for name in names])


def _eq(self: Any, other: Any) -> bool:
    if other.__class__ is not self.__class__:
        return NotImplemented
    return bool(self._compared(self) == self._compared(other))


def _hash(self: Any) -> int:
    return hash(self._compared(self))


def _repr(self: Any) -> str:
    shown = [f"{field.name}={getattr(self, field.name)!r}" for field in fields(self) if field.repr]
    return f"{self.__class__.__qualname__}({', '.join(shown)})"


def _refuse(self: object, name: str, value: object = None) -> None:
    raise FrozenInstanceError(f"cannot change {name!r} of a {type(self).__name__}: see dataclasses.replace")


def _restore(self: object, state: Any) -> None:
    """For copies and pickles, of what has a dictionary or slots."""
    for part in state if isinstance(state, tuple) else (state,):
        for name, value in (part or {}).items():
            object.__setattr__(self, name, value)
