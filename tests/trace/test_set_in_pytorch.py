"""--set at 200 random addresses, of weights, inputs and all that is computed, against PyTorch with a hook there.

What the PyTorch with hooks gives where no hook does anything is what the PyTorch model of the engines gives. It says
which numbers depend on one: those that are not a number any more where that one is not. All others must keep each bit.
"""

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
import torch

from gpt_by_hand.engines.torch.learner import load_weights
from gpt_by_hand.engines.torch.module import GPT as TorchGPT
from gpt_by_hand.engines.torch.module import Sizes
from gpt_by_hand.model.gpt import evaluation
from gpt_by_hand.trace.changed import settings_of, with_set
from gpt_by_hand.trace.trace import Trace
from tests.support.hooked import close, drawn, here, in_pytorch, setting, tensors

MODELS = ("demo", "biases", "pencil", "pocket")
EACH = 50  # addresses of each model
LOOKED_UP = {"tokens": "tok_emb", "positions": "pos_emb", "targets": "nll"}  # with each input, what


@lru_cache
def trace_of(name: str) -> Trace:
    """The forward pass over random words, with its loss."""
    config, weights, tokenizer = drawn(name)
    length, rng = config.seq_length, np.random.default_rng(3)
    tokens = rng.integers(0, config.vocab_size, (1, length + 1))
    inputs = {"tokens": tokens[:, :-1], "targets": tokens[:, 1:], "positions": np.arange(length)}
    return replace(Trace.of(evaluation(config, 1, length), {**weights, **inputs}, tokenizer), model=config)


@pytest.mark.parametrize("name", MODELS)
def test_this_pytorch_is_that_of_the_engines(name):
    trace = trace_of(name)
    model = TorchGPT(Sizes.of(trace.model)).double().eval()
    load_weights(model, {p.name: trace.arrays[p.name].reshape(p.stored_shape) for p in trace.program.parameters})
    seen = in_pytorch(trace.model, tensors(trace))
    with torch.no_grad():
        logits, loss = model(seen["tokens"], seen["targets"])
    close("logits", seen["logits"].numpy(), logits.numpy())
    close("loss", seen["loss"].numpy(), loss.numpy())


def any_address(trace: Trace, name: str, rng: np.random.Generator) -> str:
    """A number of a tensor, or, sometimes, all along one of its indices."""
    at = [str(rng.integers(extent)) for extent in trace.tensor(name).shape]
    if at and rng.random() < 0.4:
        at[rng.integers(len(at))] = ":"
    return f"{name}[{','.join(at)}]" if at else name


def another(trace: Trace, where: str, rng: np.random.Generator) -> str:
    """A value that makes sense there: another word; half to one and a half times what is there; something for -inf."""
    tensor, there = trace.tensor(where), np.ravel(trace.array(where))[0]
    if tensor.kind == "integer":
        most = trace.model.seq_length if tensor.name == "positions" else trace.model.vocab_size
        return str((there + rng.integers(1, most)) % most)
    return repr(float(there * rng.uniform(0.5, 1.5))) if np.isfinite(there) and there else "0.25"


@lru_cache
def random_settings() -> list[tuple[str, str]]:
    """For each model, each input, and then each tensor in turn in random order, until there are enough."""
    found = []
    for name in MODELS:
        trace, rng = trace_of(name), np.random.default_rng(11)
        order = [*LOOKED_UP, *rng.permutation(trace.names), *rng.permutation(trace.names)]
        wheres = [any_address(trace, str(tensor), rng) for tensor in order[:EACH]]
        found += [(name, f"{where}={another(trace, where, rng)}") for where in wheres]
    return found


def hooked(trace: Trace, at: str, mask: np.ndarray, value: float) -> dict[str, np.ndarray]:
    """All that PyTorch computes where some numbers of a tensor are another one."""
    hook = setting(at, mask, value)
    return {name: found.numpy() for name, found in in_pytorch(trace.model, tensors(trace), hook).items()}


