"""What is done in one place: near misses, words of the command line, lines that a person types, colours."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "src" / "gpt_by_hand"
HOMES = {  # what a file imports or calls: the files that may
    "difflib": {"nearest.py"},
    "argparse": {"cli/options.py"},
    "readline": {"cli/terminal.py"},
    "input()": {"cli/terminal.py"},
    "rich": {"cli/terminal.py", "data/progress.py", "trace/report.py", "layout/tables.py", "practice/page.py"},
}


def done(source: str) -> set[str]:
    """The packages that a file imports, anywhere in it, and the functions that it calls by their bare names."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found.add(f"{node.func.id}()")
    return found


@pytest.mark.parametrize("what", HOMES)
def test_in_one_place(what: str) -> None:
    where = {str(path.relative_to(ROOT)) for path in ROOT.rglob("*.py") if what in done(path.read_text("utf-8"))}
    assert where - HOMES[what] == set()


@pytest.mark.parametrize("planted", ["def f():\n    import difflib", "from difflib import x", "import difflib.y"])
def test_a_second_place_is_seen(planted: str) -> None:
    assert "difflib" in done(planted)
    assert "input()" in done("x = [input() for _ in y]")
    assert "input()" not in done("write.input('tokens')")
