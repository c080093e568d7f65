"""The arithmetic of the bench, on timings that are made up."""

import json
import math
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench import tables
from bench.cases import SIZES, work_of
from bench.contenders import OURS, Choices, Contender, contenders
from bench.iteration import compare
from bench.machine import cores
from bench.measure import Timing, calibrated, in_turns, multiple, ratio, summary
from bench.multiplications import multiplications, per_iteration
from bench.peak import shares
from bench.peers.llmc import checkpoint
from bench.peers.work import Work
from bench.worker import AbsentError, Worker
from gpt_by_hand.model.config import MODEL_PRESETS, ModelConfig
from gpt_by_hand.notation import Index, Sum, Writer
from tests.support.compilers import needs_compiler


class Fake:
    """Takes the given seconds for an iteration, round by round, and writes down who was asked."""

    def __init__(self, name, each, calls=None, block=1):
        self.name, self.each, self.block = name, list(each), block
        self.calls = [] if calls is None else calls

    def ask(self, count):
        self.calls.append((self.name, count))
        each = self.each.pop(0) if len(self.each) > 1 else self.each[0]
        return Timing(count, count * each, 2 * count * each)


def test_a_ratio_is_the_median_of_the_rounds_ratios_not_the_ratio_of_medians():
    assert ratio([2.0, 30.0, 9.0], [1.0, 10.0, 9.0]) == 2.0
    assert ratio([3.0, 3.0], [1.0, 2.0]) == (3.0 + 1.5) / 2
    with pytest.raises(ValueError, match="zip"):
        ratio([1.0], [1.0, 2.0])


def test_a_summary_is_per_iteration_in_microseconds():
    timings = [Timing(10, 0.01, 0.02), Timing(10, 0.03, 0.06), Timing(10, 0.02, 0.04)]
    found = summary(timings, [Timing(100, 0.01, 0.01)] * 3)
    expected = {"microseconds": 2000.0, "least": 1000.0, "cpu_microseconds": 4000.0, "processors": 2.0, "ratio": 20.0}
    assert found == pytest.approx(expected)
    assert "ratio" not in summary(timings)


def test_calls_last_about_as_long_as_is_wanted_in_whole_blocks():
    assert calibrated(Fake("fast", [1e-5]), 0.1) in range(9_999, 10_002)
    assert calibrated(Fake("slow", [3.0]), 0.1) == 1
    assert calibrated(Fake("blocks", [1e-3], block=64), 0.1) == 128
    assert [multiple(0.2, 8), multiple(8, 8), multiple(8.1, 8)] == [8, 8, 16]


def test_contenders_take_turns_and_the_order_changes():
    calls = []
    fakes = {name: Fake(name, [1.0], calls) for name in "abc"}
    found = in_turns(fakes, 3, 0.1, pause=0.0)
    assert "".join(name for name, _ in calls[3:]) == "abccbaabc"
    assert {name: len(timings) for name, timings in found.items()} == dict.fromkeys("abc", 3)


@pytest.mark.parametrize(("preset", "rows"), SIZES.values(), ids=SIZES)
def test_multiplications_are_those_of_the_textbook(preset, rows):
    model = MODEL_PRESETS[preset]
    width, length, tokens = model.dim_embedding, model.seq_length, rows * model.seq_length
    block = 12 * width * width * tokens + 2 * tokens * length * width  # weights; scores and the mix of values
    forward = model.num_layers * block + model.vocab_size * width * tokens
    assert per_iteration(model, rows) == 3 * forward  # each product has two gradients


def test_only_matrix_products_count():
    a, b, c = Index("a", 2), Index("b", 3), Index("c", 5)
    write = Writer()
    x, y, u = write.input("x", a, b), write.input("y", b, c), write.input("u", b)
    write.define("product", "?")[a, c] = Sum(b, x[a, b] * y[b, c])
    write.define("vector", "?")[a] = Sum(b, x[a, b] * u[b])
    write.define("total", "?")[()] = Sum(a, b, x[a, b])
    assert multiplications(write.program()) == 2 * 3 * 5


def test_shares_of_the_peak():
    rows = [
        {"name": OURS, "threads": 1, "least": 100.0},
        {"name": OURS, "threads": 2, "least": 50.0},
        {"name": "other", "threads": 1, "least": 1.0},
    ]
    found = shares([{"size": "s", "multiplications": 10**6, "rows": rows}], {1: 4e10, 2: 8e10})
    assert [row["share"] for row in found] == pytest.approx([0.25, 0.25])


