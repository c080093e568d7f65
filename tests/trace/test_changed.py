"""What if: numbers that are set, all behind them anew, nothing before them touched; and what cannot be set."""

import numpy as np
import pytest

from gpt_by_hand import GPT, trace_iteration
from gpt_by_hand.errors import UserError
from gpt_by_hand.explain.explainer import Explainer
from gpt_by_hand.trace.changed import settings_of, with_set


@pytest.fixture(scope="module")
def trace():
    return GPT.from_preset("demo").trace("gpt by hand")


def test_nothing_before_what_is_set_changes(trace):
    changed = with_set(trace, {"h.0.attn.weights[0,1,3,:]": 0.25})
    names = list(trace.program.definitions)
    at = names.index("h.0.attn.weights")
    for name in names[:at]:
        np.testing.assert_array_equal(changed[name], trace[name])
    assert (changed["h.0.attn.weights"][0, 1, 3] == 0.25).all()
    np.testing.assert_array_equal(changed["h.0.attn.weights"][0, 0], trace["h.0.attn.weights"][0, 0])
    assert not np.array_equal(changed["logits"], trace["logits"])
    np.testing.assert_array_equal(changed["logits"][0, :3], trace["logits"][0, :3])  # the words before look elsewhere


def test_a_word_is_another_prompt(trace):
    changed = with_set(trace, {"tokens[0,4]": "world"})
    other = GPT.from_preset("demo").trace("gpt by world")
    for name in other.program.definitions:
        np.testing.assert_array_equal(changed[name], other[name])


@pytest.mark.parametrize("said", ["transformer.h.0.attn.c_attn.weight[17,3]", "transformer.wte.weight[gpt,:]"])
def test_weights_by_any_address(trace, said):
    changed = with_set(trace, {said: 0.1})
    assert np.all(changed[said] == 0.1) and not np.any(trace[said] == 0.1)
    assert changed.before is trace and "you set " + said in changed.whose.line()


def test_set_again_what_was_set(trace):
    once = with_set(trace, {"embed[0,1,2]": 1.0, "embed[0,2,2]": 5})
    twice = with_set(once, {"embed[0,1,2]": 2.0})
    assert (twice["embed[0,1,2]"], twice["embed[0,2,2]"]) == (2.0, 5.0) and twice.before is trace
    thrice = with_set(with_set(twice, {"embed[0,1,:]": 3.0}), {"embed[b=0,t=1,c=2]": 4.0})  # by other addresses
    assert [thrice["embed"][0, t, c] for t, c in ((1, 1), (1, 2), (2, 2))] == [3.0, 4.0, 5.0]
    assert with_set(thrice, {"embed[0,0,0]": 1})["embed[0,1,2]"] == 4.0


def test_the_explanation_says_so(trace):
    explainer = Explainer(with_set(trace, {"h.0.attn.weights[0,1,3,:]": 0.25, "transformer.wte.weight[gpt,0]": 0.5}))
    set_to = explainer.explain("h.0.attn.weights[0,1,3,2]")
    assert set_to.value == 0.25 and set_to.notes[0].startswith("you set this: 0.25; it was ")
    assert (set_to.assignment, set_to.operands) == (None, ()) and "where(" not in set_to.text()
    weight = explainer.explain("transformer.wte.weight[gpt,0]")
    assert weight.assignment is None and len(weight.notes) == 1
    beside = explainer.explain("h.0.attn.weights[0,1,2,2]")  # of a word that another one's vector is compared with
    assert beside.assignment == Explainer(trace).explain(beside.address).assignment  # with no word of what is set
    assert [note[:7] for note in beside.notes] == ["it was "] and len(beside.operands) == 2
    assert explainer.explain("h.0.attn.weights[0,0,0,0]").notes == ()  # it is 1 in any case


def test_gradients_stop_where_a_number_is_set():
    trace = trace_iteration(0)
    changed = with_set(trace, {"h.0.mid[:,:,:]": np.linspace(-1, 1, trace["h.0.mid"].shape[-1])})
    assert not changed["d.h.0.attn.c_proj"].any() and not changed["d.tok_emb"].any()
    assert changed["d.h.0.mid"].any() and changed["d.transformer.wte.weight"].any()  # it is the head as well


WRONG = {
    "no such tensor": ({"nothing[0]": 1}, "there is no tensor 'nothing' here"),
    "no such position": ({"embed[0,9,0]": 1}, r"embed\[0,9,0\] does not exist"),
    "nan": ({"embed[0,1,0]": float("nan")}, "is set to nan: give a number"),
    "text": ({"embed[0,1,0]": "much"}, "is set to 'much': it must be a number"),
    "no word": ({"tokens[0,1]": "nonsense"}, "nonsense is no word of the vocabulary"),
    "no token": ({"tokens[0,1]": 32}, "it must be a whole number from 0 to 31"),
    "infinitely many": ({"tokens[0,1]": float("inf")}, "it must be a whole number from 0 to 31"),
    "half a token": ({"tokens[0,1]": 1.5}, "it must be a whole number from 0 to 31"),
    "no position": ({"positions[1]": -1}, "it must be a whole number from 0 to 7"),
    "another shape": ({"embed[0,1,:]": [1, 2, 3]}, r"is \[16\], and is set to numbers that are \[3\]"),
    "twice": ({"embed[0,1,:]": 1, "embed[0,1,2]": 2}, "and to something else as well"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_set(trace, name):
    settings, message = WRONG[name]
    with pytest.raises(UserError, match=message):
        with_set(trace, settings)


@pytest.mark.parametrize("where", ["h.0.attn.exp[0,0,2,1]", "h.1.attn.sum[0,0,2]", "probs.sum[0,1]"])
def test_what_would_make_gradients_wrong(trace, where):
    """Autograd's differ from the formulas' by up to twice their size there, since these hold the maximum constant."""
    with pytest.raises(UserError, match="cannot be set where there are gradients"):
        with_set(GPT.from_preset("demo").gradients("gpt by hand"), {where: 0.5})
    with pytest.raises(UserError, match="cannot be set where there are gradients"):
        with_set(trace_iteration(0), {where: 0.5})
    assert np.all(with_set(trace, {where: 0.5})[where] == 0.5)


def test_the_same_twice_is_no_contradiction(trace):
    assert with_set(trace, {"embed[0,1,:]": 1, "embed[0,1,2]": 1})["embed[0,1,2]"] == 1


def test_what_a_command_line_sets():
    found = settings_of(["a[b=0,h=1]=0.5", "x[0,:] = [1, -2]", "tokens[0,1]=world", "loss=-inf"])
    assert found["a[b=0,h=1]"] == 0.5 and found["tokens[0,1]"] == "world" and found["loss"] == -np.inf
    np.testing.assert_array_equal(found["x[0,:]"], [1, -2])


@pytest.mark.parametrize("said", ["", "=", "x", "x[0]=", "=3", "x[0]"])
def test_what_is_no_setting(said):
    with pytest.raises(UserError, match="write ADDRESS=VALUE"):
        settings_of([said])
    with pytest.raises(UserError, match="as well: set each number once"):
        settings_of(["x[0]=1", "x[0]=2"])


def test_what_single_precision_cannot_hold():
    trace = GPT.from_preset("demo").trace("gpt by hand", precision="float32")
    with pytest.raises(UserError, match=r"is set to 1e\+39, which is too large for float32"):
        with_set(trace, {"embed[0,1,0]": 1e39})
    assert with_set(trace, {"embed[0,1,0]": -np.inf})["embed[0,1,0]"] == -np.inf
