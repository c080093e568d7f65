"""The loss of a text: a row for each word with its surprise, what they add up to, and what that means."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from math import floor, inf, isfinite, isnan, log, log2, log10
from typing import Any, Literal

import numpy as np

from gpt_by_hand.errors import UserError
from gpt_by_hand.explain import changes
from gpt_by_hand.language import whole
from gpt_by_hand.layout.digits import MOST, finite, probability
from gpt_by_hand.layout.document import Bar, Block, Line, Number, Paragraph, Reference, Row, Table
from gpt_by_hand.layout.sentences import many, said
from gpt_by_hand.layout.tables import short
from gpt_by_hand.records import dataclass
from gpt_by_hand.trace.compared import Change
from gpt_by_hand.trace.surprise import Advance, Surprise, address_of, surprises, tokens_of
from gpt_by_hand.trace.trace import Trace
from gpt_by_hand.trace.whose import Whose

FEW = 32  # words that have a row each
FOLDED = 12  # of more words, so many of the most surprising
LONGEST = 16  # columns of a word
BEFORE = 16  # columns of what stands before a word that is shown alone
ASKED = 120  # characters of a prompt that somebody would type
MEANS = {"nats": "loss", "bits": "bits", "perplexity": "perplexity"}
FIXED = 10**6  # from there on, digits before the point are not written out

Ask = Callable[[str, str], str]  # from an address and a prompt to how to ask for the number there


@dataclass(frozen=True, eq=False, repr=False)
class Loss:
    """The loss of a text, in nats per token, with the surprise of each of its tokens but the first.

    >>> from gpt_by_hand import GPT
    >>> loss = GPT.from_preset("demo").loss("to be or not to be")
    >>> f"{float(loss):.4f}", f"{loss.perplexity:.2f}", len(loss.surprises)
    ('3.4551', '31.66', 10)
    """

    trace: Trace
    tokens: tuple[int, ...]
    surprises: tuple[Surprise, ...]
    before: Loss | None = None  # of the same text, where numbers are set: without that

    @staticmethod
    def of(trace: Trace, tokens: Sequence[int], advance: Advance = lambda words: None) -> Loss:
        """The loss of a text of these tokens, as `surprises` finds it."""
        before = None if trace.before is None else Loss.of(trace.before, tokens)
        return Loss(trace, tuple(tokens), surprises(trace, tokens, advance), before)

    @property
    def changes(self) -> list[Change]:
        """The surprise of each token before something was set, and now; a token beyond the window has its place."""
        if self.before is None:
            return []
        pairs = zip(self.before.surprises, self.surprises, strict=True)
        return [Change(new.address or f"token {new.position}", old.nll, new.nll) for old, new in pairs]

    @property
    def sum(self) -> float:
        """All surprises together, in nats."""
        return float(np.sum([one.nll for one in self.surprises]))

    @property
    def loss(self) -> float:
        """Their mean, in nats per token: what training makes small."""
        return self.sum / len(self.surprises)

    @property
    def bits(self) -> float:
        """The same in bits per token."""
        return self.loss / log(2)

    @property
    def perplexity(self) -> float:
        """e to the power of the loss: among so many equally likely words is a choice as unsure."""
        with np.errstate(over="ignore"):
            return float(np.exp(self.loss))

    @property
    def window(self) -> int:
        """How many tokens the model looks at at once."""
        assert self.trace.model is not None  # it is the trace of a prompt
        return self.trace.model.seq_length

    @property
    def whose(self) -> Whose | None:
        """Of which model it is, if that is known; the text is seen whole, though not all of it at once."""
        return self.trace.whose and replace(self.trace.whose, window=None, targets=False)

    def __float__(self) -> float:
        return self.loss

    def text(self) -> str:
        """The words and their surprises as `gpt-by-hand loss` prints them."""
        from gpt_by_hand.views.text import plain

        return plain(document(self))

    def __repr__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        """For notebooks."""
        from gpt_by_hand.views.html import fragment

        return fragment(document(self))

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain data, at full precision: what `--format json` prints. What is not finite is a string."""
        label = self.trace.tokenizer.label
        return {
            "loss": finite(self.loss),
            "sum": finite(self.sum),
            "bits": finite(self.bits),
            "perplexity": finite(self.perplexity),
            "first": {"word": label(self.tokens[0]), "token": self.tokens[0]},
            "tokens": [
                {
                    "word": label(one.token),
                    "token": one.token,
                    "nll": finite(one.nll),
                    "bits": finite(one.bits),
                    "probability": finite(one.probability),
                    "rank": one.rank,
                    "address": one.address or None,
                }
                for one in self.surprises
            ],
            "window": self.window,
            "precision": self.trace.precision,
            "model": None if self.whose is None else self.whose.facts(),
            **self._changed,
        }

    @property
    def _changed(self) -> dict[str, Any]:
        """What a setting has changed, as plain data."""
        if self.before is None:
            return {}
        return {"changed": changes.data(self.changes), "loss": changes.both(self.before.loss, self.loss)}


def in_python(where: str, prompt: str) -> str:
    """How to ask on in Python."""
    return said("loss.ask.python", address=repr(where), prompt=repr(prompt))


def document(loss: Loss, folded: bool = True, digits: int | None = None, ask: Ask = in_python) -> list[Block]:
    """All words, or, where they are many and it is to be `folded`, the most surprising ones.

    The largest number has so many significant `digits`, and all have as many decimals; with 0, each has all of its own.
    """
    return list(_Written(loss, folded and len(loss.surprises) > FEW, MOST if digits is None else digits).blocks(ask))