def test_powers():
    rows = [{"value": value, "time": 3.0 * value**2} for value in (2, 4, 8, 32)]
    assert tables.power(rows, "time") == pytest.approx(2.0)
    assert math.isnan(tables.power([{"value": 1, "time": 0}] * 2, "time"))


def test_every_contender_is_compared_with_as_many_threads_and_says_why_it_is_absent(monkeypatch):
    monkeypatch.setattr("bench.contenders.cores", lambda: 3)
    monkeypatch.setattr("bench.contenders.has_avx512", lambda: True)
    monkeypatch.setenv("CFLAGS", "-g")
    rows = contenders("2 x 8", Choices(without=("JAX",)))
    assert {row.threads for row in rows} == {1, 3}
    assert not any("JAX" in row.name for row in rows)
    assert all(row.changes()["OMP_NUM_THREADS"] == str(row.threads) for row in rows)
    assert {row.name for row in rows if row.absent} == {"llm.c (with biases, tanh GELU, no clipping)"}
    avx2 = [row for row in rows if row.name == "C engine, AVX2"]
    assert [dict(row.environment)["CFLAGS"] for row in avx2] == ["-g -mno-avx512f"] * 2
    monkeypatch.setattr("bench.contenders.has_avx512", lambda: False)
    assert any("not applicable" in row.absent for row in contenders("medium", Choices()))


def test_work_is_what_it_was_after_saving_and_loading(tmp_path):
    work = work_of("2 x 8")
    work.save(tmp_path / "work.npz")
    found = Work.load(str(tmp_path / "work.npz"))
    assert (found.name, found.rows, found.learning_rate) == (work.name, work.rows, work.learning_rate)
    assert all((found.weights[name] == array).all() for name, array in work.weights.items())
    assert (found.batches(40)[0][16] == work.tokens[0]).all()


def test_the_checkpoint_for_llmc_holds_every_weight_and_as_many_biases_as_it_reads():
    work, model = work_of("2 x 8"), ModelConfig()
    width, layers = model.dim_embedding, model.num_layers
    biases = layers * (width + 3 * width + width + width + 4 * width + width) + width
    weights = sum(array.size for array in work.weights.values())
    assert len(checkpoint(work, 3)) == 4 * (256 + weights + biases)


SPEAKER = """
import json, sys
print("a line for people")
print(json.dumps({"losses": [1.0], "setup": 2.0, "block": 3}), flush=True)
for line in sys.stdin:
    if int(line) > 6:
        sys.exit("it is all too much")
    print(json.dumps({"seconds": 0.5, "cpu": 0.25}), flush=True)
"""


def test_a_worker_answers_and_its_last_words_are_heard():
    with Worker([sys.executable, "-c", SPEAKER], {}) as worker:
        assert (worker.losses, worker.setup, worker.block) == ([1.0], 2.0, 3)
        assert worker.ask(6) == Timing(6, 0.5, 0.25)
        with pytest.raises(AbsentError, match="it is all too much"):
            worker.ask(7)


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (["/no/such/python"], "cannot run /no/such/python"),
        ([sys.executable, "-c", "raise SystemExit('no')"], "no"),
        ([sys.executable, "-c", 'print(\'{"absent": "not installed"}\')'], "not installed"),
    ],
)
def test_a_contender_that_does_not_start_is_absent(command, says):
    with pytest.raises(AbsentError, match=says):
        Worker(command, {})


FIRST = '{"losses": [1, 2], "setup": 0}'
NONSENSE = {
    '{"losses": [nan, -nan], "setup": 0}': "its first losses are not numbers: nan, nan",  # as C writes it
    '{"losses": [1, Infinity], "setup": 0}': "its first losses are not numbers: 1.0, inf",
    '{"losses": [1, 2': r'it answers nonsense: {"losses": \[1, 2',
    '{"losses": 7, "setup": 0}': "it answers nonsense",
    '{"losses": ["one"], "setup": 0}': "it answers nonsense",
    '{"setup": 0}': "it answers nonsense",
}


def saying(*lines):
    """A peer that says a line when it starts, then one for each time that it is asked, and then ends."""
    return [sys.executable, "-c", f"for line in {lines!r}: print(line, flush=True); input()"]


