"""What if: a trace some of whose numbers are set to something else, with everything behind them computed anew."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from gpt_by_hand.errors import UserError
from gpt_by_hand.language import whole
from gpt_by_hand.layout.sentences import said
from gpt_by_hand.model import concepts
from gpt_by_hand.notation import Access, Constant, Expression, Program, Role, Tensor
from gpt_by_hand.notation.algebra import transform
from gpt_by_hand.notation.override import override
from gpt_by_hand.records import dataclass
from gpt_by_hand.trace import address
from gpt_by_hand.trace.missing import missing
from gpt_by_hand.trace.trace import Trace
from gpt_by_hand.trace.values import Values

SHOWN = 4  # numbers of a list that something is set to


@dataclass(frozen=True)
class Setting:
    """Numbers of one tensor that are set: `here` is true where one is, and there `value` is what it is set to."""

    tensor: Tensor
    value: np.ndarray
    here: np.ndarray

    def then(self, later: Setting) -> Setting:
        """The same with numbers of the tensor that are set later."""
        return Setting(self.tensor, np.where(later.here, later.value, self.value), self.here | later.here)


def with_set(trace: Trace, settings: Mapping[str, Any]) -> Trace:
    """The trace with the numbers at some addresses set: weights, words, settings, or what formulas compute.

    `settings` has for each address a number, an array that fits what is there, or a word, where words' numbers are. A
    number that formulas call by a name, such as `beta1`, has that as its address.
    What is computed from them is computed anew; of a gradient, nothing passes through a number that is set. The new
    trace knows which one it was `before`. What was set before stays set, unless it is set to something else.

    Raises: UserError for an address that there is not, a value that does not fit or is NaN, one number set twice, and
    where gradients would not be right.
    """
    before = trace.before or trace
    earlier = {where: value for where, value in trace.settings.items() if where not in settings}
    wanted = {**earlier, **settings}
    found: dict[str, Setting] = {}
    named: dict[str, float] = {}
    for group in (*({where: value} for where, value in earlier.items()), settings):
        for name, setting in _noted(before, group, named).items():
            found[name] = found[name].then(setting) if name in found else setting
    computed = [name for name in found if name in before.program.definitions]
    program, overrides = override(_with_constants(before.program, named), computed)
    given = _given(before, found)
    for made in overrides:
        given[made.value.name] = found[made.tensor.name].value
        given[made.here.name] = found[made.tensor.name].here.astype(np.dtype(before.precision))
    whose = before.whose and replace(
        before.whose, settings=tuple(f"{where} = {_said(v)}" for where, v in wanted.items())
    )
    arrays = Values(program, given, before.precision)
    return replace(
        before,
        program=program,
        arrays=arrays,
        names=tuple(program.tensors),
        whose=whose,
        before=before,
        settings=wanted,
        here={name: setting.here for name, setting in found.items()},
    )


def _given(trace: Trace, found: Mapping[str, Setting]) -> dict[str, Any]:
    """What the program is given, with what is set of it."""
    given = {tensor.name: trace.arrays[tensor.name] for tensor in (*trace.program.inputs, *trace.program.parameters)}
    for name in found.keys() & given.keys():
        given[name] = np.where(found[name].here, found[name].value, given[name])[()]
    return given


def is_setting(trace: Trace, tensor: Tensor) -> bool:
    """Does the tensor say which numbers are set, or what to?"""
    return tensor.role is Role.INPUT and tensor.of is not None and tensor.of.name in trace.here


def constants(program: Program) -> dict[str, int | float]:
    """The numbers that formulas call by a name: settings such as `beta1`."""
    found = (constant for assignment in program.assignments for constant in assignment.expression.find(Constant))
    return {constant.name: constant.value for constant in found if constant.name}


def _with_constants(program: Program, named: Mapping[str, float]) -> Program:
    """The program with other numbers for some of those."""

    def change(node: Expression) -> Expression | None:
        known = isinstance(node, Constant) and node.name in named
        return Constant(named[node.name], node.name) if known else None  # type: ignore[union-attr]

    if not named:
        return program
    changed = (replace(a, expression=transform(a.expression, change)) for a in program.assignments)
    return replace(program, assignments=tuple(changed))


def _said(value: Any) -> str:
    if isinstance(value, str):
        return value
    numbers = [f"{number:.6g}" for number in np.ravel(value)]
    if np.ndim(value) == 0:
        return numbers[0]
    more = [said("whose.more", count=whole(len(numbers)))] if len(numbers) > SHOWN else []
    return f"[{', '.join([*numbers[:SHOWN], *more])}]"


def _noted(trace: Trace, settings: Mapping[str, Any], named: dict[str, float]) -> dict[str, Setting]:
    """What is set at once, by tensor; in `named`, numbers that formulas call by a name. Raises: UserError."""
    found: dict[str, Setting] = {}
    for where, value in settings.items():
        if where not in trace.program.tensors and where in constants(trace.program):
            named[where] = _fitting(trace, where, None, value, (), float).item()
        else:
            _note(found, trace, where, value)
    return found


def _note(found: dict[str, Setting], trace: Trace, where: str, value: Any) -> None:
    """Add what one address is set to."""
    name, _ = address.split(where)
    if name not in trace.names:
        raise missing(where, trace.names, trace.program)
    tensor = trace.tensor(where)
    if name not in found:
        found[name] = Setting(tensor, np.zeros(tensor.shape, _type(trace, tensor)), np.zeros(tensor.shape, bool))
    _check_gradients(trace.program, where, tensor)
    setting, part = found[name], trace.part(where)
    shape, at = [index.extent for index in part.indices], part.chosen
    here, values = setting.here.reshape(shape), setting.value.reshape(shape)  # views
    new = _fitting(trace, where, tensor, value, here[at].shape, setting.value.dtype)
    if np.any(here[at] & (values[at] != new)):
        raise UserError(f"{where} is set to {_said(value)}, and to something else as well: set each number once")
    here[at], values[at] = True, new


def _type(trace: Trace, tensor: Tensor) -> Any:
    return np.int64 if tensor.kind == "integer" else np.dtype(trace.precision)


def _fitting(
    trace: Trace, where: str, tensor: Tensor | None, value: Any, shape: tuple[int, ...], dtype: Any
) -> np.ndarray:
    """The value as an array of this shape. Raises: UserError."""
    if isinstance(value, str):
        value = _word(trace, where, tensor, value)
    try:
        new = np.asarray(value, np.float64)
    except (TypeError, ValueError):
        raise UserError(
            f"{where} is set to {value!r}: it must be a number, or numbers that fit {list(shape)}"
        ) from None
    if np.isnan(new).any():
        raise UserError(f"{where} is set to nan: give a number")
    try:
        new = np.broadcast_to(new, shape)
    except ValueError:
        raise UserError(f"{where} is {list(shape)}, and is set to numbers that are {list(new.shape)}") from None
    if tensor is not None and tensor.kind == "integer":
        _check_whole(trace.program, where, tensor, new)
    with np.errstate(over="ignore"):
        found = new.astype(dtype)
    if (np.isfinite(new) & ~np.isfinite(found)).any():
        raise UserError(f"{where} is set to {_said(value)}, which is too large for {np.dtype(dtype)}")
    return found


def _word(trace: Trace, where: str, tensor: Tensor | None, said: str) -> int | float:
    """The number of a word, for what holds words' numbers."""
    if tensor is None or tensor.kind != "integer":
        raise UserError(f"{where} is set to {said!r}: it must be a number")
    return trace.words.token(said)


