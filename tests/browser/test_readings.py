"""What stands on the screen about a number, read as a reader does, is worked out, and comes to the number itself.

Read are the formulas with numbers in them (MathML), the rows and the foot of each table of terms, and the text that is
there to be copied; a number that is shown in fewer digits than it has may be off by half of its last one.
"""

from __future__ import annotations

import copy
import math
import re
from typing import Any

import pytest

from gpt_by_hand.layout.sentences import said
from tests.explain.traces import sample
from tests.page.cases import trace
from tests.support.arithmetic import FLOAT64, Arithmetic
from tests.support.explorer import Pages, Visit, precision, visited, written
from tests.support.mathml_read import NoArithmeticError, python

SIX = 5e-6  # half a unit of the sixth significant digit of 1.00000
UNFOLD = "() => { for (const more of document.querySelectorAll('#panel .more')) more.click(); }"
READ = """() => {
  const texts = (row, cell) => [...row.children].flatMap(one =>
    [...Array(one.colSpan).fill(null), cell(one)].slice(-one.colSpan));
  const unit = head => head.querySelector(".unit")?.textContent ?? "";
  const panel = document.querySelector("#panel .panel");
  return {
    question: panel.querySelector("h2").textContent,
    shown: panel.querySelector("data").textContent,
    value: panel.querySelector("data").dataset.value,
    source: panel.querySelector(".own-numbers")?.dataset.substituted ?? "",
    stages: [...panel.querySelectorAll(".stage > math")].map(math => math.outerHTML),
    tables: [...panel.querySelectorAll(".ledger")].map(table => ({
      units: texts(table.tHead.rows[0], unit),
      kinds: texts(table.tHead.rows[0], head => head.className),
      rows: [...table.tBodies[0].rows].map(row => texts(row, cell => cell.textContent)),
      foot: texts(table.tFoot.rows[0], cell => cell.textContent),
    })),
    numbers: [...panel.querySelectorAll("[data-address][data-value]")].map(node => [
      node.dataset.address, node.dataset.value, (node.querySelector(".number") ?? node).textContent,
      node.closest("td") ? unit(node.closest("table").tHead.rows[0].cells[node.closest("td").cellIndex]) : "",
    ]),
  };
}"""


def number(text: str) -> float:
    return float(text.replace("Infinity", "inf"))


def scaled(text: str, unit: str) -> tuple[float, float]:
    """What a cell shows, and half a unit of its last digit; `unit` is what stands over the column: "times 10⁻⁵"."""
    factor = written("1·" + unit.partition("10")[1] + unit.partition("10")[2]) if unit else 1.0
    return written(text) * factor, precision(text) * factor


def complaints(read: dict[str, Any], address: str, answers: dict[str, float]) -> list[str]:
    """What on the screen is not what it says it is."""
    found = []
    value = number(read["value"])
    if not near(written(read["shown"]), value, precision(read["shown"])):
        found.append(f"{read['shown']} is not {value}")
    for where, full, text, unit in read["numbers"]:
        if not near(number(full), answers[where], 0):
            found.append(f"{where} is {answers[where]}, not {full}")
        if not near(scaled(text, unit)[0], number(full), scaled(text, unit)[1]):
            found.append(f"{where} shows {text} {unit} for {full}")
    if read["source"]:
        result = Arithmetic(FLOAT64).evaluate(read["source"])
        if not near(result.value, value, result.bound):
            found.append(f"{read['source'][:200]} is {result.value}, not {value}")
    found += [
        f"{stage} is not {value}" for stage in map(source, read["stages"]) if stage and not comes_to(stage, value)
    ]
    return [f"{address}: {one}" for one in found + [one for table in read["tables"] for one in wrong_in(table)]]


def near(found: float, wanted: float, most: float) -> bool:
    return found == wanted or (math.isnan(found) and math.isnan(wanted)) or abs(found - wanted) <= most


def source(math: str) -> str:
    """What a formula says in Python; nothing where names stand in it as well."""
    try:
        return python(math)
    except NoArithmeticError:
        return ""


