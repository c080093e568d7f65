"""The numbers of the example run, as `train.py --gpt_by_hand` shows them (shared/reference/example-run.md)."""

import re
from pathlib import Path

import numpy as np
import pytest

from gpt_by_hand import trace_iteration
from gpt_by_hand.model.adamw import UpdateRule
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.model.gpt import iteration
from tests.support.commands import Command, Result, process
from tests.support.confirmed import Exact, half_a_unit

C_ATTN = "transformer.h.0.attn.c_attn.weight [48, 16]"
WTE = "transformer.wte.weight [32, 16]"
ONE_STEP = 2.0**-29  # what a float32 weight between 2**-6 and 2**-5, such as these near 0.02, can change by
BATCHES = {
    (0, 1): ([0, 8, 0, 6, 0, 9, 0, 25], [8, 0, 6, 0, 9, 0, 25, 0]),
    (0, 2): ([17, 0, 15, 0, 13, 0, 7, 0], [0, 15, 0, 13, 0, 7, 0, 4]),
    (1, 1): ([5, 0, 20, 0, 19, 0, 14, 0], None),
    (1, 2): ([1, 0, 27, 0, 29, 0, 3, 0], None),
}
LOSSES = {(0, 1): "3.487288", (0, 2): "3.430960", (1, 1): "3.531304", (1, 2): "3.492159"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("by_hand")


@pytest.fixture(scope="module")
def shown(folder: Path) -> str:
    result = process("--device", "cpu", "--gpt_by_hand", "--full", script="train.py", cwd=folder)
    assert (result.code, result.err) == (0, ""), result.err
    return result.out


def part(shown: str, at: int, step: int | None = None) -> str:
    """The report of a micro-step, or without one of an iteration's update."""
    title = f"Iteration {at}, " + ("update" if step is None else f"micro-step {step} of 2")
    return next(piece for piece in re.split(r"^(?=Iteration \d, )", shown, flags=re.M) if piece.startswith(title))


def rows(text: str, heading: str) -> list[list[str]]:
    """The cells of the table below a heading, without row names and column names."""
    below = text.split(f"\n{heading}", 1)[1].split("\n")[1:]
    table = []
    for line in below:
        if line.startswith("  "):
            table.append(re.split(r"\s{2,}", line.strip()))
        elif table:
            break
    return [line[1:] for line in table[1:]]


@pytest.fixture(scope="module")
def exact(tmp_path_factory: pytest.TempPathFactory) -> list[Exact]:
    """The two iterations in double precision."""
    data = tmp_path_factory.mktemp("exact")
    return [Exact(trace_iteration(at, data_dir=data)) for at in (0, 1)]


def near(shown: str, given: str, tolerance: float = 0.0) -> bool:
    """Is it the given number, to the digits given? Both are rounded, so each may be off by half a unit."""
    return abs(float(shown) - float(given)) <= max(tolerance, half_a_unit(given) + half_a_unit(shown))


def same(exact: Exact, where: str, shown: str, given: str) -> bool:
    """Are the number that is shown and the figure given both the one at this address, each but for its roundings?

    The figure has itself the rounding errors of a float32 computation: in float64 the attention output is
    -3.2939654e-04, the first logit 0.22253418 and the last loss 3.49215835, and each differs from the figure in its
    last digit. So one unit of that digit is allowed, or three steps of float32. What this machine shows has its own.
    """
    three_steps = 3 * float(np.spacing(np.float32(abs(float(given)))))
    figure = abs(exact[where] - float(given)) <= max(2 * half_a_unit(given), three_steps)
    return figure and exact.allows(where, shown)


@pytest.mark.parametrize(
    ("wrong", "given"), [("3.4872899", "3.487288"), ("0.019159685", "0.019159678"), ("-1.000001", "1.000001")]
)
def test_near_can_fail(wrong: str, given: str) -> None:
    assert near(given, given)
    assert not near(wrong, given)


@pytest.mark.parametrize(
    ("where", "given"), [("logits[0,0,0]", "0.22253415"), ("h.0.attn.c_proj[0,0,0]", "-3.29396e-04")]
)
def test_same_can_fail(exact: list[Exact], where: str, given: str) -> None:
    assert same(exact[0], where, given, given)
    assert not same(exact[0], where, given, f"{float(given) * 1.00001:.8g}")
    assert not same(exact[0], where, f"{float(given) * 1.001:.8g}", given)


@pytest.mark.parametrize(
    ("heading", "given"),
    [
        (f"{C_ATTN}  before", "0.019159678 -0.024671469 -0.0022882789 0.0053827376"),
        (f"{WTE}  before", "0.01512972 -0.0142504 -0.04372225 0.01821165"),
    ],
)
def test_start_weights(shown: str, heading: str, given: str) -> None:
    numbers = rows(part(shown, 0), heading)[0]
    assert all(near(a, b) for a, b in zip(numbers, given.split(), strict=False)), numbers
    assert len(numbers) >= 4


@pytest.mark.parametrize(
    ("heading", "given"),
    [
        ("embed[b, t, c]", "0.0025648 -0.00763123 -0.0415897 0.03827303"),
        ("h.0.attn.c_proj[b, t, e]", "-3.29396e-04 3.09016e-03"),
        ("logits[b, t, v]", "0.22253415 0.1290124 0.0554738 -0.11892653"),
    ],
)
def test_forward_pass(shown: str, exact: list[Exact], heading: str, given: str) -> None:
    numbers, name = rows(part(shown, 0, 1), heading)[0], heading.partition("[")[0]
    pairs = enumerate(zip(numbers, given.split(), strict=False))
    assert all(same(exact[0], f"{name}[0,0,{n}]", *pair) for n, pair in pairs), numbers
    assert len(numbers) >= 4


@pytest.mark.parametrize(("where", "batch"), BATCHES.items())
def test_batches(shown: str, where: tuple[int, int], batch: tuple[list[int], list[int] | None]) -> None:
    text = part(shown, *where)
    assert f"Input:  {batch[0]}  '" in text
    assert batch[1] is None or f"Target: {batch[1]}  '" in text


@pytest.mark.parametrize(("where", "loss"), LOSSES.items())
def test_losses(shown: str, exact: list[Exact], where: tuple[int, int], loss: str) -> None:
    at, step = where
    found = re.search(r"^Loss of this micro-step: (\S+)$", part(shown, at, step), re.M)
    assert found
    assert same(exact[at], f"sequence_loss[{step - 1}]", found[1], loss), found[1]


def test_words_stand_beside_numbers(shown: str) -> None:
    text = part(shown, 0, 1)
    assert "Input:  [0, 8, 0, 6, 0, 9, 0, 25]  ' gpt by hand project'" in text
    assert re.search(r"^1 +8 +gpt +0 +' '", text, re.M)


def test_evaluation_before_the_first_update(shown: str) -> None:
    assert re.search(r"^iteration +0: train 3\.4518  val 3\.4537 ", shown, re.M)


def test_most_likely_next_tokens(shown: str) -> None:
    line = "last position: networks 0.0382, project 0.0368, by 0.0360, rocks 0.0355, or 0.0346\n"
    assert line in part(shown, 0, 1)


@pytest.mark.parametrize(("at", "rate"), [(0, "0.0"), (1, "2.9999999999999997e-06")])
def test_learning_rate_as_printed(shown: str, at: int, rate: str) -> None:
    heading, _formula, number = part(shown, at).split("\nlearning_rate ", 1)[1].split("\n")[:3]
    assert "How large a step" in heading
    assert number == f"  {rate}"


def test_changed_weights(shown: str) -> None:
    given = ["-1.5515834e-06", "2.1029264e-06", "2.0400621e-06", "-2.2901222e-06"]
    numbers = rows(part(shown, 1), f"{C_ATTN}  change")[0]
    assert all(near(a, b, ONE_STEP) for a, b in zip(numbers, given, strict=False)), numbers
    assert len(numbers) >= 4
    assert set(rows(part(shown, 0), f"{C_ATTN}  change")[0]) <= {"0", "-0", "…"}  # with a learning rate of 0


@pytest.mark.parametrize("at", [0, 1])
def test_every_gradient_is_shown_and_real(shown: str, at: int) -> None:
    gradients = [n for n in iteration(ModelConfig(), UpdateRule(), 2).tensors if n.startswith("d.")]
    text = "".join(part(shown, at, step) for step in (1, 2, None))
    missing = [name for name in gradients if not re.search(rf"^{re.escape(name)}(\[|  )", text, re.M)]
    assert len(gradients) == 79
    assert not missing
    assert all(float(x) for x in rows(text, "d.transformer.h.0.attn.c_attn.weight")[0] if x != "…")


def test_it_says_what_by_hand_means(shown: str) -> None:
    assert "batch_size 1, gradient_accumulation_steps 2, max_iters 2" in shown
    assert "6,864 parameters" in shown


def test_nothing_is_saved(shown: str, folder: Path) -> None:
    assert "nothing is saved" in shown
    assert [path.name for path in folder.iterdir()] == ["data"]


def test_no_escape_codes_in_a_pipe(shown: str) -> None:
    assert "\x1b" not in shown


@pytest.mark.parametrize("width", [60, 80])
def test_tables_fit_the_terminal(command: Command, monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    lines = command("train", "--gpt_by_hand").out.splitlines()
    tables = [line for line in lines if re.match(r"(  |\d+ +\d+ |position|.* ─)", line)]
    assert len(tables) > 2000
    assert max(map(len, tables)) <= width


def test_full_prints_every_number(command: Command) -> None:
    folded = command("train", "--gpt_by_hand", "--max_iters", 1)
    full = command("train", "--gpt_by_hand", "--max_iters", 1, "--full")
    assert "…" in folded.out
    assert "…" not in full.out
    after = part(full.out, 0).split(f"{C_ATTN}  before\n")[1].split(f"{C_ATTN}  change")[0]
    assert len(re.findall(r"-?\d\.\d+(?:e-\d+)?", after)) == 48 * 16


def evaluations(result: Result) -> dict[int, tuple[float, float]]:
    found = re.findall(r"^iteration +(\d+): train (\S+)  val (\S+) ", result.out, re.M)
    return {int(at): (float(train), float(val)) for at, train, val in found}


def test_losses_of_the_first_200_iterations(tmp_path: Path) -> None:
    options = ("--device", "cpu", "--max_iters", 200, "--batch_size", 1, "--gradient_accumulation_steps", 2)
    found = evaluations(process(*options, script="train.py", cwd=tmp_path))
    given = {0: (3.4518, 3.4537), 100: (3.2526, 3.2636), 200: (2.9474, 2.9583)}
    assert found.keys() == given.keys()
    assert all(found[at] == pytest.approx(given[at], abs=1e-3) for at in given), found
