"""Rows of numbers, such as words' vectors, as points in a plane: of one model, or before and after training."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from gpt_by_hand.errors import UserError
from gpt_by_hand.explain.components import Components, components
from gpt_by_hand.explain.picture import Picture
from gpt_by_hand.language import whole
from gpt_by_hand.layout.digits import percent
from gpt_by_hand.layout.document import Block, Emphasis, Heading, Paragraph, Reference, Scatter
from gpt_by_hand.layout.sentences import said
from gpt_by_hand.layout.tables import has_layout, short
from gpt_by_hand.model.axes import SEQUENCE
from gpt_by_hand.notation import Index, Layout, Role
from gpt_by_hand.records import dataclass
from gpt_by_hand.trace.address import split
from gpt_by_hand.trace.trace import Trace
from gpt_by_hand.trace.values import Values

MOST = 1000  # points that a picture can show
OPTIMIZER = (Role.STATE, Role.UPDATE, Role.STEP)  # what no other weights are computed to


@dataclass(frozen=True, eq=False, repr=False)
class Plane(Picture):
    """The rows of the tensor at an address in the plane of their two principal components.

    `rows` and `earlier` are [row, column]; the latter are those of another model, called `before`, if there is one.
    """

    trace: Trace
    address: str
    labels: tuple[str, ...]
    rows: np.ndarray
    earlier: np.ndarray | None = None
    before: str = ""

    @property
    def title(self) -> str:
        return self.address

    @cached_property
    def components(self) -> Components:
        """Those of the rows, not of the earlier ones."""
        return components(self.rows)

    @cached_property
    def points(self) -> np.ndarray:
        """Where the rows are, [time, row, 2]: before, if there is a before, and now."""
        both = [self.rows] if self.earlier is None else [self.earlier, self.rows]
        return np.stack([self.components.of(rows) for rows in both])

    @property
    def notes(self) -> Iterator[str]:
        """What is peculiar about these rows."""
        count = self.components.count
        if count == 0:
            yield said("plane.single" if len(self.rows) == 1 else "plane.equal")
        elif count == 1:
            yield said("plane.line")
        for first, last in self.components.ties:
            yield said("plane.tied", first=first, last=last)

    def document(self) -> list[Block]:
        """The picture, what its axes are, and whose numbers they are. Raises: UserError for too many points."""
        if len(self.rows) > MOST:
            raise UserError(
                f"{self.address} has {len(self.rows):,} rows, and a picture shows at most {MOST:,}: --format json has "
                "all of them; with --prompt, tensors such as tok_emb have a row for each of its words"
            )
        shares = [*map(percent, self.components.shares)]
        rows, columns = map(whole, self.rows.shape)
        rule = said("plane.rule", rows=rows, columns=columns, share=percent(float(self.components.shares.sum())))
        axes = tuple(said("plane.axis", number=n, share=share) for n, share in enumerate(shares, 1))
        title, kind = self.trace.describe(self.address)["title"], self.trace.tensor(self.address).role
        picture = said("plane.title", address=self.address)
        times = (said("plane.before.time"), said("plane.after.time")) if self.before else ("",)
        return [
            *([Paragraph((self.trace.whose.line(),), "model")] if self.trace.whose else []),
            Heading((Reference(self.address, kind), "  ", Emphasis(title)), 3),
            Paragraph((rule,)),
            *([Paragraph((said("plane.before", before=self.before),))] if self.before else []),
            *(Paragraph((note,), "note") for note in self.notes),
            Scatter(picture, self.points, self.labels, (axes[0], axes[1]), times, kind),
        ]

    def data(self) -> dict[str, Any]:
        """The same for programs, at full precision."""
        found = self.components
        points = [{"label": label, "at": at} for label, at in zip(self.labels, self.points[-1].tolist(), strict=True)]
        if self.before:
            points = [one | {"before": at} for one, at in zip(points, self.points[0].tolist(), strict=True)]
        return {
            "address": self.address,
            "model": None if self.trace.whose is None else self.trace.whose.facts(),
            "before": self.before or None,
            "mean": found.mean.tolist(),
            "components": [
                {"share": share, "loadings": loadings}
                for share, loadings in zip(found.shares.tolist(), found.loadings.tolist(), strict=True)
            ],
            "points": points,
            "notes": [*self.notes],
        }


def plane(trace: Trace, where: str, earlier: Trace | None = None, before: str = "") -> Plane:
    """The rows at an address, such as `transformer.wte.weight` or `h.1.mid[0,:,:]`, as points in a plane.

    `earlier` is a trace of the same program with other weights, which is called `before`: its rows are seen along the
    same directions. Raises: UserError where there are no rows of finite numbers, or the two have different ones.
    """
    trace = _asked(trace, where)
    labels, rows = _rows(trace, where)
    if earlier is None:
        return Plane(trace, where, labels, rows)
    others, before = _rows(_asked(earlier, where), where), before or said("plane.before.time")
    if others[0] != labels or others[1].shape != rows.shape:
        raise UserError(f"{where} has other rows in {before} than here: compare models of one size and vocabulary")
    return Plane(trace, where, labels, rows, others[1], before)


def with_weights(trace: Trace, weights: Mapping[str, Any], of: str) -> Trace:
    """What the trace would be with the weights of another model, named by `of`: the same words, all else computed anew.

    Raises: UserError for weights of another size.
    """
    for one in trace.program.parameters:
        if one.name not in weights or np.shape(weights[one.name]) != one.shape:
            there = f"{list(np.shape(weights[one.name]))} there" if one.name in weights else "not there"
            raise UserError(
                f"{of} is no model of this size, to be compared with this one: {one.name} is {there}, and "
                f"{list(one.shape)} here"
            )
    inputs = {one.name: trace.arrays[one.name] for one in trace.program.inputs}
    return replace(trace, arrays=Values(trace.program, {**inputs, **weights}, trace.precision), origin=None, whose=None)


def check_comparable(trace: Trace, where: str) -> None:
    """Refuse what other weights do not decide alone. Raises: UserError; AddressError where there is nothing."""
    if _asked(trace, where).part(where).tensor.role in OPTIMIZER:
        raise UserError(
            f"{where} is the optimizer's, which knows only the weights that it has trained: compare weights, or what "
            "is computed from them"
        )


def _asked(trace: Trace, where: str) -> Trace:
    """The trace with what the address asks for: what layers would have said is there for who asks."""
    return trace.extended(split(where)[0])


def _rows(trace: Trace, where: str) -> tuple[tuple[str, ...], np.ndarray]:
    """What the rows at an address are called, and the rows [row, column]."""
    values, part = trace.array(where), trace.part(where)
    indices = part.left
    while len(indices) > 2 and indices[0].extent == 1:
        indices = indices[1:]
    if len(indices) != 2:
        raise _no_rows(where, part.tensor.name, part.left)
    values = values.reshape([index.extent for index in indices])
    if not np.isfinite(values).all():
        number = values[~np.isfinite(values)][0]
        raise UserError(f"{where} has numbers that are not finite, such as {number}: they have no place in a picture")
    chosen = zip(part.indices, part.chosen, strict=True)
    row = next((at for index, at in chosen if index.axis == SEQUENCE and isinstance(at, int)), None)
    called = _called(trace, indices[0], row)
    return called, values.astype(np.float64)


def _called(trace: Trace, index: Index, row: int | None) -> tuple[str, ...]:
    """What positions along an index are called in a picture: words alone, where each is there once."""
    if has_layout(index, Layout.VOCABULARY):
        return tuple(short(trace.tokenizer.label(token)) for token in range(index.extent))
    return tuple(map(trace.words.labels(index, row), range(index.extent)))


def _no_rows(where: str, name: str, left: list[Index]) -> UserError:
    if len(left) < 2:
        what = "one row" if left else "one number"
        return UserError(f"{where} is {what}: --2d needs rows, such as those of transformer.wte.weight or of h.0.mid")
    example = f"{name}[{','.join([*('0' for _ in left[2:]), ':', ':'])}]"
    axes = ", ".join(f"{index.name} ({index.extent:,})" for index in left)
    return UserError(
        f"{where} has {len(left)} axes, {axes}: --2d shows the rows of two; choose places for the others: {example}"
    )
