"""The report of an iteration: in the order in which it is computed, every tensor with its question and formula."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from gpt_by_hand import ModelConfig, Trace, trace_iteration
from gpt_by_hand.layout.digits import number
from gpt_by_hand.model.config import MODEL_PRESETS
from gpt_by_hand.printers.text import formula
from gpt_by_hand.trace.report import Report
from gpt_by_hand.views.text import plain

SETTINGS = {
    "pencil": ("pencil", {}),
    "dropout and biases": ("pocket", {"dropout_rate": 0.5, "use_bias": True, "gelu": "tanh", "num_layers": 2}),
}


@pytest.fixture(scope="module", params=SETTINGS)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Trace, str]:
    name, settings = SETTINGS[request.param]
    trace = trace_iteration(0, name, data_dir=str(tmp_path_factory.mktemp("data")), precision="float32", **settings)
    return trace, report(trace, ModelConfig(**{**MODEL_PRESETS[name].__dict__, **settings}), digits=0)


def report(trace: Trace, model: ModelConfig, **how: Any) -> str:
    return plain(Report(model, **how).iteration(trace, 0, 1), 100) + "\n"


def test_every_computed_tensor_is_there(made: tuple[Trace, str]) -> None:
    """Under its address, with its question and its formulas."""
    trace, text = made
    lines = set(text.splitlines())
    for name, definitions in trace.program.definitions.items():
        assert any(re.match(rf"{re.escape(name)}(\[| )", line) for line in lines), name
        assert not [d for d in definitions if formula(d) not in lines], name
    assert f"  {number(trace['loss'])}" in lines


def test_weights_before_and_after(made: tuple[Trace, str]) -> None:
    trace, text = made
    for parameter in trace.program.parameters:
        for part in ("before", "change", "after"):
            assert f"\n{parameter.name} {list(parameter.stored_shape)}  {part}\n" in text


def test_order(made: tuple[Trace, str]) -> None:
    """Input, embeddings, blocks, head, loss, next words, gradients, and then the update."""
    titles = [
        "Input:  ", "Target: ", "Sizes: ", "Embeddings: ", "Block 0, ", "LayerNorm before attention", "Attention",
        "Feed-forward", "Last LayerNorm", "Head: ", "Loss ─", "Most likely next tokens",
        "Gradients, backward through: Loss",
        "Gradients, backward through: Block 0, ", "Gradients, backward through: Embeddings", "Loss of this micro-step",
        "Iteration 0, micro-step 2 of 2", "Iteration 0, update", "Gradients ─", "Clipping", "Learning rate", "AdamW",
        "Weights before, change, after",
    ]  # fmt: skip
    places = [made[1].index(title) for title in titles]
    assert places == sorted(places)


def test_no_gradient_is_missing(made: tuple[Trace, str]) -> None:
    trace, text = made
    assert not [name for name in trace if name.startswith("d.") and f"\n{name}" not in text]
    assert "o gradients" not in text


def test_each_sequence_has_its_own_numbers(made: tuple[Trace, str]) -> None:
    trace, text = made
    first, second = re.split(r"Iteration 0, (?:micro-step|update)", text)[1:3]
    for part, row in ((first, 0), (second, 1)):
        assert f"Input:  {trace['tokens'][row].tolist()}" in part
        assert f"{number(trace['nll'][row, 0])}" in part


def test_loss_table(made: tuple[Trace, str]) -> None:
    """The word that came, how likely it was, how surprising."""
    trace, text = made
    row = text.split("probability", 1)[1].splitlines()[1]
    target = trace["targets"][0, 0]
    probability, nll = trace["probs"][0, 0, target], trace["nll"][0, 0]
    assert row.split()[-3:] == [trace.tokenizer.label(int(target)).split()[-1], number(probability), number(nll)]


def test_words_that_look_like_markup(tmp_path: Path) -> None:
    """A word such as [bold] is a word."""
    from gpt_by_hand.data.prepare import prepare_text

    (tmp_path / "x.txt").write_text("[bold] [/red] :smile: \\[x] " * 40)
    prepare_text(tmp_path / "x.txt", tmp_path / "x", "word")
    trace = trace_iteration(0, "pencil", dataset="x", data_dir=str(tmp_path))
    text = report(trace, MODEL_PRESETS["pencil"])
    assert {"[bold]", "[/red]", ":smile:", "\\[x]"} <= set(text.split())
