"""The answer to why a word is predicted, as a document, as text, as data, in a notebook."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gpt_by_hand.explain import changes
from gpt_by_hand.explain.listing import Listing
from gpt_by_hand.explain.shown import DIGITS, Shown
from gpt_by_hand.explain.why import Said, Why
from gpt_by_hand.language import decimal, whole
from gpt_by_hand.layout.digits import finite
from gpt_by_hand.layout.document import Block, Heading, Line, Matrix, Number, Paragraph, Reference, Row, Table
from gpt_by_hand.layout.sentences import said
from gpt_by_hand.layout.tables import called
from gpt_by_hand.model import concepts
from gpt_by_hand.records import dataclass
from gpt_by_hand.trace import address
from gpt_by_hand.trace.compared import Change

LIKELIEST = 3  # words that the model would have said; one beside two words that are compared


@dataclass(frozen=True, repr=False)
class Answer:
    """Why a word is predicted; `given` is the prompt as it was given, where that is another one."""

    found: Why
    given: str = ""

    def document(self, shown: Shown | None = None, full: bool = False) -> Iterator[Block]:
        """The answer as every view prints it: the parts, what heads look at, what layers would have said."""
        found, listing = self.found, Listing(self.found.parts, shown or Shown(), full=full)
        if found.trace.whose is not None:
            yield Paragraph((found.trace.whose.line(),), "model")
        if self.given and self.given != found.prompt:
            yield Paragraph((said("why.space", given=repr(self.given), prompt=repr(found.prompt)),), "note")
        yield Paragraph((_rank(found, found.word),))
        if found.against is None:
            yield from listing.blocks()
        else:
            yield Paragraph((_rank(found, found.against),))
            yield from _difference(found, found.against, listing)
        if found.before is not None:
            outcome: Line = (Reference(found.parts.address),) if found.against is None else (said("why.sum"),)
            yield from changes.blocks((outcome, found.before.parts.value, found.parts.value), _changed(found), full)
        yield from _looks(found, full)
        yield from _lens(found)

    def text(self, digits: int = DIGITS) -> str:
        """The answer as `gpt-by-hand why` prints it, with so many significant digits."""
        from gpt_by_hand.views.text import plain

        return plain(self.document(Shown(digits)))

    def __repr__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        """For notebooks."""
        from gpt_by_hand.views.html import fragment

        return fragment(list(self.document()))

    def to_dict(self) -> dict[str, Any]:
        """The answer as dictionaries, lists, strings and numbers, at full precision: what `--format json` prints."""
        found, last, label = self.found, self.found.said[-1], self.found.trace.tokenizer.label
        return {
            **Listing(found.parts).data(),
            "prompt": found.prompt,
            "tokens": [label(int(token)) for token in found.trace.tokens[0]],
            "word": label(found.word),
            "probability": finite(float(last.probabilities[found.word])),
            "rank": last.rank(found.word),
            "against": None if found.against is None else label(found.against),
            "looks": {tensor.name: [[*map(finite, row)] for row in shares.tolist()] for tensor, shares in found.looks},
            "lens": [_lens_data(found, layer) for layer in found.said],
            "model": None if found.trace.whose is None else found.trace.whose.facts(),
            **({} if found.before is None else {"changed": changes.data(_changed(found)), "loss": None}),
        }


def _changed(found: Why) -> list[Change]:
    """The parts before something was set, and now: a part that one of the two has not adds nothing there."""
    assert found.before is not None
    before, after = ({part.address: part.value for part in of.parts.parts} for of in (found.before, found))
    return [Change(where, before.get(where, 0.0), after.get(where, 0.0)) for where in {**before, **after}]


def _difference(found: Why, against: int, listing: Listing) -> Iterator[Block]:
    parts, trace = found.parts, found.trace
    other = address.of(parts.tensor.name, (*parts.position[:-1], against))
    number = Number(parts.value, listing.shown.number(parts.value))
    yield Heading((Reference(parts.address), " - ", Reference(other), " = ", number))
    words = {"word": trace.words.quoted(found.word), "other": trace.words.quoted(against)}
    yield Paragraph((said("why.difference", **words),), "meaning")
    yield listing.table()
    yield Paragraph((said("why.less", **words),), "note")
    yield from listing.notes()


def _rank(found: Why, word: int) -> str:
    """How likely a word is, among all words; with the prompt for the word that is asked for."""
    last, quoted = found.said[-1], found.trace.words.quoted(word)
    rank, count = last.rank(word), whole(len(last.probabilities))
    numbers = {"word": quoted, "count": count, "probability": _percent(last.probabilities[word])}
    if rank is None:
        return said("why.unknown", **numbers)
    if word != found.word:
        return said("why.against", rank=rank, **numbers)
    prompt = repr(_prompt(found))
    if rank == 1:
        return said("why.first", prompt=prompt, **numbers)
    return said("why.after", prompt=prompt, rank=rank, **numbers)


def _prompt(found: Why) -> str:
    """The words that it comes after: those that are set, where some are."""
    tokens, trace = found.trace.program.about(concepts.TOKENS), found.trace
    return trace.tokenizer.decode(trace.tokens[0]) if tokens and tokens.name in trace.here else found.prompt


def _percent(value: float) -> str:
    """Three significant digits, or as many as tell it from certainty."""
    written = (f"{100 * value:.{digits}g}" for digits in range(3, 18))
    return f"{next((text for text in written if value >= 1 or text != '100'), '100')}%"


def _looks(found: Why, full: bool) -> Iterator[Block]:
    """For each layer how much each head looks at each word."""
    last = found.parts.position[1]
    yield Heading((said("why.looks", word=found.trace.words.quoted(int(found.trace.tokens[0, last]))),), 3)
    for tensor, shares in found.looks:
        caption = f"{tensor.name}[0,:,{last},:]"
        over, heads = tensor.indices[-1], tensor.indices[1]
        subscripts = (0, 0, last, over)

        def column(at: int, tensor: Any = tensor, subscripts: Any = subscripts) -> str:
            return found.trace.words.label(tensor, subscripts, len(tensor.indices) - 1, at)

        yield Matrix(caption, shares, lambda at, heads=heads: called(heads, at), column, full, digits=3)  # type: ignore[misc]


def _lens(found: Why) -> Iterator[Block]:
    """What would have been said after each layer: the word's probability, its rank, and the likeliest words."""
    trace = found.trace
    words = [found.word] if found.against is None else [found.word, found.against]
    heads: list[Line] = [(said("why.lens.head"),)]
    for word in words:
        heads += [(trace.words.quoted(word),), (said("why.lens.rank"),)]
    yield Heading((said("why.lens"),), 3)
    rows = [_lens_row(found, layer, words) for layer in found.said]
    yield Table("uses", (*heads, (said("why.lens.likeliest"),)), tuple(rows))
    yield Paragraph((said("why.lens.address", address=_lens_address(found, found.said[0])),), "note")


def _lens_row(found: Why, layer: Said, words: list[int]) -> Row:
    cells: list[Line] = [(Reference(layer.tensor.name),)]
    for word in words:
        probability = float(layer.probabilities[word])
        cells += [(Number(probability, _percent(probability)),), (str(layer.rank(word) or ""),)]
    count = LIKELIEST if len(words) == 1 else 1
    quoted = found.trace.words.quoted
    likeliest = (f"{quoted(word)} {decimal(_percent(layer.probabilities[word]))}" for word in layer.likeliest(count))
    return Row((*cells, (", ".join(likeliest),)))


def _lens_address(found: Why, layer: Said) -> str:
    """Where the probability of the word is, as the layer would have said it."""
    return address.of(layer.name, found.parts.position)


def _lens_data(found: Why, layer: Said) -> dict[str, Any]:
    label = found.trace.tokenizer.label
    return {
        "address": _lens_address(found, layer),
        "after": layer.tensor.name,
        "probability": finite(float(layer.probabilities[found.word])),
        "rank": layer.rank(found.word),
        "likeliest": [
            {"word": label(w), "probability": float(layer.probabilities[w])} for w in layer.likeliest(LIKELIEST)
        ],
    }
