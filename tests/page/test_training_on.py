"""A page trains as `train` does: the same batches, masks and evaluations, in double precision."""

from __future__ import annotations

import math
from functools import cache

import pytest

from tests.page.pages import with_page
from tests.page.runs import resumed, run
from tests.support.node import needs_node

pytestmark = needs_node
LOG = "explorer.train(given.count); send([explorer.losses, explorer.evaluations]);"


@cache
def trained(case: str, count: int) -> tuple[dict[int, float], dict[int, tuple[float, float]]]:
    """The losses and the evaluations of a page that goes on for so many iterations."""
    losses, evaluations = with_page(LOG, case, count=count)
    return dict(map(tuple, losses)), {at: (train, val) for at, train, val in evaluations}


def test_losses_follow_train():
    losses, want = trained("demo", 300)[0], run("demo", "documented", 301).losses
    for at in (0, 1, 99, 100, 101, 250):
        assert losses[at] == pytest.approx(want[at], abs=1e-4, rel=0), at


def test_the_quick_recipe_follows_until_rounding_parts_the_ways():
    losses, want = trained("quick", 300)[0], run("demo", "quick", 301).losses
    for at in (0, 1):
        assert losses[at] == pytest.approx(want[at], abs=1e-4, rel=0), at


@pytest.mark.parametrize(("case", "recipe"), [("demo", "documented"), ("quick", "quick")])
def test_it_is_the_same_run_in_double_precision(case, recipe):
    (losses, evaluations), want = trained(case, 300), run("demo", recipe, 301, double=True)
    assert max(abs(losses[at] - want.losses[at]) for at in range(301)) < 1e-9
    assert list(evaluations) == [0, 100, 200, 300]
    for at, pair in evaluations.items():
        assert pair == pytest.approx(want.evaluations[at], abs=1e-9, rel=0)


def test_evaluations_follow_train():
    found, want = trained("demo", 300)[1], run("demo", "documented", 301).evaluations
    for at, pair in found.items():
        assert pair == pytest.approx(want[at], abs=1e-4, rel=0)


def test_after_two_thousand_iterations():
    losses, want = trained("demo", 2000)[0], run("demo", "documented", 2001).losses
    assert losses[2000] == pytest.approx(want[2000], abs=0.01, rel=0)


@pytest.mark.parametrize(
    ("case", "name", "settings"),
    [
        ("pencil at 1", "pencil", {}),
        ("pocket at 1", "pocket", {}),
        ("biases", "demo", {"use_bias": True, "gelu": "tanh"}),
        ("rows", "demo", {"batch_size": 4, "gradient_accumulation_steps": 4}),
        ("dropout", "pencil", {"dropout_rate": 0.3, "weight_decay": 0.0, "grad_clip": 0.0}),
    ],
)
def test_other_models_follow_train_too(case, name, settings):
    (losses, evaluations), want = trained(case, 120), run(name, "documented", 122, **settings)
    assert min(losses) == 1 and max(losses) == 121
    for at, loss in losses.items():
        assert loss == pytest.approx(want.losses[at], abs=2e-4, rel=0), at
    assert list(evaluations) == [100]
    assert evaluations[100] == pytest.approx(want.evaluations[100], abs=2e-4, rel=0)


def test_a_checkpoint_goes_on():
    (losses, evaluations), want = trained("trained", 120), resumed(521)
    assert min(losses) == 400
    assert max(abs(loss - want.losses[at]) for at, loss in losses.items()) < 1e-9
    assert evaluations[500] == pytest.approx(want.evaluations[500], abs=1e-9, rel=0)
    assert 400 in evaluations  # it is the checkpoint's own


def test_ten_steps_are_ten_times_one():
    code = """
      const numbers = () => Array.from(engine.x);
      for (let n = 0; n < 10; n++) explorer.train(1);
      const one = numbers();
      explorer.reset();
      explorer.train(10);
      send([one, numbers()]);
    """
    one, ten = with_page(code, "pencil at 1")
    assert one == ten


def test_it_stops_where_the_loss_is_no_number():
    code = """
      explorer.set("transformer.wte.weight[0,0]", Infinity);
      explorer.train(5);
      send([explorer.iteration, explorer.loss]);
    """
    iteration, loss = with_page(code, "pencil")
    assert iteration == 1
    assert math.isnan(loss)
