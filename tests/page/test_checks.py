"""What `make check` holds the page's JavaScript to, and that it finds what is wrong."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.support.node import NODE, needs_node

ROOT = Path(__file__).parents[2]
MODULES = ROOT / "node_modules"
WRONG = {
    "(x) => (x.innerHTML = `<b>`)": "no-restricted-properties",
    "(x) => x.insertAdjacentHTML('beforeend', '<b>')": "no-restricted-properties",
    "() => document.write('<b>')": "no-restricted-properties",
    "() => eval('1')": "no-eval",
    "() => Function('1')": "no-new-func",
    "() => setTimeout('1')": "no-implied-eval",
    "() => import('./x.js')": "no-restricted-syntax",
    "(x) => x.setAttribute('style', 'top: 0')": "no-restricted-syntax",
    "(x) => x.setAttributeNS(null, 'onclick', 'alert(1)')": "no-restricted-syntax",
    "() => fetch('x')": "no-restricted-globals",
    "(x) => x == 1": "eqeqeq",
    "() => { let x = 1; return x; }": "prefer-const",
}
LINES = """\
import { a as b } from "./x.js";
export default b;
export * from "./x.js";
import left from "./x.js";
"""
IN_LINES = [
    *[(1, "house/no-renaming"), (2, "no-restricted-syntax"), (3, "no-restricted-syntax")],
    *[(4, "no-restricted-syntax"), (4, "no-unused-vars")],
]


def found_in(source: str) -> list[tuple[int, str]]:
    eslint = MODULES / "eslint/bin/eslint.js"
    if not eslint.exists():
        pytest.skip("ESLint is not installed: npm ci")
    line = [str(NODE), str(eslint), "--stdin", "--stdin-filename", "src/gpt_by_hand/page/app/x.js", "--format", "json"]
    done = subprocess.run(line, input=source, cwd=ROOT, capture_output=True, text=True, check=False)
    (answer,) = json.loads(done.stdout)
    return [(message["line"], message["ruleId"]) for message in answer["messages"]]


@needs_node
def test_what_is_wrong_is_found() -> None:
    rest = "".join(f"export const x{number} = {code};\n" for number, code in enumerate(WRONG))
    expected = [(5 + number, rule) for number, rule in enumerate(WRONG.values())]
    assert found_in(LINES + rest) == [*IN_LINES, *expected]
    assert found_in("// A line.\n" * 301)[-1] == (301, "max-lines")


@needs_node
def test_nothing_is_found_in_what_is_right() -> None:
    assert found_in('export const x = (y) => y.setAttribute("class", `${y.textContent}`);\n') == []


def test_no_address_of_a_registry_is_written_down() -> None:
    """Whoever installs them has a registry already; the digests say that it gives the same."""
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert len(packages) > 100
    assert not [name for name, package in packages.items() if "resolved" in package]
    assert all(package["integrity"].startswith("sha512-") for package in packages.values())


def test_versions_are_exact() -> None:
    wanted = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert wanted == {name: lock[f"node_modules/{name}"]["version"] for name in wanted}
