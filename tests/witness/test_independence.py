"""The PyTorch GPT stays a witness: nothing that it computes with comes from the formulas, whenever it is imported."""

from __future__ import annotations

import ast
from collections.abc import Mapping

import pytest

from tests.test_layout import MODULES, package_of

WITNESS = "gpt_by_hand.engines.torch.module"
# What trains it and moves its numbers, and so is part of what the formulas are compared with.
TRAINS = ("device", "learner")
OURS = {WITNESS, *(f"gpt_by_hand.engines.torch.{name}" for name in TRAINS)}
SOURCES = {module: path.read_text(encoding="utf-8") for module, path in MODULES.items()}


def imported(source: str) -> set[str]:
    """The names of ours that are imported anywhere in a file, in functions too, with what may be a file in a folder."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            found |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
            assert not node.level, "imports are absolute"
    return {name for name in found if name.split(".")[0] == "gpt_by_hand"}


def reached(module: str, sources: Mapping[str, str]) -> set[str]:
    """All files that a module imports, and that these import, lazily or not."""
    found, left = set(), [module]
    while left:
        names = imported(sources[left.pop()])
        for name in (names | {f"{name}.__init__" for name in names}) & sources.keys():
            if name not in found:
                found.add(name)
                left.append(name)
    return found


def is_independent(sources: Mapping[str, str]) -> bool:
    """The module imports nothing of ours; what trains it, nothing but itself and errors, however far one follows."""
    beside = {name for module in OURS for name in reached(module, sources)}
    return not imported(sources[WITNESS]) and beside <= OURS | {"gpt_by_hand.errors"}


def test_it_is_independent() -> None:
    assert is_independent(SOURCES)


@pytest.mark.parametrize(
    ("module", "line"),
    [
        (WITNESS, "import gpt_by_hand.notation"),
        (WITNESS, "def f():\n    from gpt_by_hand.model.gpt import loss"),
        (WITNESS, "def f():\n    from gpt_by_hand import errors"),
        ("gpt_by_hand.engines.torch.learner", "def f():\n    from gpt_by_hand.model.adamw import adamw"),
        ("gpt_by_hand.engines.torch.learner", "from gpt_by_hand import notation"),
        ("gpt_by_hand.errors", "def f():\n    import gpt_by_hand.schedule.program"),
    ],
)
def test_an_import_that_would_end_it_is_found(module: str, line: str) -> None:
    assert not is_independent({**SOURCES, module: f"{SOURCES[module]}\n{line}\n"})


def test_the_formulas_are_files_that_can_be_reached() -> None:
    """Else nothing could be found."""
    packages = {package_of(name) for name in reached("gpt_by_hand.training.torch_compute", SOURCES)}
    assert packages >= {"notation", "model", "engines", "training"}
