"""What is done in one place: near misses, words of the command line, lines that a person types, colours, terminals."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "src" / "gpt_by_hand"
HOMES = {  # what a file imports or calls: the files that may
    "difflib": {"nearest.py"},
    "argparse": {"cli/options.py"},
    "readline": {"terminal.py"},
    "input()": {"terminal.py"},
    ".isatty": {"terminal.py"},
    ".get_terminal_size": {"terminal.py"},
    "'COLUMNS'": {"terminal.py"},
    "'LINES'": {"terminal.py"},
    "'NO_COLOR'": {"terminal.py"},
    "'TERM'": {"terminal.py", "cli/pager.py"},
    "'PAGER'": {"cli/pager.py"},
    "rich": {"terminal.py"},
}


def done(source: str) -> set[str]:
    """The packages that a file imports, anywhere in it, the functions that it calls by their bare names, attributes,
    and texts, such as the names of environment variables."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module.partition(".")[0], *(f".{alias.name}" for alias in node.names)}
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found.add(f"{node.func.id}()")
        if isinstance(node, ast.Attribute):
            found.add(f".{node.attr}")
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(repr(node.value))
    return found


@pytest.fixture(scope="module")
def files() -> dict[str, set[str]]:
    return {str(path.relative_to(ROOT)): done(path.read_text("utf-8")) for path in ROOT.rglob("*.py")}


@pytest.mark.parametrize("what", HOMES)
def test_in_one_place(files: dict[str, set[str]], what: str) -> None:
    assert {file for file, does in files.items() if what in does} - HOMES[what] == set()


@pytest.mark.parametrize("planted", ["def f():\n    import difflib", "from difflib import x", "import difflib.y"])
def test_a_second_place_is_seen(planted: str) -> None:
    assert "difflib" in done(planted)
    assert "input()" in done("x = [input() for _ in y]")
    assert "input()" not in done("write.input('tokens')")


@pytest.mark.parametrize(
    ("planted", "what"),
    [
        ("if sys.stdout.isatty():\n    pass", ".isatty"),
        ("from os import isatty", ".isatty"),
        ("width = shutil.get_terminal_size()[0]", ".get_terminal_size"),
        ("wide = os.environ.get('COLUMNS')", "'COLUMNS'"),
        ("plain = 'NO_COLOR' in os.environ", "'NO_COLOR'"),
    ],
)
def test_a_second_door_to_the_terminal_is_seen(planted: str, what: str) -> None:
    assert what in done(planted)
