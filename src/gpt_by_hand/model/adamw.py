"""The update: gradients clipped to a norm, then AdamW with its learning-rate schedule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from functools import reduce
from math import pi
from operator import add

from gpt_by_hand.model import concepts
from gpt_by_hand.model.scopes import scope
from gpt_by_hand.notation import (
    Access,
    Constant,
    Definition,
    Expression,
    Operand,
    Role,
    Sum,
    Tensor,
    Where,
    Writer,
    cos,
    sqrt,
)
from gpt_by_hand.records import dataclass


@dataclass(frozen=True)
class UpdateRule:
    """The numbers of the update: the schedule of its step size, AdamW, and clipping."""

    learning_rate: float = 3e-4
    """The largest step size, reached after warming up."""
    min_lr: float = 3e-5
    """The step size after lr_decay_iters; a tenth of learning_rate, unless it is given."""
    warmup_iters: int = 100
    """How many iterations the step size takes to grow from 0 to learning_rate."""
    lr_decay_iters: int = 2000
    """The iteration at which the step size has come down to min_lr; it does not follow max_iters."""
    beta1: float = 0.9
    """AdamW: how much of the mean gradient is kept in each iteration."""
    beta2: float = 0.95
    """AdamW: how much of the mean squared gradient is kept in each iteration."""
    eps: float = 1e-8
    """AdamW: what keeps the division from going wrong where gradients vanish."""
    weight_decay: float = 0.1
    """AdamW: by how much matrices shrink, per unit of step size."""
    grad_clip: float = 1.0
    """The longest that the gradient may be; 0 turns clipping off."""

    def constant(self, field: str) -> Constant:
        """One of the numbers, as the formulas name it."""
        return Constant(getattr(self, field), IN_FORMULAS.get(field, field))

    @property
    def settings(self) -> dict[str, float]:
        """All of the numbers, by their names in the formulas."""
        constants = [self.constant(field.name) for field in fields(UpdateRule)]
        return {constant.name: constant.value for constant in constants}

    @property
    def form(self) -> tuple[bool, bool]:
        """What the formulas look like: do they clip, and do weights decay? Else only their numbers differ."""
        return self.grad_clip > 0, self.weight_decay != 0


IN_FORMULAS = {"learning_rate": "max_lr", "eps": "adam_eps"}  # where the field's name means something else there


def update(write: Writer, rule: UpdateRule, gradients: Sequence[tuple[Tensor, Tensor]]) -> None:
    """Writes the schedule, the clipping and AdamW for each (parameter, its gradient): matrices first, then the rest."""
    gradients = sorted(gradients, key=lambda pair: not decays(pair[0]))
    count = iteration(write)
    with write.at(scope("schedule"), phase="update"):
        rate = schedule(write, rule, count)
    clipped: dict[str, Operand] = {p.name: gradient for p, gradient in gradients}
    if rule.grad_clip > 0:
        with write.at(scope("clip"), phase="clip"):
            clipped = clip(write, rule, gradients)
    with write.at(scope("adamw"), phase="update"):
        adamw(write, rule, rate, count, [(p, clipped[p.name]) for p, _ in gradients])


def iteration(write: Writer) -> Access:
    """Writes the input `iteration`."""
    return write.input("iteration", title="how many updates came before this one", concept=concepts.ITERATION)()


def schedule(write: Writer, rule: UpdateRule, iteration: Access) -> Access:
    """Writes `learning_rate`: up in a line while warming up, then down along half a cosine, then flat.

    Source: Loshchilov & Hutter 2017 (SGDR), equation 5, without restarts.
    """
    top, low = rule.constant("learning_rate"), rule.constant("min_lr")
    warmup, end = rule.constant("warmup_iters"), rule.constant("lr_decay_iters")
    way = (iteration - warmup) / (end - warmup)
    falling = low + (1 + cos(Constant(pi, "pi") * way)) / 2 * (top - low)
    rate = write.define("learning_rate", "How large a step does this iteration take?", concepts.RATE, role=Role.STEP)
    rate[()] = Where(iteration < warmup, top * iteration / warmup, Where(iteration < end, falling, low))
    return rate()


def clip(write: Writer, rule: UpdateRule, gradients: Sequence[tuple[Tensor, Tensor]]) -> dict[str, Operand]:
    """Writes `clip.square.<parameter>`, the same for each block, `clip.norm`, `clip.scale` and `clip.grad.<parameter>`.

    Source: Pascanu, Mikolov & Bengio 2013, algorithm 1; the 1e-6 that keeps the division from going wrong is PyTorch's.
    """
    squares: dict[str, list[Expression]] = {}
    for p, g in gradients:
        question = "How large is this gradient, squared and added up?"
        square = write.define(f"clip.square.{p.name}", question, concepts.SQUARE, role=Role.STEP, of=p)
        square[()] = Sum(*g.indices, g[g.indices] ** 2)
        squares.setdefault(p.part, []).append(square())
    parts = []
    for part, terms in squares.items():
        question = "How large are the gradients of this part of the model together?"
        whole = write.define(f"clip.square.{part}", question, concepts.SQUARE, role=Role.STEP)
        whole[()] = reduce(add, terms)
        parts.append(whole())
    question = "How long is the gradient, all parameters together?"
    norm = write.define("clip.norm", question, concepts.NORM, role=Role.STEP)
    norm[()] = sqrt(reduce(add, parts))
    limit, tiny = rule.constant("grad_clip"), Constant(1e-6)
    question = "By what must the gradient be multiplied so that it is no longer than allowed?"
    scale = write.define("clip.scale", question, concepts.CLIPPING, role=Role.STEP)
    scale[()] = Where(norm() + tiny > limit, limit / (norm() + tiny), 1)
    clipped: dict[str, Operand] = {}
    for p, g in gradients:
        question = "What is this gradient after clipping?"
        cut = clipped[p.name] = write.define(f"clip.grad.{p.name}", question, role=Role.CLIPPED, of=p)
        cut[g.indices] = scale() * g[g.indices]
    return clipped


def adamw(
    write: Writer, rule: UpdateRule, rate: Access, iteration: Access, gradients: Sequence[tuple[Tensor, Operand]]
) -> None:
    """Writes `adamw.m.<parameter>`, `adamw.v.<parameter>` and `new.<parameter>`; matrices decay, LayerNorms don't.

    Source: Loshchilov & Hutter 2019, algorithm 2, where the decay is times the whole step size, as in PyTorch; the
    moments are those of Kingma & Ba 2015, algorithm 1.
    """
    beta1, beta2, eps, decay = map(rule.constant, ("beta1", "beta2", "eps", "weight_decay"))
    question = "How much of the mean has been gathered so far?"
    first = write.define("adamw.correction1", question, concepts.FIRST_CORRECTION, role=Role.STEP)
    first[()] = 1 - beta1 ** (iteration + 1)
    question = "How much of the mean square has been gathered so far?"
    second = write.define("adamw.correction2", question, concepts.SECOND_CORRECTION, role=Role.STEP)
    second[()] = 1 - beta2 ** (iteration + 1)
    m, v = {}, {}
    for p, g in gradients:
        question = "What is the gradient on average, recent ones counting most?"
        before, m[p] = _moment(write, "m", p, "the mean before this iteration", question, concepts.MEAN_GRADIENT)
        m[p][p.indices] = beta1 * before[p.indices] + (1 - beta1) * g[p.indices]
    for p, g in gradients:
        question = "What is the square of the gradient on average, recent ones counting most?"
        before, v[p] = _moment(write, "v", p, "the mean square before this iteration", question, concepts.MEAN_SQUARE)
        v[p][p.indices] = beta2 * before[p.indices] + (1 - beta2) * g[p.indices] ** 2
    for p, _ in gradients:
        i = p.indices
        kept = p[i] * (1 - rate * decay) if decays(p) and rule.weight_decay else p[i]
        new = write.define(f"new.{p.name}", "What is the weight after the update?", role=Role.UPDATE, of=p, replaces=p)
        new[i] = kept - rate * (m[p][i] / first() / (sqrt(v[p][i] / second()) + eps))


def _moment(write: Writer, kind: str, p: Tensor, title: str, question: str, concept: str) -> tuple[Tensor, Definition]:
    """A moment of the gradient of a parameter, as the iteration before has left it, and as it will be."""
    before = write.input(f"previous.{kind}.{p.name}", *p.indices, title=title, role=Role.STATE, of=p)
    now = write.define(f"adamw.{kind}.{p.name}", question, concept, role=Role.STATE, of=p, replaces=before)
    return before, now


def decays(parameter: Tensor) -> bool:
    """Does weight decay pull at it? At matrices only, not at gains and biases (Radford et al. 2018, section 4.1)."""
    return parameter.role is Role.WEIGHT