def comes_to(stage: str, value: float) -> bool:
    result = Arithmetic(SIX).evaluate(stage)
    return near(result.value, value, result.bound + SIX * abs(value))


def wrong_in(table: dict[str, Any]) -> list[str]:
    """Rows whose product, and columns whose sum or largest, is not what stands there."""
    found, columns = [], [n for n, kind in enumerate(table["kinds"]) if kind == "number"]
    operands, result = columns[:-1], columns[-1]
    for row in table["rows"]:
        cells = [scaled(row[n], table["units"][n]) for n in columns]
        if "×" in row:
            wanted = math.prod(value for value, _ in cells[:-1])
            bound = sum(abs(wanted / value) * half for value, half in cells[:-1] if value) + cells[-1][1]
            if not near(cells[-1][0], wanted, bound + SIX * abs(wanted)):
                found.append(f"{row} does not multiply to its end: {wanted}")
    for n in [result] if operands and "×" in table["rows"][0] else columns:
        if not table["foot"][n]:
            continue
        cells = [scaled(row[n], table["units"][n]) for row in table["rows"]]
        total, half = scaled(table["foot"][n], table["units"][n])
        is_largest = table["foot"][0] and said("panel.largest-of", name="", count="").strip() in table["foot"][0]
        wanted = max(v for v, _ in cells) if is_largest else math.fsum(v for v, _ in cells)
        if not near(total, wanted, half + sum(h for _, h in cells)):
            found.append(f"{table['foot']} is not {wanted}")
    return found


def read_at(visit: Visit, address: str) -> list[str]:
    visit.go(address)
    visit.page.evaluate(UNFOLD)
    read = visit.page.evaluate(READ)
    answers = {where: visit.call("value", where) for where, *_ in read["numbers"]}
    want = trace("demo at 1").explain(address)
    found = complaints(read, address, answers)
    if read["question"].rstrip(".").lower() != want.meaning.rstrip(".").lower():
        found.append(f"{address}: asks {read['question']!r}, not {want.meaning!r}")
    if want.stages and not (read["source"] and (any(map(source, read["stages"])) or read["tables"])):
        found.append(f"{address}: there is nothing to work out")
    return found


@pytest.mark.parametrize("part", range(8))
def test_one_number_of_every_formula(browser: Any, pages: Pages, part: int) -> None:
    addresses = sample(trace("demo at 1"), 1, 0)[part::8]
    assert len(addresses) > 25
    with visited(browser, pages("second")) as visit:
        assert [one for address in addresses for one in read_at(visit, address)] == []
        assert visit.faults == []


def places(read: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Where a text with a number stands in what was read."""
    table = read["tables"][0]
    last = max(n for n, kind in enumerate(table["kinds"]) if kind == "number")
    return [
        *[("shown",), ("source",), ("numbers", 0, 2), ("numbers", 1, 1), ("numbers", 2, 2)],
        *[("stages", n) for n, stage in enumerate(read["stages"]) if source(stage)],
        *[("tables", 0, "rows", 2, last), ("tables", 0, "foot", last)],
    ]


def changed(read: dict[str, Any], place: tuple[Any, ...]) -> dict[str, Any]:
    """The same with another digit there, the first that is not 0."""
    found = copy.deepcopy(read)
    *way, last = place
    inside: Any = found
    for step in way:
        inside = inside[step]
    other = re.sub(r"((?:^|<mn>)[^<]*?)([1-9])", lambda m: f"{m[1]}{int(m[2]) % 9 + 1}", inside[last], count=1)
    assert other != inside[last]
    inside[last] = other
    return found


def test_what_is_wrong_is_found(browser: Any, pages: Pages) -> None:
    """In each kind of text, one digit is another."""
    address = "h.0.attn.scores[0,1,3,2]"
    with visited(browser, pages("second"), address) as visit:
        read = visit.page.evaluate(READ)
        answers = {where: visit.call("value", where) for where, *_ in read["numbers"]}
    assert complaints(read, address, answers) == []
    assert len(places(read)) > 7
    for place in places(read):
        assert complaints(changed(read, place), address, answers), place
