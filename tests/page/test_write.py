"""The file of a page: the same each time, closed to all else, and nothing in it is markup that should be text."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import zipfile
import zlib
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser

import pytest

from gpt_by_hand import GPT, trace_iteration
from gpt_by_hand.data.tokenizers import Tokenizer
from gpt_by_hand.errors import UserError
from gpt_by_hand.model.gpt import iteration
from gpt_by_hand.page.file import BUILT
from gpt_by_hand.page.write import MOST_NUMBERS, check, check_size, html
from gpt_by_hand.trace.whose import Whose
from gpt_by_hand.training.session import preset
from tests.page.cases import contents, trace
from tests.support.commands import ROOT

HOSTILE = [
    "</script>",
    "<!--",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "a\u2028b\u2029c",
    "\u202eright-to-left",
    "&lt;&quot;",
    '"\\u003c',
    "]]>",
    "\0\r\n",
    "😀" * 9,
    "x" * 10_000,
]


class Parts(HTMLParser):
    """The elements of a page in their order, and the text in each that holds some."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.texts = [], [], {}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes.append((tag, dict(attributes)))

    def handle_data(self, data):
        if data.strip():
            kind = dict(self.attributes[-1][1]).get("type", "")
            self.texts[self.tags[-1], kind] = data


TAGS = [
    "html",
    "head",
    "meta",
    "meta",
    "meta",
    "meta",
    "title",
    "link",
    "style",
    "body",
    "noscript",
    "p",
    "script",
    "script",
]
DATA, SCRIPT, STYLE = ("script", "application/json"), ("script", "module"), ("style", "")


def test_a_page_is_the_same_each_time():
    assert html(trace_iteration(0)) == html(trace("demo"))


@pytest.mark.parametrize("case", ["demo", "trained", "prompt"])
def test_all_that_it_is_made_of_can_be_read_again(case):
    found = json.loads(Parts(html(trace(case))).texts[DATA])
    assert {key: value for key, value in found.items() if key != "sentences"} == json.loads(json.dumps(contents(case)))


def test_it_runs_what_is_written_there_and_asks_for_nothing():
    parts = Parts(html(trace("demo")))
    assert parts.tags == TAGS
    policy = next(a["content"] for _, a in parts.attributes if a.get("http-equiv") == "Content-Security-Policy")
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules.pop("default-src") == rules.pop("base-uri") == rules.pop("form-action") == "'none'"
    assert rules.pop("img-src") == "data:"
    for rule, part in (("script-src", SCRIPT), ("style-src", STYLE)):
        digest = b64encode(sha256(parts.texts[part].encode()).digest()).decode()
        assert rules.pop(rule) == f"'sha256-{digest}'"
    assert not rules
    loads = [value for _, a in parts.attributes for name, value in a.items() if name in ("src", "href")]
    assert len(loads) == 1
    assert loads[0].startswith("data:")
    assert not any(name.startswith("on") or name == "style" for _, a in parts.attributes for name in a)


@pytest.mark.parametrize("word", HOSTILE, ids=range(len(HOSTILE)))
def test_words_and_names_of_strangers_are_text(word):
    plain = trace("prompt")
    tokenizer = Tokenizer("word", (word, *plain.tokenizer.words[1:]))
    whole = html(replace(plain, tokenizer=tokenizer, whose=Whose(source=word, before=3)))
    parts = Parts(whole)
    assert parts.tags == TAGS
    found = json.loads(parts.texts[DATA])
    assert found["vocabulary"]["texts"][0] == word
    assert found["whose"]["source"] == word
    assert parts.texts["title", ""].startswith(f"GPT by hand: {word[:4]}".splitlines()[0])


def test_a_folder_whose_name_is_no_text_is_no_hindrance():
    whole = html(replace(trace("prompt"), whose=Whose(source="out\udcff", before=3)))
    assert whole.encode("utf-8")
    assert json.loads(Parts(whole).texts[DATA])["whose"]["source"] == "out\udcff"
    assert "<title>GPT by hand: out\ufffd, trained" in whole


def test_a_checksum_tells_whether_the_content_is_as_it_was_written():
    whole = html(trace("prompt"))
    parts = Parts(whole)
    attributes = next(a for tag, a in parts.attributes if a.get("id") == "contents")
    assert int(attributes["data-crc32"]) == zlib.crc32(parts.texts[DATA].encode())


def test_what_is_not_finite_travels():
    changed = GPT.from_preset("demo").trace("gpt by hand").set({"h.0.attn.scores[0,0,1,0]": float("-inf")})
    assert json.loads(Parts(html(changed)).texts[DATA])["set"] == [["h.0.attn.scores[0,0,1,0]", "-inf"]]


@pytest.mark.parametrize(("name", "fits"), [("demo", True), ("pocket", True), ("pencil", True), ("shakespeare", False)])
def test_a_model_that_is_too_large_is_refused(name, fits):
    model, train = preset(name)
    program = iteration(model, train.update_rule, 2)
    if fits:
        check_size(program)
        return
    message = "it has 10,568,046 numbers, and a browser bears 2,000,000; the presets demo, pocket and pencil fit; else"
    with pytest.raises(UserError, match=message):
        check_size(program)


def test_a_prompt_of_a_larger_model_fits():
    found = GPT.from_preset("shakespeare").trace("to be or not to be")
    check(found)
    assert sum(found[name].size for name in found) < MOST_NUMBERS


def test_data_that_are_too_many_are_refused():
    whole, origin = trace("demo"), trace("demo").origin
    many = replace(origin.batch, data=origin.batch.data.repeat(4000))
    with pytest.raises(UserError, match=r"holds its data, at most 4,000,000 tokens, and these are 5,\d{3},\d{3}: look"):
        check(replace(whole, origin=replace(origin, batch=many)))


def test_these_tests_find_what_they_look_for():
    assert Parts("<p onclick=x>a<script>b</script>").tags == ["p", "script"]
    assert re.search("<script>", HOSTILE[2])


@pytest.mark.parametrize(("case", "most", "most_packed"), [("demo", 350_000, 100_000), ("trained", 450_000, 170_000)])
def test_a_page_is_small(case, most, most_packed):
    content = html(trace(case)).encode()
    assert len(content) <= most
    assert len(gzip.compress(content, 9)) <= most_packed


def test_a_wheel_holds_what_a_page_is_made_of(tmp_path):
    """With all files of the package that Git knows; the folder is a copy, so nothing is left in this one."""
    builders = pytest.importorskip("hatchling.builders.wheel", reason="hatchling is not installed")
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    (wheel,) = builders.WheelBuilder(str(tmp_path)).build(directory=str(tmp_path / "dist"), versions=["standard"])
    with zipfile.ZipFile(wheel) as found:
        names = set(found.namelist())
    assert {f"gpt_by_hand/page/built/{part.name}" for part in BUILT.iterdir()} <= names
