"""The script that pages hold is made from the modules as they are now, and says only what there is to be said."""

from __future__ import annotations

import json
import re
import subprocess

import pytest

from gpt_by_hand.layout.sentences import SENTENCES
from gpt_by_hand.page.write import BUILT, app, sentences_of
from tests.support.commands import ROOT
from tests.support.node import APP, NODE, needs_node

ESBUILD = ROOT / "node_modules" / "esbuild" / "bin" / "esbuild"
IMPORT = re.compile(r'^import (?:\{[^}]*\} from )?"([^"]+)";', re.M)
ASKED = re.compile(r'\b(said|many|parts)\(\s*"([^"]+)"')
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
def test_the_script_is_sound(tmp_path):
    subprocess.run([str(NODE), "--check", str(BUILT / "main.js")], check=True, capture_output=True)
    assert not re.search(r"</script|<!--", app().script)
    assert not re.search(r"@import|url\((?!data:)|</style|<!--", app().style)


def test_no_module_is_left_out():
    there = {path for path in APP.rglob("*.js")} - {APP / "types.js"}
    used, waiting = set(), [APP / "main.js"]
    while waiting:
        path = waiting.pop()
        used.add(path)
        found = {(path.parent / name).resolve() for name in IMPORT.findall(path.read_text(encoding="utf-8"))}
        waiting += found - used
    assert used - {APP / "types.js"} == there
    styles = set(re.findall(r'"\./([^"]+)"', (APP / "style.css").read_text(encoding="utf-8")))
    assert styles == {path.relative_to(APP).as_posix() for path in APP.rglob("*.css")} - {"style.css"}


def test_only_sentences_that_there_are_are_asked_for_and_those_travel():
    asked = set()
    for path in APP.rglob("*.js"):
        for function, key in ASKED.findall(path.read_text(encoding="utf-8")):
            asked |= {key + form for form in FORMS.get(function, ("",))}
    assert asked <= SENTENCES.keys()
    assert sentences_of('said("given.drawn"), many("sequences")') == {
        key: SENTENCES[key] for key in ("given.drawn", "sequences.one", "sequences.many")
    }