def dependent(trace: Trace, where: str) -> dict[str, np.ndarray]:
    """Which numbers depend on those at an address: PyTorch computes with NaN there, which spreads to all of them.

    A word's number cannot be NaN: what is looked up with it is.
    """
    at, mask = where.partition("[")[0], here(trace, where)
    if at not in LOOKED_UP:
        return {name: np.isnan(found) for name, found in hooked(trace, at, mask, np.nan).items()}
    reached = LOOKED_UP[at]
    rows = np.broadcast_to(mask.reshape(*mask.shape, *[1] * (reached != "nll")), trace[reached].shape)
    found = {name: np.isnan(found) for name, found in hooked(trace, reached, rows, np.nan).items()}
    return {**found, at: mask}


def assert_untouched(changed: Trace, trace: Trace, depend: dict[str, np.ndarray]) -> None:
    """What does not depend on what is set has the very same bits."""
    for name in trace.names:
        one, other = (
            np.asarray(found.arrays[name], None if trace[name].dtype == int else float) for found in (changed, trace)
        )
        same = np.ascontiguousarray(one).view(np.int64) == np.ascontiguousarray(other).view(np.int64)
        assert (same.reshape(one.shape) | depend[name]).all(), name


@pytest.mark.parametrize("name", MODELS)
def test_what_is_set_is_what_a_hook_in_pytorch_does(name):
    trace = trace_of(name)
    for said in (said for of, said in random_settings() if of == name):
        where, value = said.rsplit("=", 1)
        changed = with_set(trace, settings_of([said]))
        changed.arrays.compute()  # all at once
        want = hooked(trace, where.partition("[")[0], here(trace, where), float(value))
        assert want.keys() == set(trace.names)
        for of, numbers in want.items():
            close(f"{of} with {said}", np.asarray(changed[of]), numbers)
        assert_untouched(changed, trace, dependent(trace, where))


def test_there_are_two_hundred_and_of_all_kinds():
    settings = random_settings()
    assert len(set(settings)) == len(settings)
    kinds = {(trace_of(name).tensor(said.rsplit("=", 1)[0]).role, ":" in said) for name, said in settings}
    assert len(settings) == 200
    assert {role.name for role, _ in kinds} >= {"WEIGHT", "INPUT", "ACTIVATION"} and {True, False} <= {
        s for _, s in kinds
    }


def test_a_hook_elsewhere_is_not_the_same():
    trace = trace_of("demo")
    changed = with_set(trace, settings_of(["h.0.attn.weights[0,1,3,:]=0.25"]))
    beside = with_set(trace, settings_of(["h.0.attn.weights[0,0,3,:]=0.25"]))
    with pytest.raises(AssertionError):
        close("logits", changed["logits"], beside["logits"])


def test_a_number_that_does_not_depend_and_changes_is_found():
    trace = trace_of("demo")
    changed = with_set(trace, {"embed[0,2,0]": 0.5})
    assert_untouched(changed, trace, dependent(trace, "embed[0,2,0]"))
    for other in ("embed[0,3,0]", "h.0.mid[0,2,0]", "transformer.ln_f.weight[0]", "targets[0,2]"):
        with pytest.raises(AssertionError):
            assert_untouched(changed, trace, dependent(trace, other))


def test_what_depends_on_a_number():
    """In the demo, of a position: itself and those behind it; of the bias of one feature: nothing of the others."""
    trace = trace_of("demo")
    depend = dependent(trace, "embed[0,2,0]")
    assert depend["embed"].sum() == 1 and not depend["tok_emb"].any()
    assert not depend["logits"][0, :2].any() and depend["logits"][0, 2:].all()
    word = dependent(trace, "tokens[0,5]")
    np.testing.assert_array_equal(word["nll"][0], np.arange(trace.model.seq_length) >= 5)
    assert dependent(trace, "targets[0,5]")["nll"].sum() == 1
    row = dependent(trace, "transformer.h.0.mlp.c_fc.weight[7,3]")
    assert row["h.0.mlp.c_fc"][0, :, 7].all() and row["h.0.mlp.c_fc"].sum() == trace.model.seq_length


@pytest.mark.parametrize("name", ["demo", "biases"])
def test_all_that_depends_on_a_word_does_change(name):
    trace = trace_of(name)
    changed = with_set(trace, {"embed[0,2,:]": np.linspace(-1, 1, trace.model.dim_embedding)})
    np.testing.assert_array_equal(
        (changed["logits"] != trace["logits"]).any(-1), dependent(trace, "embed[0,2,:]")["logits"].any(-1)
    )
