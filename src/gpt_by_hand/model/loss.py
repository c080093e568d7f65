"""From the last residual to scores for every word, probabilities, and the loss."""

from __future__ import annotations

from gpt_by_hand.model import concepts
from gpt_by_hand.model.parts import GPTWriter, softmax
from gpt_by_hand.notation import Constant, Definition, Operand, Sum, Tensor, log

TIED = "lm_head.weight", "transformer.wte.weight"  # the head's weight is the word table, GPT-2's names for them


def head(write: GPTWriter, x: Operand, wte: Tensor) -> Definition:
    """Writes `logits` and the probabilities `probs` [b, t, v]; the head's weight is the word table.

    Source: Radford et al. 2018, equation 2; Press & Wolf 2017 for the tie.
    """
    b, t, c, v = write.axes.b, write.axes.t, write.axes.c, write.axes.v
    question = "How much does the vector of {t|this position} point towards that of {v|each word}?"
    logits = write.define("logits", question, concepts.LOGITS)
    logits[b, t, v] = Sum(c, x[b, t, c] * wte[v, c])
    softmax(write, "probs", "probs", logits, (b, t), v, "the logits", concepts.PROBABILITIES)
    return logits


def cross_entropy(write: GPTWriter, logits: Definition) -> None:
    """Writes `nll` [b, t], `sequence_loss` [b] and `loss`, in nats.

    `nll` is -log(probs[target]), written as log(sum) - (logit - max), which no probability can underflow. Source:
    Goodfellow, Bengio & Courville 2016, equation 6.30.
    """
    b, t, tensors = write.axes.b, write.axes.t, write.program().tensors
    title, tokens = "the words that come next, as numbers", tensors["tokens"]
    targets = write.input("targets", b, t, kind="integer", title=title, concept=concepts.TARGETS, of=tokens)
    largest, total = tensors["probs.max"], tensors["probs.sum"]
    nll = write.define("nll", "How surprised is the model by the word that really comes next?", concepts.SURPRISE)
    nll[b, t] = log(total[b, t]) - (logits[b, t, targets[b, t]] - largest[b, t])
    question = "How surprised is the model on average in {b|this sequence|sequence @}?"
    sequence_loss = write.define("sequence_loss", question, concepts.SEQUENCE_LOSS)
    sequence_loss[b] = Sum(t, nll[b, t]) / Constant(t.extent, "T")
    loss = write.define("loss", "How surprised is the model on average in the whole batch?", concepts.LOSS)
    loss[()] = Sum(b, sequence_loss[b]) / Constant(b.extent, "B")
