"""The document about a loss: a row for each word with its surprise, what they add up to, and what that means."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from math import floor, isfinite, log, log2, log10
from typing import Literal

from gpt_by_hand.layout.digits import MOST, probability
from gpt_by_hand.layout.document import Bar, Block, Line, Number, Paragraph, Reference, Row, Table
from gpt_by_hand.layout.sentences import many, said
from gpt_by_hand.layout.tables import short
from gpt_by_hand.trace.loss import Loss, Surprise, address_of, tokens_of

FEW = 32  # words that have a row each
FOLDED = 12  # of more words, so many of the most surprising
BEFORE = 24  # columns of what stands before a word that is shown alone
ASKED = 120  # characters of a prompt that somebody would type
FIXED = 10**6  # from there on, digits before the point are not written out


Ask = Callable[[str, str], str]  # from an address and a prompt to how to ask for the number there


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
        loss, whose = self.loss, self.loss.trace.whose
        if whose is not None:
            yield Paragraph((replace(whose, window=None, targets=False).line(),), "model")
        yield self.table()
        means = {"nats": self.text(loss.loss), "bits": self.text(loss.bits), "perplexity": f"{loss.perplexity:.6g}"}
        yield Paragraph((many("loss.mean", len(loss.surprises), **means),))
        yield from (Paragraph((note,), "note") for note in self.notes(ask))

    def table(self) -> Table:
        """A row for each word, and the sum; of many, the most surprising first, and the others together."""
        found, shown = self.loss.surprises, list(self.loss.surprises)
        if self.folded:
            shown = sorted(found, key=lambda one: -one.nll)[:FOLDED]
        rows = [self.row(one) for one in shown]
        if rest := len(found) - len(shown):
            others = sum(one.nll for one in found) - sum(one.nll for one in shown)
            rows.append(self.together(said("loss.others", count=f"{rest:,}"), others))
        rows.append(self.together(said("loss.sum"), self.loss.sum, "total"))
        keys = ["position", "word", "nats", "bits", "probability", "rank", "", "address"]
        keys[1:1] = ["after"] * self.folded
        caption = said("loss.folded", shown=len(shown), count=f"{len(found):,}")
        head = tuple((said(f"loss.{key}"),) if key else () for key in keys)
        return Table("ledger", head, tuple(rows), (caption,) if self.folded else ())

    def row(self, one: Surprise) -> Row:
        largest = max(other.nll for other in self.loss.surprises)
        chance = probability(one.probability) if self.digits == MOST else self.significant(one.probability)
        cells: list[Line] = [
            (Number(one.position, str(one.position)),),
            (short(self.loss.trace.tokenizer.label(one.token)),),
            self.number(one.nll),
            self.number(one.bits),
            (Number(one.probability, chance),),
            (Number(one.rank, str(one.rank)),),
            (Bar(one.nll / largest if 0 < largest < float("inf") else 0.0),),
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
    def decimals(self) -> int | None:
        """So many that the largest has all of its digits; None where the numbers are too different for that."""
        largest = self.loss.sum / log(2)
        if not self.digits or not 0 < largest < FIXED:
            return None
        return max(0, self.digits - 1 - floor(log10(largest)))

    def notes(self, ask: Ask) -> Iterator[str]:
        """What is to be known of the numbers: what a guess has, what is not predicted, and where to ask on."""
        loss, trace = self.loss, self.loss.trace
        words = trace.model.vocab_size if trace.model else len(trace.tokenizer)
        yield said("loss.guess", count=f"{words:,}", nats=f"{log(words):.6g}", bits=f"{log2(words):.6g}")
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
        loss, tokenizer = self.loss, self.loss.trace.tokenizer
        worst = max(loss.surprises, key=lambda one: one.nll)
        tokens, where = list(loss.tokens), worst.address
        if not where:
            tokens = tokens[max(0, worst.position - loss.window) : worst.position + 1]
            where = address_of(loss.trace, len(tokens) - 1)
        text = tokenizer.decode(tokens)
        known = len(text) <= ASKED and tokens_of(loss.trace, text) == tokens
        return where, text if known else ""
