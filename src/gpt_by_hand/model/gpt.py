"""The whole GPT: blocks put together, and the programs that are made of them."""

from __future__ import annotations

from functools import lru_cache

from gpt_by_hand.model import adamw, concepts
from gpt_by_hand.model.adamw import UpdateRule, schedule, update
from gpt_by_hand.model.attention import attention
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.model.embedding import embedding
from gpt_by_hand.model.layer_norm import layer_norm
from gpt_by_hand.model.loss import cross_entropy, head
from gpt_by_hand.model.mlp import mlp
from gpt_by_hand.model.parts import GPTWriter
from gpt_by_hand.model.scopes import block_name, scope
from gpt_by_hand.notation import Definition, Operand, Program, Tensor, Writer, check, differentiate
from gpt_by_hand.notation.chain_rule import gradient_of


@lru_cache(maxsize=8)
def prediction(config: ModelConfig, rows: int, positions: int) -> Program:
    """From tokens to `probs` [b, t, v], for `rows` sequences of `positions` tokens."""
    write = GPTWriter(config, rows, positions)
    _forward(write)
    return check(write.program())


@lru_cache(maxsize=8)
def parameters(config: ModelConfig) -> tuple[Tensor, ...]:
    """The parameters of a model, in the order in which the formulas use them."""
    write = GPTWriter(config, 1, 1)
    _forward(write)
    return tuple(write.parameters)


@lru_cache(maxsize=8)
def evaluation(config: ModelConfig, rows: int, positions: int | None = None) -> Program:
    """From tokens and targets to `loss`, without dropout; `positions` are the model's own, if nothing is said."""
    return check(_with_loss(config, rows, config.seq_length if positions is None else positions, training=False))


@lru_cache(maxsize=8)
def gradients(config: ModelConfig, rows: int, positions: int) -> Program:
    """From tokens and targets to `loss`, and back to the gradient of every tensor, without dropout or an update."""
    return check(differentiate(evaluation(config, rows, positions), "loss"))


@lru_cache(maxsize=8)
def iteration(config: ModelConfig, rule: UpdateRule, rows: int) -> Program:
    """One training iteration: forward, loss, gradients, clipping and update, for `rows` sequences."""
    program = differentiate(_with_loss(config, rows, config.seq_length, training=True), "loss")
    write = Writer()
    update(write, rule, [(p, gradient_of(p)) for p in program.parameters])
    return check(program.then(write.assignments, write.inputs))


@lru_cache(maxsize=8)
def learning_rate(rule: UpdateRule) -> Program:
    """From `iteration` to `learning_rate`: the schedule alone."""
    write = Writer(phase="update")
    with write.at(scope("schedule")):
        schedule(write, rule, adamw.iteration(write))
    return check(write.program())


def _with_loss(config: ModelConfig, rows: int, positions: int, *, training: bool) -> Program:
    write = GPTWriter(config, rows, positions, training)
    logits = _forward(write)
    with write.at(scope("loss"), phase="loss"):
        cross_entropy(write, logits)
    return write.program()


def _forward(write: GPTWriter) -> Definition:
    """The forward pass up to `logits` and `probs`, as in GPT-2 (Radford et al. 2019, section 2.3): LayerNorm first."""
    with write.at(scope("embedding")):
        x, wte = embedding(write)
    for layer in range(write.config.num_layers):
        x = block(write, layer, x)
    with write.at(scope("ln_f")):
        final = layer_norm(write, "ln_f", x)
    with write.at(scope("head")):
        return head(write, final, wte)


def block(write: GPTWriter, layer: int, x: Operand) -> Operand:
    """One transformer block: attention and feed-forward, each added to the residual. Writes `h.<layer>.mid`, `.out`."""
    b, t, c, place = write.axes.b, write.axes.t, write.axes.c, block_name(layer)
    with write.at(scope("ln_1", layer)):
        normal = layer_norm(write, f"{place}.ln_1", x)
    with write.at(scope("attn", layer)):
        attended = attention(write, place, normal)
        mid = write.define(f"{place}.mid", "What is {t|the word} after it has looked around?", concepts.MIDDLE)
        mid[b, t, c] = x[b, t, c] + attended[b, t, c]
    with write.at(scope("ln_2", layer)):
        normal = layer_norm(write, f"{place}.ln_2", mid)
    with write.at(scope("mlp", layer)):
        thought = mlp(write, place, normal)
        out = write.define(f"{place}.out", "What is {t|the word} after it has thought about it?", concepts.OUTPUT)
        out[b, t, c] = mid[b, t, c] + thought[b, t, c]
    return out
