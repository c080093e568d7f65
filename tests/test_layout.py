"""The arrows between packages: who may import whom."""

import ast
import sys
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "src" / "gpt_by_hand"
TEXTS = {"advice", "errors", "folding", "meanings", "nearest", "notebook"}
EVERYONE = TEXTS | {"records", "language", "digests", "files", "terminal", "user_folders"}
RUNS = {"notation", "model", "printers", "engines", "data", "training"}  # what trains, and what it is made of
SHOWS = RUNS | {"schedule", "layout", "views", "trace", "explain", "practice", "page"}
MAY_IMPORT = {
    "notation": {"records"},
    "model": {"notation"} | EVERYONE,
    "schedule": {"notation"} | EVERYONE,
    "printers": {"notation", "schedule"} | EVERYONE,
    "engines": {"notation", "schedule", "printers"} | EVERYONE,
    "data": EVERYONE,
    "training": {"notation", "model", "printers", "engines", "data"} | EVERYONE,
    "interop": {"notation", "model", "data", "training"} | EVERYONE,
    "layout": {"notation"} | EVERYONE,
    "views": {"notation", "printers", "layout"} | EVERYONE,
    "trace": RUNS | {"layout"} | EVERYONE,
    "explain": RUNS | {"layout", "views", "trace", "page"} | EVERYONE,
    "practice": RUNS | {"layout", "views", "trace", "explain", "page"} | EVERYONE,
    "page": RUNS | {"layout", "trace"} | EVERYONE,
    "cli": SHOWS | EVERYONE | {"api", "interop"},
    "learning": SHOWS | EVERYONE | {"interop", "api"},
    "api": SHOWS | EVERYONE | {"interop"},
    "advice": set(),
    "digests": set(),
    "errors": set(),
    "files": {"errors"},
    "folding": set(),
    "meanings": set(),
    "language": {"records", "errors"},
    "nearest": set(),
    "notebook": {"meanings"},
    "records": set(),
    "terminal": {"errors", "folding"},
    "user_folders": set(),
    "__init__": set(),
    "__main__": {"cli"},
}
FORMULAS = ("notation", "model", "schedule", "printers")  # texts and trees: Python alone will do


def imports(source: str, module: str) -> Iterator[str]:
    """The full names of what a module imports, anywhere in it; `module` is its own full name."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            above = module.split(".")[: -node.level] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names) if base == "gpt_by_hand" else [base]


def package_of(module: str) -> str:
    """`gpt_by_hand.model.gpt` is in `model`, `gpt_by_hand.errors` in `errors`, `numpy.linalg` in none of ours."""
    first, _, rest = module.partition(".")
    return rest.split(".")[0] if first == "gpt_by_hand" else ""


def forbidden(source: str, module: str) -> list[str]:
    """What the module imports of ours and may not."""
    own = package_of(module)
    found = (package_of(name) for name in imports(source, module))
    return [x for x in found if x and x != own and x not in MAY_IMPORT[own] and not x.startswith("__")]


def foreign(source: str, module: str) -> list[str]:
    """What the module imports that is neither ours nor Python's."""
    roots = [name.split(".")[0] for name in imports(source, module)]
    return [root for root in roots if root != "gpt_by_hand" and root not in sys.stdlib_module_names]


MODULES = {
    ".".join(["gpt_by_hand", *path.relative_to(ROOT).with_suffix("").parts]): path
    for path in sorted(ROOT.rglob("*.py"))
}


@pytest.mark.parametrize("module", MODULES)
def test_arrows(module):
    assert package_of(module) in MAY_IMPORT, f"{module} belongs to no package that the design knows"
    assert forbidden(MODULES[module].read_text(encoding="utf-8"), module) == []


@pytest.mark.parametrize("module", [module for module in MODULES if package_of(module) in FORMULAS])
def test_formulas_need_python_alone(module):
    assert foreign(MODULES[module].read_text(encoding="utf-8"), module) == []


def test_the_packages_of_the_design_are_there():
    assert {package_of(module) for module in MODULES} >= SHOWS | EVERYONE


