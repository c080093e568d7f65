"""What a class made of a sheet, as a document, as plain data, and as a table for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from gpt_by_hand.folding import cells as width_of
from gpt_by_hand.language import spoken
from gpt_by_hand.layout.document import Block, Heading, Line, Number, Paragraph, Reference, Row, Table
from gpt_by_hand.layout.sentences import line, many, said
from gpt_by_hand.layout.tables import short
from gpt_by_hand.practice.booklet.making import MOST_COPIES
from gpt_by_hand.practice.browser.codes import AT_ONCE, IN_THE_END, NOT_SOLVED, STATES, UNTOUCHED
from gpt_by_hand.practice.browser.order import PageOrder
from gpt_by_hand.practice.browser.results import Again, Answered, Counts, Results

SIGNS = ("·", "✓", "○", "✗")  # of the states of a question
NAMES = ("untouched", "at once", "in the end", "not solved")  # as JSON has them
BEST_FIRST = (AT_ONCE, IN_THE_END, NOT_SOLVED, UNTOUCHED)
WIDE, GAP, INDENT = 80, 2, 2  # characters of a line, between columns, before the first
LONGEST_NAME = 20
MOST_MISTAKES, MOST_LABELS = 12, 4
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a cell begins with that a spreadsheet computes
BYTE_ORDER_MARK = "\ufeff"  # without it, Excel takes UTF-8 for something else


def document(found: Sequence[Results]) -> list[Block]:
    """Of each sheet: who solved what, which mistakes were made most, and what to practise next."""
    return [block for results in found for block in _of_sheet(results)]


def _of_sheet(results: Results) -> Iterator[Block]:
    yield Heading((title(results.order),), 1)
    pupils, copies = many("class.codes", len(results.pupils)), many("class.copies", len(results.seeds))
    about = "class.about.one" if len(results.pupils) == 1 else "class.about.many"
    yield Paragraph(line(about, codes=pupils, copies=copies, command=Reference(_again(results))), "model")
    yield Paragraph((", ".join(f"{SIGNS[n]} {said(f'class.{NAMES[n]}')}" for n in BEST_FIRST),), "caption")
    yield from _tables(results)
    if len(results.by_topic) > 1:
        yield Heading((said("class.topics"),), 2)
        yield _topics(results)
    yield from _mistakes(results)
    yield from _practise(results)


def _again(results: Results) -> str:
    """The command that makes a page with all of these copies; with the first alone, where no page has so many."""
    first, last = results.seeds[0], results.seeds[-1]
    alone = results.order.kind == "exercise" or not first < last < first + MOST_COPIES
    return replace(results.order, seed=first).again + ("" if alone else f" --copies {last - first + 1}")


def title(order: PageOrder) -> str:
    """What the sheet is about."""
    return "; ".join(order.titles) or order.title


def _tables(results: Results) -> Iterator[Table]:
    """Pupils and questions; where there are too many questions for a line, in tables below each other."""
    fixed = _fixed(results)
    beside = sum(max(map(width_of, column)) + GAP for column in fixed)
    pieces = _pieces(results, WIDE - INDENT - beside)
    for labels in pieces:
        head, *rows = (tuple((cell,) for cell in row) for row in zip(*fixed, *_columns(results, labels), strict=True))
        lines = [Row(row, "total" if n == len(results.pupils) else "") for n, row in enumerate(rows)]
        caption = _titles(results, labels) if len(pieces) > 1 or len(results.sheets) > 1 else ()
        yield Table("uses", head, tuple(lines), caption)


def _fixed(results: Results) -> list[list[str]]:
    """The columns in front of the questions, each with its head; two lines of sums stand below all pupils."""
    below = [] if results.mixed else [said("class.right"), said("class.at once")]
    blank = [""] * len(below)
    names = [said("class.name"), *map(called, results.pupils), *below]
    seeds = [said("class.seed"), *(str(pupil.code.order.seed) for pupil in results.pupils), *blank]
    ratios = [said("class.right"), *(f"{pupil.right}/{len(pupil.questions)}" for pupil in results.pupils), *blank]
    return [names, seeds, ratios] if len(results.seeds) > 1 else [names, ratios]


def _columns(results: Results, labels: Sequence[str]) -> Iterator[list[str]]:
    """The column of each question: its label, a sign for each pupil, the sums."""
    for label in labels:
        states = [pupil.outcomes[label].state if label in pupil.outcomes else None for pupil in results.pupils]
        counts = results.by_question[label]
        sums = [] if results.mixed else [str(counts.right), str(counts.at_once)]
        yield [label, *("" if state is None else SIGNS[state] for state in states), *sums]


def _titles(results: Results, labels: Sequence[str]) -> Line:
    """What stands above a table of these questions: the sheets that they are of, or from where to where they go."""
    if len(results.sheets) == 1:
        return (f"{labels[0]} – {labels[-1]}",)
    numbers = dict.fromkeys(int(label.partition(".")[0]) for label in labels)
    titles = {n: results.sheets[n - 1] for n in numbers}
    return ("; ".join(title if title.startswith(f"{n} ") else f"{n} {title}" for n, title in titles.items()),)


def _pieces(results: Results, room: int) -> list[list[str]]:
    """As many labels as there is room for, and again; the questions of a sheet stay together, or in equal parts."""
    least = len(str(len(results.pupils)))

    def width(labels: Sequence[str]) -> int:
        return sum(max(len(label), least) + GAP for label in labels)

    pieces: list[list[str]] = [[]]
    for _, group in groupby(results.labels, lambda label: label.partition(".")[0] if "." in label else ""):
        sheet = list(group)
        parts = -(-width(sheet) // room)
        size = -(-len(sheet) // parts)
        for start in range(0, len(sheet), size):
            part = sheet[start : start + size]
            pieces += [part] if parts > 1 or width([*pieces[-1], *part]) > room else []
            pieces[-1] += [] if pieces[-1] is part else part
    return [piece for piece in pieces if piece]


def called(pupil: Answered) -> str:
    """The name of a pupil, or the code, where there is none."""
    return short(pupil.name or pupil.code.written, LONGEST_NAME)


def _topics(results: Results) -> Table:
    heads = ("class.topic", *(f"class.{NAMES[n]}" for n in BEST_FIRST))
    rows = [Row(((topic,), *_numbers(counts))) for topic, counts in results.by_topic.items()]
    return Table("uses", tuple((said(head),) for head in heads), tuple(rows))


def _numbers(counts: Counts) -> list[Line]:
    return [(Number(counts[n], str(counts[n])),) for n in BEST_FIRST]


def _mistakes(results: Results) -> Iterator[Block]:
    """Which mistakes were made most, the first one of each question; nothing, if there were none."""
    if not results.mistakes:
        return
    yield Heading((said("class.mistakes"),), 2)
    heads = tuple((said(f"class.{head}"),) for head in ("times", "topic", "question", "mistake"))
    yield Table("uses", heads, tuple(_mistake(again) for again in results.mistakes[:MOST_MISTAKES]))
    if len(results.mistakes) > MOST_MISTAKES:
        yield Paragraph((many("class.more", len(results.mistakes) - MOST_MISTAKES),), "caption")


def _mistake(again: Again) -> Row:
    labels = ", ".join(again.labels[:MOST_LABELS]) + " …" * (len(again.labels) > MOST_LABELS)
    says = said("class.alike", mistake=again.says) if again.alike else again.says
    return Row(((Number(again.times, str(again.times)),), (again.topic,), (labels,), (says,)))


def _practise(results: Results) -> Iterator[Block]:
    """The topics to practise next, worst first, with the commands that make pages of them."""
    if results.to_practise:
        yield Heading((said("class.practise"),), 2)
    for topic in results.to_practise:
        counts = results.by_topic[topic]
        shares = {"right": str(counts.at_once), "count": str(counts.tried), "topic": results.titles[topic]}
        yield Paragraph(line("class.practise topic", command=Reference(_page_of(topic)), **shares))


def _page_of(topic: str) -> str:
    """The command that makes a page to practise the topic with."""
    return f"gpt-by-hand worksheet {topic} --page -o {topic}.html"


def as_data(found: Sequence[Results], unread: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """All of it as plain data; `unread` are the places of what could not be read, and why."""
    problems = [{"where": where, "problem": problem} for where, problem in unread]
    return {"sheets": [_sheet_as_data(results) for results in found], "unread": problems}


def _sheet_as_data(results: Results) -> dict[str, Any]:
    order = results.order
    made = {name: getattr(order, name) for name in ("preset", "precision")}
    if order.kind == "exercise":
        made |= {"use_bias": order.use_bias, "count": order.count}
    return {
        "kind": order.kind,
        "topics": order.keys,
        "title": title(order),
        **made,
        "pupils": [_pupil_as_data(pupil) for pupil in results.pupils],
        "questions": [{"question": label, **_named(counts)} for label, counts in results.by_question.items()],
        "topics_in_all": [{"topic": topic, **_named(counts)} for topic, counts in results.by_topic.items()],
        "mistakes": [_again_as_data(again) for again in results.mistakes],
        "practise": list(map(_page_of, results.to_practise)),
    }


def _named(counts: Counts) -> dict[str, int]:
    return {NAMES[n]: counts[n] for n in range(STATES)}


def _again_as_data(again: Again) -> dict[str, Any]:
    where = {"topic": again.topic, "kind": again.kind, "questions": list(again.labels)}
    return {"times": again.times, **where, "says": again.says}


def _pupil_as_data(pupil: Answered) -> dict[str, Any]:
    made = {mistake.label: mistake for mistake in pupil.mistakes}
    questions = [
        {
            "question": label,
            "topic": pupil.questions[label]["topic"],
            "state": NAMES[outcome.state],
            "mistake": {name: getattr(made[label], name) for name in ("address", "kind", "says")}
            if label in made
            else None,
        }
        for label, outcome in pupil.outcomes.items()
    ]
    whose = {"name": pupil.name, "where": pupil.where, "code": pupil.code.written, "seed": pupil.code.order.seed}
    return {**whose, "right": pupil.right, "at_once": pupil.at_once, "questions": questions}


def as_csv(found: Sequence[Results]) -> str:
    """A row for each pupil, for a spreadsheet: name, code, sheet, seed, how many were right, and each question.

    In German, semicolons part the cells, as spreadsheets expect there. No cell is one that a spreadsheet would compute.
    """
    labels = list(dict.fromkeys(label for results in found for label in results.labels))
    names = ("name", "code", "sheet", "seed", "right", "at once", "questions")
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";" if spoken().point == "," else ",", lineterminator="\r\n")
    questions = (f"{said('class.question')} {label}" for label in labels)  # 1.10 alone would be a number, or a date
    writer.writerow([*(said(f"class.{name}") for name in names), *questions])
    for pupil in (pupil for results in found for pupil in results.pupils):
        order = pupil.code.order
        keys = " ".join(order.keys) or order.title
        fixed = (pupil.name, pupil.code.written, keys, order.seed, pupil.right, pupil.at_once, len(pupil.questions))
        writer.writerow([harmless(str(cell)) for cell in (*fixed, *_in_words(pupil, labels))])
    return BYTE_ORDER_MARK + out.getvalue()


def _in_words(pupil: Answered, labels: Sequence[str]) -> Iterator[str]:
    """Each question in words, with the mistake; nothing for one that was not touched or is not there."""
    made = {mistake.label: mistake.says for mistake in pupil.mistakes}
    for label in labels:
        state = pupil.outcomes[label].state if label in pupil.outcomes else UNTOUCHED
        words = said(f"class.{NAMES[state]}") if state != UNTOUCHED else ""
        yield f"{words}: {made[label]}" if label in made else words


def harmless(cell: str) -> str:
    """The cell, with an apostrophe in front of what a spreadsheet would take for a formula.

    >>> harmless("=1+1"), harmless("Anna")
    ("'=1+1", 'Anna')
    """
    return f"'{cell}" if cell.startswith(FORMULA) else cell
