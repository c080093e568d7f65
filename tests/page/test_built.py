"""The script that pages hold is made from the modules as they are now, and says only what there is to be said."""

from __future__ import annotations

import json
import re
import subprocess

import pytest

from gpt_by_hand.layout.sentences import SENTENCES
from gpt_by_hand.page.file import BUILT, sentences_of
from gpt_by_hand.page.write import app
from tests.support.commands import ROOT
from tests.support.node import APP, NODE, needs_node

ESBUILD = ROOT / "node_modules" / "esbuild" / "bin" / "esbuild"
IMPORT = re.compile(r'^import (?:\{[^}]*\} from )?"([^"]+)";', re.M)
ASKED = re.compile(r'\b(said|many|parts)\(\s*"([^"]+)"')
ENTRIES = [APP / "main.js", APP / "worksheet.js"]
STYLES = [APP / "style.css", APP / "worksheet.css"]
FORMS = {"many": (".one", ".many")}


@needs_node
def test_the_script_is_made_from_the_modules(tmp_path):
    if not ESBUILD.exists():
        pytest.skip("esbuild is not installed: npm ci")
    command = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["scripts"]["build"].split()
    arguments = [*command[1:-1], f"--outdir={tmp_path}"]
    assert command[0] == "esbuild"
    assert command[-1] == f"--outdir={BUILT.relative_to(ROOT).as_posix()}"
    subprocess.run([str(ESBUILD), *arguments], cwd=ROOT, check=True)
    for made in tmp_path.iterdir():
        assert (BUILT / made.name).read_bytes() == made.read_bytes(), "npm run build makes it anew"
    assert {made.name for made in tmp_path.iterdir()} == {there.name for there in BUILT.iterdir()}


@needs_node
def test_the_script_is_sound():
    for script in BUILT.glob("*.js"):
        subprocess.run([str(NODE), "--check", str(script)], check=True, capture_output=True)
        assert not re.search(r"</script|<!--", script.read_text(encoding="utf-8"))
    styles = [app().style, *(style.read_text(encoding="utf-8") for style in BUILT.glob("*.css"))]
    assert not [style for style in styles if re.search(r"@import|url\((?!data:)|</style|<!--", style)]


def test_no_module_is_left_out():
    there = {path for path in APP.rglob("*.js")} - {APP / "types.js"}
    used, waiting = set(), [*ENTRIES]
    while waiting:
        path = waiting.pop()
        used.add(path)
        found = {(path.parent / name).resolve() for name in IMPORT.findall(path.read_text(encoding="utf-8"))}
        waiting += found - used
    assert used - {APP / "types.js"} == there
    styles = {name for style in STYLES for name in re.findall(r'"\./([^"]+)"', style.read_text(encoding="utf-8"))}
    assert {APP / name for name in styles} == {*APP.rglob("*.css")} - {*STYLES}


def test_only_sentences_that_there_are_are_asked_for_and_those_travel():
    asked = set()
    for path in APP.rglob("*.js"):
        for function, key in ASKED.findall(path.read_text(encoding="utf-8")):
            asked |= {key + form for form in FORMS.get(function, ("",))}
    assert asked <= SENTENCES.keys()
    assert sentences_of('said("given.drawn"), many("sequences")') == {
        key: SENTENCES[key] for key in ("given.drawn", "sequences.one", "sequences.many")
    }
