"""Mistakes made on purpose, each of which some test must catch: `python -m tests.mutants` makes one after the other.

In a copy of the project one text is put in place of another, and the tests that are named beside it run there: first
those of them that are quick, and only where these notice nothing the slow ones too (`tests/tiers.py`).
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LEFT_OUT = shutil.ignore_patterns(".venv", ".git", ".*_cache", ".hypothesis", "__pycache__", "out", "*.bin")
RAN = {0, 1, 5}  # pytest's status where tests passed, failed, or none of them is of the tier
SECONDS = 300  # for the tests of one mutant
TIERS = {"not slow": "quick", "slow": "slow"}  # marks, and what the tests that have them are called here


@dataclass(frozen=True)
class Mutant:
    """One mistake: in a file of the package, `old` becomes `new`; `tests` are files or single tests that catch it."""

    what: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    @property
    def path(self) -> Path:
        """The file, seen from the top of the project."""
        return Path("src", "gpt_by_hand", self.file)


MUTANTS = (
    # formulas
    Mutant(
        "GELU's cubic term has two digits exchanged",
        "model/mlp.py",
        "0.044715 * x**3",
        "0.044751 * x**3",
        ("model/test_witness.py",),
    ),
    Mutant(
        "LayerNorm's eps is ten times smaller", "model/layer_norm.py", "1e-5, ", "1e-6, ", ("model/test_witness.py",)
    ),
    Mutant(
        "scores are divided by the root of the whole width",
        "model/attention.py",
        'sqrt(Constant(d.extent, "D"))',
        'sqrt(Constant(c.extent, "D"))',
        ("model/test_witness.py",),
    ),
    Mutant(
        "the loss of a sequence is a sum",
        "model/loss.py",
        'Sum(t, nll[b, t]) / Constant(t.extent, "T")',
        "Sum(t, nll[b, t])",
        ("model/test_witness.py",),
    ),
    Mutant(
        "AdamW's correction is one iteration ahead",
        "model/adamw.py",
        "1 - beta2 ** (iteration + 1)",
        "1 - beta2 ** (iteration + 2)",
        ("model/test_witness.py", "training/test_twin.py"),
    ),
    Mutant(
        "clipping forgets the 1e-6 below the line",
        "model/adamw.py",
        "limit / (norm() + tiny)",
        "limit / norm()",
        ("model/test_witness.py", "training/test_twin.py"),
    ),
    Mutant(
        "LayerNorms' gains decay too",
        "model/adamw.py",
        "parameter.role is Role.WEIGHT",
        "parameter.role is not Role.BIAS",
        ("model/test_programs.py", "training/test_twin.py"),
    ),
    Mutant(
        "a logit at the threshold may not be drawn",
        "model/sampling.py",
        "logits[v] >= threshold()",
        "logits[v] > threshold()",
        ("training/test_generation.py",),
    ),
    # the language of formulas
    Mutant(
        "the chain rule divides by the wrong operand",
        "notation/chain_rule.py",
        "negate(divide(multiply(g, y), b))",
        "negate(divide(multiply(g, y), a))",
        ("notation/test_chain_rule.py",),
    ),
    Mutant(
        "a maximum gets a gradient",
        "notation/chain_rule.py",
        "if not maximum and any(",
        "if any(",
        (
            "notation/test_chain_rule.py",
            "explain/test_gradients.py",
            "model/test_gradients.py",
            "model/test_programs.py",
        ),
    ),
    Mutant(
        "a tensor may be defined twice",
        "notation/check.py",
        "if overlaps or (target.name in known and not seen)",
        "if target.name in known and not seen",
        ("notation/test_check.py",),
    ),
    Mutant(
        "parentheses on the right are left out",
        "notation/precedence.py",
        "(strict and inner == outer)",
        "(strict and inner == outer and power)",
        ("printers/test_text.py",),
    ),
    # printers and schedules
    Mutant(
        "text: a minus behind an operator without parentheses",
        "printers/text.py",
        'signed = right.startswith("-") and not isinstance(node, Compare)',
        "signed = False",
        ("printers/test_text.py",),
    ),
    Mutant(
        "LaTeX: a sum reaches over the factor behind it",
        "printers/paper_rules.py",
        "(product and isinstance(last, Reduction))",
        "(product and not isinstance(last, Reduction))",
        ("printers/test_latex.py",),
    ),
    Mutant(
        "C: the operand on the right without parentheses",
        "printers/c_statements.py",
        "c.inside(level + n)",
        "c.inside(level)",
        ("engines/test_c_programs.py", "engines/test_c.py"),
    ),
    Mutant(
        "NumPy: reduced along the neighbouring axis",
        "printers/numpy_expressions.py",
        "str(body.axes.index(name)) for name in present",
        "str(max(0, body.axes.index(name) - 1)) for name in present",
        ("engines/test_numpy.py",),
    ),
    Mutant(
        "loops are joined whatever they need of each other",
        "schedule/fuse.py",
        "for n in one.conflicts(two))",
        "for n in one.conflicts(two) & set())",
        ("schedule/test_schedule.py", "engines/test_c_programs.py"),
    ),
    # data, files, models from elsewhere
    Mutant(
        "Box-Muller: a digit of the sine's polynomial",
        "data/box_muller.py",
        "8.3321608736e-3",
        "8.3321680736e-3",
        ("data/test_box_muller.py", "data/test_random.py"),
    ),
    Mutant(
        "a pickle's objects are let in",
        "data/plain_pickle.py",
        "if not known(other.name)]",
        "if known(other.name)]",
        ("data/test_meta.py",),
    ),
    Mutant(
        "a changed checkpoint is read",
        "training/checkpoint.py",
        "if _fingerprint(read_bytes(path)) not in path.name",
        "if not _fingerprint(read_bytes(path))",
        ("training/test_checkpoint.py",),
    ),
    Mutant(
        "Hugging Face's matrices are not turned",
        "interop/fitting.py",
        "{name: array.T if",
        "{name: array if",
        ("interop/test_hugging_face.py",),
    ),
    # what is shown
    Mutant(
        "what is shown is computed in single precision",
        "trace/values.py",
        "np.dtype(self.precision).type",
        "np.dtype(np.float32).type",
        ("trace/test_precision.py",),
    ),
    Mutant(
        "addresses may count from the end",
        "trace/address.py",
        "not 0 <= at < index.extent",
        "not at < index.extent",
        ("trace/test_address.py",),
    ),
    Mutant(
        "a 5 is rounded to the even digit",
        "explain/steps.py",
        "exact = Context(prec=digits, rounding=ROUND_HALF_UP).plus(meant)",
        "exact = Context(prec=digits).plus(meant)",
        ("explain/test_rounding.py",),
    ),
    Mutant(
        "no note says that rounded numbers give another result",
        "explain/explanation.py",
        "if found != true and",
        "if found == true and",
        ("explain/test_rounding.py",),
    ),
    Mutant(
        "the share of a use has no sign",
        "explain/uses.py",
        "part / total if total",
        "abs(part / total) if total",
        ("explain/test_ledgers.py",),
    ),
    Mutant(
        "a ledger's total is the sum of sizes",
        "explain/ledgers.py",
        "entries, self.value(node), product",
        "entries, abs(self.value(node)), product",
        ("explain/test_ledgers.py",),
    ),
    Mutant(
        "a ledger's letters are the tensors' own",
        "explain/ledgers.py",
        "said = spoken[slot][axis] if spoken[slot] else None",
        "said = None",
        ("explain/test_ledgers.py",),
    ),
    Mutant(
        "a view leaves out notes",
        "views/markdown.py",
        'return f"> {line}\\n" if block.role == "note"',
        'return "" if block.role == "note"',
        ("views/test_every_fact.py",),
    ),
    Mutant(
        "an exercise allows for no rounding of the answer",
        "practice/numbers.py",
        " + unit(exact) / 2",
        "",
        ("practice/test_diagnosis.py",),
    ),
    Mutant(
        "tables have a digit too few",
        "layout/digits.py",
        "decimals = max(0, digits - 1 - high + exponent)",
        "decimals = max(0, digits - 2 - high + exponent)",
        ("layout/test_digits.py",),
    ),
)


def times_found(mutant: Mutant, root: Path = ROOT) -> int:
    """How often the text that the mutant replaces is there: once, or the mutant means nothing any more."""
    return (root / mutant.path).read_text(encoding="utf-8").count(mutant.old)


@contextmanager
def copied() -> Iterator[Path]:
    """The project in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        yield Path(shutil.copytree(ROOT, Path(folder) / "project", ignore=LEFT_OUT))


