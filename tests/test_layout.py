"""The arrows between packages: who may import whom."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "src" / "gpt_by_hand"
EVERYONE = {"advice", "errors", "files", "meanings", "notebook", "user_folders"}
SHOWS = {"notation", "model", "schedule", "printers", "engines", "data", "training", "study"}
MAY_IMPORT = {
    "notation": set(),
    "model": {"notation"} | EVERYONE,
    "schedule": {"notation"} | EVERYONE,
    "printers": {"notation", "schedule"} | EVERYONE,
    "engines": {"notation", "schedule", "printers"} | EVERYONE,
    "data": EVERYONE,
    "training": {"notation", "model", "printers", "engines", "data"} | EVERYONE,
    "travel": {"notation", "model", "data", "training"} | EVERYONE,
    "study": SHOWS | EVERYONE,
    "cli": SHOWS | EVERYONE | {"api", "travel"},
    "api": SHOWS | EVERYONE | {"travel"},
    "advice": set(),
    "errors": set(),
    "files": {"errors"},
    "meanings": set(),
    "notebook": {"meanings"},
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
        ("training.loop", "if True:\n    from gpt_by_hand.study import trace", ["study"]),
        ("study.trace", "from gpt_by_hand.cli import main", ["cli"]),
        ("study.trace", "import numpy as np\nfrom gpt_by_hand.training import loop", []),
        ("errors", "import gpt_by_hand.files", ["files"]),
        ("notation.check", "from gpt_by_hand import __version__", []),
    ],
)
def test_a_forbidden_import_is_found(module, source, found):
    assert forbidden(source, f"gpt_by_hand.{module}") == found


def test_foreign_imports_are_found():
    assert foreign("import math, numpy.linalg\nfrom rich import print\nfrom gpt_by_hand import errors", "x") == [
        "numpy",
        "rich",
    ]