def _check_whole(program: Program, where: str, tensor: Tensor, new: np.ndarray) -> None:
    """Raise UserError for what is no position of a table that is looked up in."""
    most = min(_extents(program, tensor), default=np.inf)
    for number in new.ravel():
        if not (number.is_integer() and 0 <= number < most):
            raise UserError(f"{where} is set to {number:g}: it must be a whole number from 0 to {most - 1:g}")


def _check_gradients(program: Program, where: str, tensor: Tensor) -> None:
    """Raise UserError for what makes gradients wrong: they hold the maximum in a softmax constant.

    It cancels out, but not if only some of the powers of e, or only their total, still follow from it.
    """
    loss = program.about(concepts.LOSS)
    backward = loss is not None and program.wrapping(Role.GRADIENT, loss) is not None
    if backward and tensor.concept in (concepts.POWER, concepts.TOTAL):
        raise UserError(
            f"{where} cannot be set where there are gradients: they hold the largest score as it is, which is right "
            "only while all powers of e and their total follow from it; set scores or shares, or leave the "
            "gradients out, with a prompt"
        )


def _extents(program: Program, tensor: Tensor) -> Iterator[int]:
    """How many positions there are along each axis that is looked up with the numbers of a tensor."""
    for assignment in program.assignments:
        for access in assignment.reads():
            for subscript, axis in zip(access.subscripts, access.tensor.indices, strict=True):
                if isinstance(subscript, Access) and subscript.tensor.name == tensor.name:
                    yield axis.extent


def settings_of(said: Collection[str]) -> dict[str, Any]:
    """What a command line sets: `ADDRESS=VALUE`, with a number, a list such as `[0.5, -1]`, or a word.

    Raises: UserError for anything else, and for an address that is set to two values.
    """
    found: dict[str, Any] = {}
    for one in said:
        end = one.rfind("]=") + 1 or one.find("=")
        where, value = one[:end].strip(), one[end + 1 :].strip()
        if end <= 0 or not where or not value:
            raise UserError(f"--set {one!r}: write ADDRESS=VALUE, such as 'transformer.wte.weight[9,0]=0.5'")
        new = _value(value)
        if where in found and not np.array_equal(found[where], new):
            raise UserError(
                f"{where} is set to {_said(found[where])}, and to {_said(new)} as well: set each number once"
            )
        found[where] = new
    return found


def _value(text: str) -> Any:
    try:
        return np.array(json.loads(text), np.float64) if text[:1] == "[" else float(text)
    except (ValueError, RecursionError):
        return text