@pytest.mark.parametrize(
    ("module", "source", "found"),
    [
        ("notation.check", "from gpt_by_hand.notation.errors import FormulaError", []),
        ("notation.check", "from gpt_by_hand.errors import UserError", ["errors"]),
        ("notation.check", "import gpt_by_hand.files", ["files"]),
        ("notation.check", "from gpt_by_hand import model", ["model"]),
        ("notation.check", "from .. import model", ["model"]),
        ("notation.check", "from ..model.gpt import iteration", ["model"]),
        ("notation.check", "from . import errors", []),
        ("notation.check", "from .errors import FormulaError", []),
        ("model.gpt", "from gpt_by_hand.notation import Sum\nfrom gpt_by_hand.errors import UserError", []),
        ("model.gpt", "def f():\n    from gpt_by_hand.engines.numpy import compile_numpy", ["engines"]),
        ("printers.c", "from gpt_by_hand.model.config import ModelConfig", ["model"]),
        ("engines.c", "import gpt_by_hand.printers.c, gpt_by_hand.model.gpt", ["model"]),
        ("data.prepare", "from gpt_by_hand import notation, files", ["notation"]),
        ("training.loop", "if True:\n    from gpt_by_hand.trace import trace", ["trace"]),
        ("trace.trace", "from gpt_by_hand.cli import main", ["cli"]),
        ("trace.trace", "import numpy as np\nfrom gpt_by_hand.training import loop", []),
        ("errors", "import gpt_by_hand.files", ["files"]),
        ("notation.check", "from gpt_by_hand import __version__", []),
    ],
)
def test_a_forbidden_import_is_found(module, source, found):
    assert forbidden(source, f"gpt_by_hand.{module}") == found


def files_imported(source: str, module: str, files: Collection[str]) -> set[str]:
    """Which of the files the module imports: at its top, inside of functions, or for its types alone."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, (ast.Import, ast.ImportFrom)):
            continue
        names = [alias.name for alias in node.names]
        if isinstance(node, ast.ImportFrom):
            above = module.split(".")[: -node.level] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            names = [f"{base}.{name}" if f"{base}.{name}" in files else base for name in names]
        found |= {name for name in names if name in files}
    return found - {module}


def graph_of(sources: Mapping[str, str]) -> dict[str, set[str]]:
    """For each file the files that it imports; a package is its `__init__`."""
    files = {module.removesuffix(".__init__"): source for module, source in sources.items()}
    inside = {module.removesuffix(".__init__"): module for module in sources}  # what dots are counted from
    return {file: files_imported(source, inside[file], files) - {file} for file, source in files.items()}


def circle(graph: Mapping[str, set[str]]) -> list[str]:
    """The files of some circle, in order; [] if there is none."""
    done: set[str] = set()

    def walk(file: str, path: list[str]) -> list[str]:
        if file in path:
            return path[path.index(file) :]
        if file not in done:
            for other in sorted(graph[file]):
                if found := walk(other, [*path, file]):
                    return found
            done.add(file)
        return []

    return next((found for file in sorted(graph) if (found := walk(file, []))), [])


def test_no_file_imports_itself_by_way_of_others():
    """A lazy import, and one for types alone, closes a circle as any other does: neither file can be read first."""
    graph = graph_of({module: path.read_text(encoding="utf-8") for module, path in MODULES.items()})
    assert circle(graph) == []


@pytest.mark.parametrize(
    ("a", "b", "found"),
    [
        ("import gpt_by_hand.b", "import gpt_by_hand.c", []),
        ("import gpt_by_hand.b", "import gpt_by_hand.a", ["a", "b"]),
        ("from gpt_by_hand.b import x", "from gpt_by_hand import a", ["a", "b"]),
        ("from . import b", "from .a import x", ["a", "b"]),
        ("from gpt_by_hand.b import x", "def f():\n    from gpt_by_hand.a import y", ["a", "b"]),
        ("import gpt_by_hand.b", "if TYPE_CHECKING:\n    from gpt_by_hand.a import y", ["a", "b"]),
        ("from gpt_by_hand.p import x", "import gpt_by_hand.c", []),
        ("from gpt_by_hand.p import x", "from gpt_by_hand.a import y", ["a", "p", "b"]),
        ("from gpt_by_hand import __version__", "import gpt_by_hand.a", []),
    ],
)
def test_a_planted_circle_is_found(a, b, found):
    planted = {"a": a, "b": b, "c": "import numpy", "p.__init__": "from .. import b"}
    graph = graph_of({f"gpt_by_hand.{module}": source for module, source in planted.items()})
    assert circle(graph) == [f"gpt_by_hand.{module}" for module in found]


def test_foreign_imports_are_found():
    assert foreign("import math, numpy.linalg\nfrom rich import print\nfrom gpt_by_hand import errors", "x") == [
        "numpy",
        "rich",
    ]