@dataclass(frozen=True)
class _Written:
    """A loss with its numbers written alike."""

    loss: Loss
    folded: bool
    digits: int

    def blocks(self, ask: Ask) -> Iterator[Block]:
        loss = self.loss
        if loss.whose is not None:
            yield Paragraph((loss.whose.line(),), "model")
        yield self.table()
        means = {name: self.significant(getattr(loss, of)) for name, of in MEANS.items()}
        yield Paragraph((many("loss.mean", len(loss.surprises), **means),))
        yield from (Paragraph((note,), "note") for note in self.notes(ask))
        if loss.before is not None:
            outcome: Line = (said("difference.loss"),)
            yield from changes.blocks((outcome, loss.before.loss, loss.loss), loss.changes, not self.folded)

    def table(self) -> Table:
        """A row for each word, and the sum; of many, the most surprising first, and the others together."""
        shown, rest = list(self.loss.surprises), list[Surprise]()
        if self.folded:
            by_size = sorted(shown, key=_size, reverse=True)
            shown, rest = by_size[:FOLDED], by_size[FOLDED:]
        rows = list(map(self.row, shown))
        if rest:
            rows.append(
                self.together(said("loss.others", count=whole(len(rest))), float(np.sum([o.nll for o in rest])))
            )
        rows.append(self.together(said("loss.sum"), self.loss.sum, "total"))
        caption = said("loss.folded", shown=len(shown), count=whole(len(self.loss.surprises)))
        return Table("ledger", self.heads, tuple(rows), (caption,) if self.folded else ())

    @property
    def heads(self) -> tuple[Line, ...]:
        """What the columns are called; the bars' has no name."""
        before = [said("loss.position"), *[said("loss.after")] * self.folded, said("loss.word")]
        numbers = [said("loss.nats"), said("loss.bits"), said("loss.probability"), said("loss.rank")]
        return (*((head,) for head in (*before, *numbers)), (), (said("loss.address"),))

    def row(self, one: Surprise) -> Row:
        """A word and its surprise."""
        chance = probability(one.probability) if self.digits == MOST else self.significant(one.probability)
        cells: list[Line] = [
            (Number(one.position, str(one.position)),),
            (short(self.loss.trace.tokenizer.label(one.token), LONGEST),),
            self.number(one.nll),
            self.number(one.bits),
            (Number(one.probability, chance),),
            (Number(one.rank, str(one.rank)),) if one.rank else (),
            (Bar(one.nll / self.largest if self.largest else 0.0),) if isfinite(one.nll) else (),
            (Reference(one.address),) if one.address else (),
        ]
        cells[1:1] = [(self.before(one),)] * self.folded
        return Row(tuple(cells))

    def together(self, name: str, nats: float, kind: Literal["", "total"] = "") -> Row:
        """Several words in one row."""
        first: list[Line] = [(), (name,)]
        first[1:1] = [()] * self.folded
        return Row((*first, self.number(nats), self.number(nats / log(2)), (), (), (), ()), kind)

    def before(self, one: Surprise) -> str:
        """The end of the text before a word."""
        text = repr(self.loss.trace.tokenizer.decode(self.loss.tokens[max(0, one.position - BEFORE) : one.position]))
        return text if len(text) <= BEFORE else f"…{text[1 - BEFORE :]}"

    def number(self, value: float) -> Line:
        return (Number(value, self.text(value)),)

    def text(self, value: float) -> str:
        """With as many decimals as all others, so that they can be added up as they stand."""
        if self.decimals is None or not isfinite(value):
            return self.significant(value)
        return f"{value:.{self.decimals}f}"

    def significant(self, value: float) -> str:
        return f"{value:.{self.digits}g}" if self.digits else repr(value)

    @cached_property
    def largest(self) -> float:
        """The greatest surprise, in nats, of those that are finite."""
        return max((one.nll for one in self.loss.surprises if isfinite(one.nll)), default=0.0)

    @cached_property
    def decimals(self) -> int | None:
        """So many that the largest has all of its digits; None where the numbers are too different for that."""
        largest = self.largest / log(2)
        if not self.digits or not 0 < largest < FIXED:
            return None
        return max(0, self.digits - 1 - floor(log10(largest)))

    def notes(self, ask: Ask) -> Iterator[str]:
        """What is to be known of the numbers: what a guess has, what is not predicted, and where to ask on."""
        loss, trace = self.loss, self.loss.trace
        words = trace.model.vocab_size if trace.model else len(trace.tokenizer)
        yield said("loss.guess", count=whole(words), nats=f"{log(words):.6g}", bits=f"{log2(words):.6g}")
        yield said("loss.first", word=trace.words.quoted(loss.tokens[0]))
        if len(loss.tokens) - 1 > loss.window:
            yield said("loss.window", position=loss.window + 1, window=loss.window)
        where, prompt = self.prompt()
        if prompt:
            yield said("loss.ask", command=ask(where, prompt))

    def prompt(self) -> tuple[str, str]:
        """The address of the greatest surprise, and the words to trace for it: as much as the model saw there.

        Without words, where these are too long to type, or no text gives these tokens.
        """
        loss = self.loss
        worst = max(loss.surprises, key=_size)
        tokens, where = list(loss.tokens), worst.address
        if not where:
            tokens = tokens[max(0, worst.position - loss.window) : worst.position + 1]
            where = address_of(loss.trace, len(tokens) - 1)
        text = loss.trace.tokenizer.decode(tokens)
        with suppress(UserError):
            if len(text) <= ASKED and tokens_of(loss.trace, text) == tokens:
                return where, text
        return where, ""


def _size(one: Surprise) -> float:
    """How surprising a token is, to compare it with others; infinitely, where that is no number."""
    return inf if isnan(one.nll) else one.nll
