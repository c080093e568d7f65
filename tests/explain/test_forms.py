"""An explanation in Python, as data, in LaTeX and for browsers: the same numbers, in a form that each accepts."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from gpt_by_hand import GPT
from gpt_by_hand.explain.explanation import Explanation
from gpt_by_hand.explain.shown import Shown
from gpt_by_hand.layout.digits import percent
from gpt_by_hand.views.html import page as html_page
from gpt_by_hand.views.latex import page as latex_page
from tests.explain.traces import explainer, sample, trace

KEYS = (
    *(
        "address",
        "stored",
        "value",
        "precision",
        "title",
        "meaning",
        "phase",
        "role",
        "formula",
        "substituted",
        "steps",
        "operands",
    ),
    *("notes", "uses", "sums", "below"),
)
SOME = (
    *("h.0.attn.scores[0,0,2,1]", "h.0.attn.scores[0,0,1,2]", "h.0.attn.max[1,0,2]", "h.0.ln_1.rstd[0,1]", "loss"),
    *("h.0.mlp.cdf[0,0,3]", "nll[1,2]", "d.transformer.wte.weight[3,1]", "d.h.0.mlp.c_fc[0,1,2]", "clip.scale"),
    *("new.transformer.wte.weight[3,1]", "learning_rate", "transformer.wpe.weight[1,1]", "uniform[5]", "random[5]"),
    *("tokens[0,1]", "starts[1]", "data[7]", "positions[2]", "previous.m.transformer.wte.weight[0,0]", "d.loss"),
)
Json = dict[str, Any]


def schema(data: Json) -> None:
    """Assert that it has the form that the documentation promises."""
    assert tuple(data) == KEYS
    assert all(isinstance(data[name], str) and data[name] for name in ("address", "title", "meaning", "phase"))
    assert isinstance(data["value"], (int, float)) or data["value"] in ("-inf", "inf", "nan")
    assert data["formula"] is None or set(data["formula"]) == {"text", "latex"}
    assert (data["formula"] is None) == (data["substituted"] is None) == (not data["steps"])
    for operand in data["operands"]:
        assert set(operand) == {"address", "value", "meaning", "role"}
    for use in data["uses"]:
        assert set(use) == {"through", "term", "value", "share", "role"}
    for ledger in data["sums"]:
        assert set(ledger) == {"name", "running", "columns", "terms", "total"}
        assert all(set(term) == {"labels", "operands", "value"} for term in ledger["terms"])
        assert all(len(term["labels"]) == len(ledger["running"]) for term in ledger["terms"])
        assert all(len(term["operands"]) == len(ledger["columns"]) for term in ledger["terms"])
    for below in data["below"]:
        schema(below)


@pytest.mark.parametrize("where", SOME)
def test_data(where: str) -> None:
    explained = trace("pencil").explain(where, depth=2)
    data = explained.to_dict()
    model = data.pop("model")
    assert (model["seed"], model["iteration"], model["batch_size"]) == (1337, 0, 1)
    assert explained.text().splitlines()[0] == model["said"]
    schema(data)
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    assert data["address"] == where
    assert data["substituted"] == explained.substituted
    assert [operand["address"] for operand in data["operands"]] == [o.address for o in explained.operands]
    assert {below["address"] for below in data["below"]} <= {o.address for o in explained.operands}


def test_roles_and_rows_in_data() -> None:
    """What the tensors are for, and what tells the rows of a sum apart, as a page shows it."""
    data = trace("demo").explain("d.h.0.attn.v[0,1,3,2]").to_dict()
    assert data["role"] == "gradient"
    assert {(operand["address"].partition("[")[0], operand["role"]) for operand in data["operands"]} == {
        *(("d.h.0.attn.mix", "gradient"), ("h.0.attn.weights", "activation"))
    }
    assert {use["role"] for use in data["uses"]} == {"activation"}
    (ledger,) = data["sums"]
    assert ledger["running"] == ["i"]
    assert [term["labels"] for term in ledger["terms"]][:4] == [["0 ' '"], ["1 gpt"], ["2 ' '"], ["3 by"]]


def test_the_check_in_data() -> None:
    """In sentences, and each of their numbers at full precision."""
    data = explainer("pencil").explain("d.transformer.wte.weight[3,1]", check=True).to_dict()
    (found,) = data["checks"]
    assert tuple(found) == ("address", "step", "larger", "smaller", "gradient", "difference", "error")
    assert (found["address"], found["step"]) == ("transformer.wte.weight[3,1]", 1e-4)
    assert found["gradient"] == data["value"]
    assert found["difference"] == (found["larger"] - found["smaller"]) / 2e-4
    assert found["error"] == abs(found["gradient"] - found["difference"]) < 1e-6
    assert repr(found["larger"]) in data["check"][1]


def test_infinity_in_data() -> None:
    data = trace("pencil").explain("h.0.attn.scores[0,0,1,2]").to_dict()
    assert (data["value"], data["substituted"], data["steps"]) == ("-inf", "-math.inf", ["-inf"])


def test_in_python() -> None:
    """What is typed at the prompt: the text; in a notebook: the page; by name as well as by number."""
    found = GPT.from_preset("demo").trace("gpt by hand")
    explained = found.explain("h.0.attn.scores[0,1,3,2]")
    assert isinstance(explained, Explanation)
    assert explained.value == found["h.0.attn.scores[0,1,3,2]"]
    assert repr(explained) == str(explained) == explained.text()
    assert repr(explained).splitlines()[0] == "Model: untrained, seed 1337; computed in float64"
    assert repr(explained).splitlines()[1].startswith("h.0.attn.scores[0,1,3,2] = -0.003376")
    assert repr(found.explain("h.0.attn.scores[b=0,h=1,i=3,j=2]")) == repr(explained)
    assert "h.0.attn.q[0,1,3,d]" in explained._repr_html_()


def test_digits() -> None:
    """No number of the ledger or of the working has more of them, and some have as many."""
    for digits in (2, 5, 9, 12, 17):
        lines = trace("demo").explain("h.0.attn.q[0,1,3,2]").text(digits).splitlines()
        numbers = [re.findall(r"\d+\.\d+", line.partition("│")[0]) for line in lines if re.match(r" +\d+ ", line)]
        assert len(numbers) == 16
        lengths = [len(number.lstrip("0.").replace(".", "")) for row in numbers for number in row]
        assert max(lengths) == digits if digits < 17 else max(lengths) >= 15


def explained_addresses(where: str, depth: int) -> set[str]:
    found, rest = set(), [trace("pencil").explain(where, depth)]
    while rest:
        one = rest.pop()
        found.add(one.address)
        rest += one.below
    return found


@pytest.mark.parametrize("where", ["nll[0,1]", "d.h.0.attn.k[0,0,2,0]", "new.transformer.wte.weight[6,1]"])
def test_more_depth_explains_no_less(where: str) -> None:
    """A number that can be reached in several ways is followed on from the shortest of them."""
    found = [explained_addresses(where, depth) for depth in range(1, 8)]
    assert all(less <= more for less, more in pairwise(found))
    assert len(found[0]) < len(found[-1])


def test_depth() -> None:
    """Each level explains the operands of the one above, every number once."""
    found = trace("pencil")
    for depth in (1, 2, 3, 60):
        explained = found.explain("h.0.attn.scores[0,0,2,1]", depth)
        levels, seen, here = 0, [explained.address], [explained]
        while here:
            levels += 1
            below = [below for one in here for below in one.below]
            operands = {operand.address for one in here for operand in one.operands}
            assert {one.address for one in below} <= operands
            seen += [one.address for one in below]
            here = below
        assert levels <= depth
        assert len(seen) == len(set(seen))
    assert any(where.startswith("random[") for where in seen)


def test_an_update_is_followed_by_itself() -> None:
    """Rate, moments, corrections, clipping: without asking for more depth."""
    data = trace("demo", 1).explain("new.transformer.wte.weight[9,3]").to_dict()

    def addresses(one: Json) -> list[str]:
        return [one["address"], *(where for below in one["below"] for where in addresses(below))]

    at = "transformer.wte.weight[9,3]"
    wanted = {f"{of}.{at}" for of in ("new", "adamw.m", "adamw.v", "clip.grad")}
    wanted |= {"learning_rate", "adamw.correction1", "adamw.correction2", "clip.scale", "clip.norm"}
    assert set(addresses(data)) == wanted


def test_nothing_has_no_sign() -> None:
    assert [percent(x) for x in (0.0, -0.0, -0.0001, -0.001, 0.5, -1.786)] == [
        *("0.0%", "0.0%", "0.0%", "-0.1%", "50.0%", "-178.6%")
    ]


def words(element: ElementTree.Element) -> str:
    return "".join(element.itertext())


@pytest.mark.parametrize("model", ["pencil", "characters", "biases"])
def test_pages_are_well_formed(model: str) -> None:
    """Read as XML, beginning with whose number it is, the number and its meaning, and with every note."""
    for where in sample(trace(model), 1, 0):
        explained = replace(explainer(model).explain(where), below=())
        page = html_page(explained.document(Shown()), explained.address)
        body = ElementTree.fromstring(page.partition("<body>")[2].partition("</body>")[0].partition("</style>")[2])
        assert body.attrib == {"class": "explanation"}
        assert body[0].text == explained.whose.line()
        assert re.match(rf"{re.escape(where)}(, stored at \[[\d,]+\])? = ", words(body[1]))
        assert words(body[2]) == explained.meaning
        assert [words(note) for note in body.iter("p") if note.attrib == {"class": "note"}] == [
            *explained.rounding(Shown()),
            *explained.notes,
        ]


def test_markup_in_words_does_no_harm() -> None:
    explained = replace(trace("pencil").explain("loss"), meaning="<script>alert(1)</script> & more", notes=("<b>",))
    page = html_page(explained.document(Shown()), explained.address)
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in page
    assert "&lt;b&gt;" in page


PREAMBLE = r"""\documentclass{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage{amsmath}
\begin{document}
"""


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed here")
def test_latex_compiles(tmp_path: Path) -> None:
    """In a plain document with amsmath, all kinds of explanations one after the other."""
    pages = [latex_page(trace("pencil").explain(where).document(Shown())) for where in SOME]
    pages += [
        latex_page(explainer("characters", 1).explain(w).document(Shown(4, 8)))
        for w in sample(trace("characters", 1), 1, 0)
    ]
    (tmp_path / "page.tex").write_text(PREAMBLE + "\n\n".join(pages) + "\n\\end{document}\n", encoding="utf-8")
    line = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"]
    ran = subprocess.run(line, cwd=tmp_path, capture_output=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stdout.decode("latin-1")[-1500:]
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")
