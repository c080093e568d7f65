"""What travels in the page of a worksheet: what all copies share, and each copy, as plain data.

A copy is all that one person gets: sheets with questions, the boxes of each, and all that there may be to say of what
is typed there, in the language that is spoken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from gpt_by_hand.language import spoken
from gpt_by_hand.layout.document import Blank, Block, Paragraph, Reference
from gpt_by_hand.layout.sentences import said, sentence, told
from gpt_by_hand.notation import Access, Index
from gpt_by_hand.notation.instance import Position
from gpt_by_hand.page.file import sentences_of
from gpt_by_hand.practice.booklet import asking
from gpt_by_hand.practice.booklet.making import SIX_SHEETS, sheets_of
from gpt_by_hand.practice.booklet.six_sheets import TITLE
from gpt_by_hand.practice.browser.box import Key, Plain, Texts, box
from gpt_by_hand.practice.browser.markup import FieldView, Markup, markup
from gpt_by_hand.practice.browser.order import PageOrder
from gpt_by_hand.practice.choosing import backwards, mixture, series
from gpt_by_hand.practice.formulas import Pick
from gpt_by_hand.practice.given import tables
from gpt_by_hand.practice.page import sections
from gpt_by_hand.practice.question import Question, ask
from gpt_by_hand.practice.topics import TOPICS, Topic
from gpt_by_hand.trace.trace import Trace

FORMAT = 1


def contents(order: PageOrder, script: str) -> Plain:
    """What all copies share; `script` is what shows them, whose sentences these are."""
    return {
        "format": FORMAT,
        "title": order.title,
        "kind": order.kind,
        "copies": order.copies,
        "language": {"code": spoken().code, "point": spoken().point},
        "sentences": sentences_of(script),
        "paper": order.paper,
    }


def copy(order: PageOrder) -> Plain:
    """The first copy, without what its code begins with: `codes` says that."""
    sheets = _exercises(order) if order.kind == "exercise" else _worksheets(order)
    return {"seed": order.seed, "again": [order.again], "sheets": list(sheets)}


def _exercises(order: PageOrder) -> Iterator[Plain]:
    """The same exercises as `exercise --json` has for the seed."""
    topics = [topic for topic in order.topics if topic] or mixture(order.seed)
    asked = series(topics, order.source, order.count)
    yield {"title": order.title, "about": "", "questions": [_exercise(one, n) for n, one in enumerate(asked, start=1)]}


def _worksheets(order: PageOrder) -> Iterator[Plain]:
    """The sheets of each topic, as on paper; and at the end of each a question that solves backwards."""
    source = order.source
    for topic in order.topics:
        for page, questions in sheets_of(topic, source):
            found = [_on_paper(one, topic) for one in questions]
            turned = topic and backwards(topic, source, partial(_tells_nothing, others=questions))
            if turned:
                found.append(_exercise(turned, len(found) + 1, said("sheet page.backwards")))
            yield {"title": page.title, "about": page.about, "questions": found}


def _exercise(asked: Question, number: int, heading: str = "") -> Plain:
    """One number to find, below all that is known."""
    _, *others, _ = sections(asked)  # without how precise to be: that the field says
    words = Paragraph((sentence(asked.meaning),), "meaning")
    blocks: list[Block] = [words, *(block for section in others for block in section)]
    field = Paragraph((Reference(asked.address), " = ", Blank(element=asked.missing or asked.result)), "number")
    view = FieldView([asked.missing or asked.result])
    above: list[Markup] = [["h3", {"class": "backwards"}, heading]] if heading else []
    printed = markup("".join(view.document([*blocks, field])))
    return _question(asked.topic, number, [*above, *printed], [(asked, None)])


def _on_paper(sheet: asking.Question, topic: Topic | None) -> Plain:
    """A question of a worksheet, with a field in each box."""
    ask_ = sheet.ask
    of = replace(topic or _topic_of(sheet.trace, ask_.name), inline=ask_.inline)
    asked = [ask(of, sheet.trace, ask_.name, place) for place in ask_.places]
    view = FieldView([one.result for one in asked])
    words = view.paragraph(Paragraph(sheet.asked.line, "meaning"))
    blocks = markup(words + view.belonging(sheet.asked))
    return _question(of, sheet.asked.number, blocks, list(zip(asked, sheet.accepted, strict=True)))


def _question(topic: Topic, number: int, blocks: list[Markup], asked: Sequence[tuple[Question, Key | None]]) -> Plain:
    texts = Texts()
    boxes = [box(one, texts, key) for one, key in asked]
    sheets = topic.key == SIX_SHEETS
    return {
        "topic": topic.key,
        "title": told(topic.title),
        "command": f"gpt-by-hand {'worksheet' if sheets else 'exercise'} {topic.key}",
        "number": number,
        "blocks": blocks,
        "boxes": boxes,
        "says": list(texts.says),
        "kinds": list(texts.kinds),
    }


def _topic_of(trace: Trace, name: str) -> Topic:
    """The topic that practises a number of the six sheets: that asks for such numbers or, if none does, needs them."""
    tensor = trace.program.tensors[name]

    def with_it(picks: Callable[[Topic], Sequence[Pick]]) -> Iterator[Topic]:
        return (topic for topic in TOPICS if any(pick.fits(tensor) for pick in picks(topic)))

    asked = next(with_it(lambda topic: topic.targets), None)
    return asked or next(with_it(lambda topic: topic.inline), Topic(SIX_SHEETS, TITLE, ()))


def _tells_nothing(asked: Question, others: Sequence[asking.Question]) -> bool:
    """Does the question neither show nor ask for what another one of the sheet asks for?"""
    assert asked.missing is not None
    seen = [asked.missing, *asked.operands, *(piece for piece, _ in tables(asked))]
    return not any(_is_in(one, other.ask.name, place) for one in seen for other in others for place in other.ask.places)


def _is_in(piece: Access, name: str, place: Position) -> bool:
    """Is an element in a piece of a tensor, which has letters for the axes that run?"""
    pairs = zip(piece.subscripts, place, strict=True) if piece.tensor.name == name else [(-1, 0)]
    return all(isinstance(at, Index) or at == here for at, here in pairs)