@contextmanager
def made(mutant: Mutant, root: Path) -> Iterator[None]:
    """The mistake, and then the text as it was."""
    path = root / mutant.path
    before = path.read_text(encoding="utf-8")
    path.write_text(before.replace(mutant.old, mutant.new), encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(before, encoding="utf-8")


def failing(root: Path, tests: Sequence[str], tier: str) -> str:
    """The first of the tests of a tier (an expression of marks) that fails in a copy of the project; "" if none does.

    Raises: RuntimeError where they could not run.
    """
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-m", tier]
    paths = os.pathsep.join([str(root / "src"), str(root)])
    environment = {**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}
    ran = subprocess.run(
        [*command, *(f"tests/{test}" for test in tests)],
        cwd=root,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )
    said = [line for line in ran.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    if ran.returncode not in RAN:
        raise RuntimeError(f"{' '.join(tests)} could not run:\n{ran.stdout[-2000:]}{ran.stderr[-2000:]}")
    return said[0].partition(" ")[2].partition(" - ")[0].removeprefix("tests/") if said else ""


@cache
def passes(root: Path, file: str, tier: str) -> None:
    """Raises: RuntimeError where a test of the file fails without a mistake too."""
    if test := failing(root, [file], tier):
        raise RuntimeError(f"{test} fails without a mistake too")


def caught(root: Path, mutant: Mutant) -> tuple[str, str]:
    """Which tier catches it, and the first test that does; ("", "") if none does.

    Raises: RuntimeError where that test fails without the mistake too, or none could run.
    """
    found: dict[str, str] = {}
    with made(mutant, root):
        for tier in TIERS:
            if not found and (test := failing(root, mutant.tests, tier)):
                found[tier] = test
    for tier, test in found.items():
        passes(root, test.partition("::")[0], tier)
        return TIERS[tier], test
    return "", ""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("words", nargs="*", help="only mutants whose description or file has one of these words")
    words = parser.parse_args().words
    chosen = [m for m in MUTANTS if not words or any(word in f"{m.what} {m.file}" for word in words)]
    missed = 0
    with copied() as root:
        for mutant in chosen:
            tier, test = caught(root, mutant) if times_found(mutant, root) == 1 else ("", "its text is not there once")
            missed += not tier
            print(f"{tier or 'MISSED':<6}  {mutant.file:<32}  {mutant.what:<56}  {test}", flush=True)
    print(f"{len(chosen) - missed} of {len(chosen)} caught")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
