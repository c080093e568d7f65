"""The C engine computes what the reference engine does, number for number, for whole iterations of five models."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from gpt_by_hand.engines import reference
from gpt_by_hand.engines.numpy import compile_numpy
from gpt_by_hand.model.adamw import UpdateRule
from gpt_by_hand.model.config import MODEL_PRESETS, ModelConfig
from gpt_by_hand.model.gpt import iteration, prediction
from gpt_by_hand.model.why import decomposed, with_lens
from gpt_by_hand.notation import Call, Expression, Program, Reduction
from tests.engines.closeness import EPS32, assert_close, roundings, tolerances
from tests.engines.printed import COMPILERS, FAST, FASTEST, PLAIN, Way, outcome, printed
from tests.model.cases import CASES, NAMES, ROWS, definition, inputs, inputs_as
from tests.support.compilers import needs_compiler

pytestmark = needs_compiler
EACH = ("tokens", "targets", "iteration")

# How far off C may be: as NumPy in float32 (closeness.tolerances: the roundings on the longest way from the inputs,
# where a sum of n terms counts n, and of them as many as a random walk leaves), with more for a function of C's own:
# 2 roundings for exp and 3 for tanh, as many as the units in the last place that they promise. A tile's sum runs in
# another order, which changes no count; fused multiply-adds round once where two roundings are counted.
FUNCTIONS = {"exp": 1, "tanh": 2}  # more than the one rounding that every function counts


def allowed(program: Program) -> dict[str, float]:
    """The tolerance of each tensor, as a share of its largest number."""
    more: dict[str, int] = {}
    for assignment in program.assignments:
        before = max((more.get(access.tensor.name, 0) for access in assignment.reads()), default=0)
        name = assignment.target.name
        more[name] = max(more.get(name, 0), before + _more(assignment.expression))
    counts = {name: count + more[name] for name, count in roundings(program).items()}
    assert tolerances(program, 1).keys() == counts.keys()
    return {name: EPS32 * min(count, 8 * count**0.5) for name, count in counts.items()}


def _more(node: Expression) -> int:
    own = FUNCTIONS.get(node.function, 0) if isinstance(node, Call) else 0
    return own + max((_more(child) for child in node.children()), default=0)


def agrees(program: Program, way: Way, given: dict[str, object], want: dict[str, np.ndarray]) -> None:
    got = outcome(printed(program, way, program.carried), given)
    tolerance = allowed(program)
    assert got.keys() == program.definitions.keys()
    for name in program.definitions:
        assert_close(got[name].reshape(np.shape(want[name])), want[name], tolerance[name], name)


def numbers(name: str) -> dict[str, np.ndarray]:
    """The definition; of the demo, for which that takes long, by NumPy: the same to 1e-12, as another test sees to."""
    if name != "demo":
        return definition(name)
    return compile_numpy(CASES[name].program, dtype=np.float64)(inputs_as(name, np.float64))


@pytest.mark.parametrize("name", NAMES)
def test_as_in_training(name: str) -> None:
    """Fast, with all optimisations, for vectors of eight."""
    agrees(CASES[name].program, FASTEST, inputs_as(name, np.float32), numbers(name))


@pytest.mark.parametrize("name", NAMES)
def test_plain(name: str) -> None:
    agrees(CASES[name].program, PLAIN, inputs_as(name, np.float32), numbers(name))


@pytest.mark.parametrize("way", [PLAIN, FASTEST], ids=["plain", "fast"])
@pytest.mark.parametrize("name", ["pencil", "biases"])
def test_parts_of_logits_and_what_layers_would_have_said(name: str, way: Way) -> None:
    """Formulas that are appended to a program are computed as all others are."""
    case = CASES[name]
    program = with_lens(decomposed(prediction(case.config, ROWS, case.config.seq_length)).program)
    agrees(program, way, inputs_as(name, np.float32), reference.run(program, inputs(name)))


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize(("name", "fast", "lanes"), [("biases", True, 8), ("pencil", False, 4)])
def test_compilers(compiler: str, name: str, fast: bool, lanes: int) -> None:
    agrees(CASES[name].program, Way(compiler, fast, lanes), inputs_as(name, np.float32), definition(name))


# Sizes that no vector divides


ODD = ModelConfig(vocab_size=65, seq_length=7, num_layers=1, num_heads=3, dim_embedding=12, use_bias=True)


def drawn(program: Program, vocabulary: int, seed: int = 0, times: int = 1) -> dict[str, object]:
    """Inputs as they occur in training; of what each iteration has its own, `times` of them."""
    rng = np.random.default_rng(seed)
    given: dict[str, object] = {"iteration": np.arange(times) + 150.0}
    for tensor in (*program.inputs, *program.parameters):
        if tensor.name == "positions":
            given[tensor.name] = np.arange(*tensor.shape)
        elif tensor.name in EACH[:2]:
            given[tensor.name] = rng.integers(0, vocabulary, (times, *tensor.shape))
        elif tensor.name not in given:
            values = rng.normal(0, 0.2, tensor.shape) * (1e-2 if "previous" in tensor.name else 1)
            values = values**2 if tensor.name.startswith("previous.v.") else values
            given[tensor.name] = (values + (".ln_" in tensor.name and "previous" not in tensor.name)).astype(np.float32)
    return given


def steps(program: Program, given: dict[str, object], times: int) -> list[dict[str, np.ndarray]]:
    """So many iterations by NumPy in float64, each with what the one before hands on."""
    run, handed = compile_numpy(program, dtype=np.float64), program.carried
    values = {k: np.asarray(v, float) if np.asarray(v).dtype.kind == "f" else v for k, v in given.items()}
    found = []
    for n in range(times):
        found.append(run({**values, **{name: given[name][n] for name in EACH}}))
        values |= {old: found[-1][new] for new, old in handed.items()}
    return found


@pytest.mark.parametrize(("rows", "length", "lanes"), [(1, 5, 8), (3, 7, 8), (3, 5, 4), (1, 7, 16)])
def test_odd_sizes(rows: int, length: int, lanes: int) -> None:
    program = iteration(replace(ODD, seq_length=length), UpdateRule(eps=1e-4), rows)
    given = drawn(program, 65)
    (want,) = steps(program, given, 1)
    one = {name: value[0] if name in EACH else value for name, value in given.items()}
    agrees(program, Way(lanes=lanes), one, want)


def test_the_size_of_the_shakespeare_preset() -> None:
    program = iteration(replace(MODEL_PRESETS["shakespeare"], num_layers=1), UpdateRule(eps=1e-4), 2)
    given = drawn(program, 65)
    (want,) = steps(program, given, 1)
    one = {name: value[0] if name in EACH else value for name, value in given.items()}
    agrees(program, FAST, one, want)


# Several iterations in one call


@pytest.mark.parametrize("way", [FAST, PLAIN], ids=["fast", "plain"])
def test_three_iterations_in_one_call(way: Way) -> None:
    """Weights and moments are handed on, and each iteration has its own batch and number."""
    program = iteration(ODD, UpdateRule(eps=1e-4), 3)
    given, handed = drawn(program, 65, times=3), program.carried
    want = steps(program, given, 3)
    got = printed(program, way, handed, EACH, ["loss", "learning_rate", "clip.norm", "logits"])(given, 3)
    tolerance = allowed(program)
    for name in ("loss", "learning_rate", "clip.norm"):
        for n in range(3):
            assert_close(got[name][n], want[n][name], 3 * tolerance[name], name)
    assert_close(got["logits"], want[2]["logits"], 3 * tolerance["logits"])
    for new in handed:  # the second and third iteration start from numbers that are off already
        assert_close(got[new], want[2][new], 3 * tolerance[new], new)


def test_nothing_in_no_iterations() -> None:
    program = iteration(ODD, UpdateRule(eps=1e-4), 3)
    given, handed = drawn(program, 65, times=3), program.carried
    found = printed(program, FAST, handed, EACH, ["loss", "learning_rate", "clip.norm", "logits"])
    got = found({name: value[:0] if name in EACH else value for name, value in given.items()}, 0)
    assert got["loss"].shape == (0,)
    for new, old in handed.items():
        np.testing.assert_array_equal(got[new], given[old])


def test_calls_do_not_remember() -> None:
    """What one call leaves in memory is not seen by the next; what is given stays as it is."""
    program = iteration(ODD, UpdateRule(eps=1e-4), 3)
    given, handed = drawn(program, 65, times=3), program.carried
    found = printed(program, FAST, handed, EACH, ["loss", "learning_rate", "clip.norm", "logits"])
    before = {name: np.copy(value) for name, value in given.items()}
    first = found(given, 3)
    found(drawn(program, 65, seed=1, times=2), 2)
    again = found(given, 3)
    assert all(first[name].tobytes() == again[name].tobytes() for name in first)
    assert all(np.array_equal(given[name], value) for name, value in before.items())


def test_two_of_one_library_at_once() -> None:
    """The system loads a library once, so both use the same memory; each waits for the other."""
    program = iteration(ODD, UpdateRule(eps=1e-4), 3)
    handed, results = program.carried, ["loss", "learning_rate", "clip.norm", "logits"]
    programs = [printed(program, FAST, handed, EACH, results) for _ in range(2)]
    given = [drawn(program, 65, seed, times=300) for seed in range(2)]
    want = [programs[0](values, 300)["loss"] for values in given]
    with ThreadPoolExecutor(2) as pool:
        got = list(pool.map(lambda found, values: found(values, 300)["loss"], programs, given))
    for one, other in zip(got, want, strict=True):
        np.testing.assert_array_equal(one, other)


def test_what_is_missing_or_has_another_shape_is_named() -> None:
    program = iteration(ODD, UpdateRule(eps=1e-4), 3)
    given, handed = drawn(program, 65, times=3), program.carried
    found = printed(program, FAST, handed, EACH, ["loss", "learning_rate", "clip.norm", "logits"])
    with pytest.raises(KeyError, match="tokens"):
        found({name: value for name, value in given.items() if name != "tokens"}, 3)
    with pytest.raises(ValueError, match=r"tokens has shape \(3, 3, 7\), not \(2, 3, 7\)"):
        found(given, 2)


# What is no number


@pytest.mark.parametrize("way", [FASTEST, PLAIN], ids=["fast", "plain"])
def test_what_is_masked_is_minus_infinity_and_gets_no_weight(way: Way) -> None:
    got = outcome(printed(CASES["demo"].program, way, CASES["demo"].program.carried), inputs_as("demo", np.float32))
    above = np.triu(np.ones((8, 8), bool), 1)
    assert (got["h.0.attn.scores"][..., above] == -np.inf).all()
    assert np.isfinite(got["h.0.attn.scores"][..., ~above]).all()
    for name in ("h.0.attn.exp", "h.0.attn.weights", "d.h.0.attn.scores"):
        assert (got[name][..., above] == 0).all()


@pytest.mark.parametrize("way", [FASTEST, PLAIN], ids=["fast", "plain"])
@pytest.mark.parametrize("part", ["wpe", "h.0.attn.c_attn", "ln_f"])
def test_not_a_number_in_a_weight_reaches_the_loss_and_every_new_weight(way: Way, part: str) -> None:
    program, weight = CASES["pocket"].program, f"transformer.{part}.weight"
    given = inputs_as("pocket", np.float32)
    given[weight].flat[0] = np.nan
    got = outcome(printed(program, way, program.carried), given)
    want = compile_numpy(program)(given)
    assert np.isnan(got["loss"]) and np.isnan(got["clip.norm"])
    assert all(np.isnan(got[f"new.{p.name}"]).all() for p in program.parameters)
    for name in program.definitions:
        np.testing.assert_array_equal(np.isnan(got[name].reshape(np.shape(want[name]))), np.isnan(want[name]), name)


@pytest.mark.parametrize("way", [FASTEST, PLAIN], ids=["fast", "plain"])
@pytest.mark.parametrize("value", [np.inf, -np.inf])
def test_infinity_in_a_weight(way: Way, value: float) -> None:
    """The loss is no number then, as by NumPy."""
    program = CASES["pocket"].program
    given = inputs_as("pocket", np.float32)
    given["transformer.ln_f.weight"].flat[0] = value
    got = outcome(printed(program, way, program.carried), given)
    with np.errstate(all="ignore"):
        want = compile_numpy(program, ["loss"])(given)["loss"]
    assert np.isfinite(got["loss"]) == np.isfinite(want)
    assert np.isnan(got["loss"]) == np.isnan(want)


def test_the_longest_sums_have_the_largest_tolerances() -> None:
    program = CASES["demo"].program
    found = allowed(program)
    assert found["tok_emb"] == 0
    assert 0 < found["embed"] < found["h.0.ln_1"] < found["loss"] < found["new.transformer.wte.weight"] < 1e-4
    assert any(isinstance(node, Reduction) for a in program.assignments for node in a.expression.walk())