@pytest.mark.parametrize(("line", "says"), NONSENSE.items(), ids=NONSENSE)
def test_a_contender_that_starts_with_nonsense_is_absent(line, says):
    with pytest.raises(AbsentError, match=says):
        Worker(saying(line), {})


@pytest.mark.parametrize(
    "line", ['{"seconds": nan, "cpu": 1}', '{"seconds": 0, "cpu": 0}', '{"cpu": 1}', "{}", '{"seconds": "1"']
)
def test_a_contender_that_answers_nonsense_is_absent(line):
    with Worker(saying(FIRST, line), {}) as worker, pytest.raises(AbsentError):
        worker.ask(1)


@dataclass(frozen=True)
class Saying(Contender):
    lines: tuple[str, ...] = ()

    def command(self, work):
        return saying(*self.lines)


def test_a_peer_with_nonsense_is_left_out_and_named(monkeypatch):
    """Whether it is its first answer, its second, or a later one; the others are timed all the same."""
    good = ('{"seconds": 1, "cpu": 1}',)
    rows = [
        Saying(OURS, 1, lines=(FIRST, *good * 9)),
        Saying("nan", 1, lines=('{"losses": [nan, nan], "setup": 0}',)),
        Saying("half a nan", 1, lines=('{"losses": [1, nan], "setup": 0}',)),
        Saying("fewer", 1, lines=('{"losses": [1], "setup": 0}',)),
        Saying("other work", 1, lines=('{"losses": [1, 3], "setup": 0}',)),
        Saying("at the first turn", 1, lines=(FIRST, '{"seconds": nan, "cpu": 1}')),
        Saying("later", 1, lines=(FIRST, *good * 2)),
        Saying("good", 1, lines=(FIRST, *good * 9)),
    ]
    monkeypatch.setattr("bench.iteration.contenders", lambda *_: rows)
    found = compare("2 x 8", Choices(), rounds=3, say=lambda _: None, seconds=0.1)
    absent = {row["name"]: row["absent"] for row in found["rows"] if "absent" in row}
    assert {row["name"] for row in found["rows"] if "absent" not in row} == {OURS, "good"}
    assert absent.keys() == {row.name for row in rows} - {OURS, "good"}
    assert absent["half a nan"] == "its first losses are not numbers: 1.0, nan"
    notes = tables.iteration(found).notes
    assert all(any(note.startswith(f"{name}: ") for note in notes) for name in absent)


def test_the_keys_of_contenders_are_their_own():
    rows = contenders("2 x 8", Choices())
    assert len({row.key for row in rows}) == len(rows)
    assert Contender(OURS, 1).key == rows[0].key


ROOT = Path(__file__).resolve().parents[2]


@needs_compiler
def test_the_bench_runs_and_writes_its_results(tmp_path):
    """Two engines of ours, for the smallest size and one round: what is in the file, not how fast it was."""
    options = ["--parts", "iteration", "peak", "--sizes", "2 x 8", "--rounds", "1", "--seconds", "0.001"]
    options += ["--without", "plain", "PyTorch", "--jax-python", str(tmp_path / "none"), "--json", "found.json"]
    paths = os.pathsep.join([str(ROOT), str(ROOT / "src")])
    done = subprocess.run(
        [sys.executable, "-m", "bench", *options],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": paths, "GPT_BY_HAND_CACHE": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "found.json").read_text())
    assert found["machine"].keys() >= {"processor", "cores", "lanes", "compiler", "flags", "versions", "load"}
    (size,) = found["iteration"]
    assert size["multiplications"] == 344064
    rows = {(row["name"], row["threads"]): row for row in size["rows"]}
    for name in (OURS, "NumPy engine"):
        for threads in {1, cores()}:
            row = rows[name, threads]
            assert row["least"] > 0
            assert row["first_losses"] == pytest.approx(rows[OURS, 1]["first_losses"], abs=1e-4)
    assert rows[OURS, 1]["ratio"] == 1.0
    own, ours = rows["NumPy engine", 1], rows[OURS, 1]
    assert own["ratio"] == pytest.approx(own["microseconds"] / ours["microseconds"])  # one round: the ratio itself
    assert "cannot run" in rows["JAX, one scan", 1]["absent"]
    assert found["peak"]["multiply_adds_per_second"].keys() == {str(n) for n in {1, cores()}}
    assert {row["size"] for row in found["peak"]["shares"]} == {"2 x 8"}
    assert "JAX, one scan: cannot run" in " ".join(done.stdout.split())
