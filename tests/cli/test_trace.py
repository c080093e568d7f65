"""`gpt-by-hand trace`: the same numbers in every form, each under its address."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gpt_by_hand import GPT, trace_iteration
from gpt_by_hand.layout.digits import exact
from gpt_by_hand.training.checkpoint import load
from tests.support.commands import ROOT, Command, process, refused
from tests.support.terminal import Terminal

KINDS = ("", "previous.m.", "previous.v.", "d.", "clip.square.", "clip.grad.", "adamw.m.", "adamw.v.", "new.")
LAYER_NORM = ("", ".mean", ".centred", ".var", ".rstd")
SOFTMAX = ("scores", "max", "exp", "sum", "weights")
BLOCK = [
    *[f"h.0.ln_{at}{part}" for at in (1, 2) for part in LAYER_NORM],
    *[f"h.0.attn.{name}" for name in ("q", "k", "v", *SOFTMAX, "mix", "c_proj")],
    *[f"h.0.{name}" for name in ("mid", "mlp.c_fc", "mlp.gelu", "mlp.c_proj", "out")],
]
FORWARD = ["tok_emb", "pos_emb", "embed", *BLOCK, *[f"ln_f{part}" for part in LAYER_NORM], "logits", "probs"]
INDICES = {
    "tok_emb": "btc", "pos_emb": "tc", "embed": "btc", "h.0.ln_1.mean": "bt", "h.0.ln_1.centred": "btc",
    "h.0.ln_1.var": "bt", "h.0.ln_1.rstd": "bt", "h.0.ln_1": "btc", "h.0.attn.q": "bhtd", "h.0.attn.k": "bhtd",
    "h.0.attn.v": "bhtd", "h.0.attn.scores": "bhij", "h.0.attn.max": "bhi", "h.0.attn.exp": "bhij",
    "h.0.attn.sum": "bhi", "h.0.attn.weights": "bhij", "h.0.attn.mix": "bthd", "h.0.attn.c_proj": "bte",
    "h.0.mid": "btc", "logits": "btv", "loss": "", "clip.norm": "", "clip.scale": "",
}  # fmt: skip


def strict(text: str) -> dict[str, Any]:
    """JSON as the standard has it: no NaN, no Infinity, no key twice."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len({key for key, _ in pairs}) == len(pairs)
        return dict(pairs)

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    found: dict[str, Any] = json.loads(text, parse_constant=refuse, object_pairs_hook=once)
    return found


@pytest.fixture(scope="module")
def iteration() -> Any:
    return trace_iteration(0)


@pytest.fixture(scope="module")
def as_json(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return strict(process("trace", "--format", "json", cwd=tmp_path_factory.mktemp("as_json")).out)


def test_all_addresses_of_the_design(as_json: dict[str, Any]) -> None:
    parameters = [name for name in as_json if name.startswith("transformer.")]
    update = [f"{kind}.{name}" for name in parameters for kind in ("adamw.m", "adamw.v", "new", "d")]
    gradients = [f"d.{name}" for name in (*BLOCK, "embed", "logits", "nll", "loss") if name != "h.0.attn.max"]
    expected = [*FORWARD, "nll", "loss", "clip.norm", "clip.scale", "learning_rate", *update, *gradients]
    missing = [name for name in expected if name not in as_json]
    assert len(parameters) == 15
    assert not missing


@pytest.mark.parametrize(("name", "indices"), INDICES.items())
def test_indices(as_json: dict[str, Any], name: str, indices: str) -> None:
    assert as_json[name]["indices"] == list(indices)
    assert np.shape(as_json[name]["values"]) == tuple(as_json[name]["shape"])


def test_json_says_what_each_number_means(as_json: dict[str, Any]) -> None:
    scores = as_json["h.0.attn.scores"]
    assert scores["title"] == "How well does each query match each key?"
    assert scores["phase"] == "forward"
    assert scores["place"] == "h.0.attn"
    assert scores["formula"][0].startswith("h.0.attn.scores[b, h, i, j] = where(j <= i, ")
    assert scores["values"][0][0][0][1] == "-inf"
    assert all(described["title"] for described in as_json.values())


def test_of_a_checkpoint(trained: Path, command: Command) -> None:
    """As for `explain`, in two words less."""
    out = command("trace", "--checkpoint", "out", "--only", "loss").out
    assert out == command("trace", "--init_from", "resume", "--out_dir", "out", "--only", "loss").out
    assert out != command("trace", "--only", "loss").out
    refused(command("trace", "--checkpoint", "nowhere"), "there is no nowhere: give a folder with a model")
    refused(
        command("trace", "--checkpoint=out", "--init_from", "resume"), "--checkpoint and --init_from", "one of them"
    )


def test_a_file_that_is_there_stays(command: Command, tmp_path: Path) -> None:
    (tmp_path / "all.txt").write_text("mine")
    refused(command("trace", "-o", "all.txt"), "all.txt is there already", "--force")
    assert (tmp_path / "all.txt").read_text() == "mine"
    assert command("trace", "--only", "loss", "-o", "all.txt", "--force").code == 0
    assert "loss" in (tmp_path / "all.txt").read_text()


@pytest.mark.parametrize("form", ["html", "markdown", "latex"])
def test_pages_hold_the_formula_and_every_number(command: Command, as_json: dict[str, Any], form: str) -> None:
    page = command("trace", "--format", form, "--only", "h.0.attn.scores", "--digits", 0).out
    numbers = set(re.findall(r"-?\d\.[\de.-]+", json.dumps(as_json["h.0.attn.scores"]["values"])))
    assert len(numbers) > 100
    page = page.replace("−", "-")
    assert not [number for number in numbers if number not in page]
    assert ("<msqrt>" if form == "html" else r"\sqrt{D}") in page
    few = command("trace", "--format", form, "--only", "h.0.attn.scores", "--digits", 3).out
    assert not re.search(r"\d\.\d{8}", few)
    assert len(few) < len(page)


def test_json_and_npz_hold_the_same(command: Command, tmp_path: Path, as_json: dict[str, Any], iteration: Any) -> None:
    """Bit for bit, and the same as in Python."""
    assert command("trace", "--format", "npz", "-o", "all.npz").err.endswith("tensors written to all.npz\n")
    with np.load(tmp_path / "all.npz") as arrays:
        assert set(arrays) == set(as_json) == set(iteration)
        for name in arrays:
            array = arrays[name]
            np.testing.assert_array_equal(np.array(as_json[name]["values"]).astype(array.dtype), array, err_msg=name)
            np.testing.assert_array_equal(iteration[name], array, err_msg=name)


@pytest.mark.parametrize("name", ["embed", "h.0.attn.mix", "transformer.wpe.weight", "learning_rate", "d.logits"])
def test_text_holds_the_same(command: Command, iteration: Any, name: str) -> None:
    out = command("trace", "--only", name, "--full").out
    numbers = {exact(x) for x in iteration[name].ravel()}
    found = set(re.split(r"\s+", out))
    assert numbers - {"0"} <= found


def test_text_in_a_file(command: Command, tmp_path: Path) -> None:
    command("trace", "--only", "h.0.*", "--output", "t.txt")
    assert (tmp_path / "t.txt").read_text() == command("trace", "--only", "h.0.*").out
    start = "h.0.ln_1.mean[b, t]  [2, 8]  b = 0: micro-step 1  What is the av"
    assert (tmp_path / "t.txt").read_text().splitlines()[1].startswith(start)


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("h.1.attn.?", ["h.1.attn.q", "h.1.attn.k", "h.1.attn.v"]),
        ("*.c_fc.weight", [f"{kind}transformer.h.{i}.mlp.c_fc.weight" for kind in KINDS for i in (0, 1)]),
        ("loss", ["loss"]),
    ],
)
def test_only(command: Command, pattern: str, names: list[str]) -> None:
    assert sorted(strict(command("trace", "--format", "json", "--only", pattern).out)) == sorted(names)


@pytest.mark.parametrize("address", ["h.0.attn.scores[0,1,3,2]", "h.0.attn.scores[b=0, h=1, j=2, i=3]"])
def test_one_number(command: Command, tmp_path: Path, iteration: Any, address: str) -> None:
    """Both forms of its address, in every form of output."""
    value = iteration["h.0.attn.scores"][0, 1, 3, 2]
    out = command("trace", "--only", address).out.splitlines()
    assert out[1] == f"{address}  How well does each query match each key?"
    assert out[-1] == f"  {value:.6g}"
    assert command("trace", "--only", address, "--digits", 0).out.splitlines()[-1] == f"  {exact(value)}"
    described = strict(command("trace", "--only", address, "--format", "json").out)
    assert list(described) == [address]
    assert described[address]["values"] == value
    assert described[address]["precision"] == "float64"
    command("trace", "--only", address, "--format", "npz", "-o", "one.npz")
    with np.load(tmp_path / "one.npz") as arrays:
        assert (arrays[address], arrays[address].dtype) == (value, np.float64)


def test_prompt(command: Command, trained: Path) -> None:
    """The forward pass over the words, with a trained model's weights."""
    out = command("trace", "--prompt", "gpt by hand", "--init_from", "resume", "--format", "json").out
    ours = strict(out)
    assert ours["tokens"]["values"] == [[8, 0, 6, 0, 9]]
    expected = GPT.load(trained / "out").trace("gpt by hand")
    np.testing.assert_array_equal(ours["probs"]["values"], expected["probs"])
    assert "loss" not in ours


def test_prompt_before_training(command: Command) -> None:
    ours = strict(command("trace", "--prompt", "hello", "--format", "json").out)
    expected = GPT.from_preset("demo").trace("hello")
    np.testing.assert_array_equal(ours["probs"]["values"], expected["probs"])


def test_words_in_tables(command: Command) -> None:
    out = command("trace", "--prompt", "hello world", "--only", "h.0.attn.weights").out
    assert "0 hello" in out
    assert "2 world" in out
    assert "head 1" in out


@pytest.mark.parametrize("at", [0, 1, 3])
def test_iterations(command: Command, at: int) -> None:
    ours = strict(command("trace", "--iteration", at, "--format", "json", "--only", "*loss*").out)
    assert ours["loss"]["values"] == pytest.approx(float(trace_iteration(at)["loss"]), rel=1e-6)


def test_iteration_of_a_trained_model(command: Command, trained: Path) -> None:
    """It goes on from the checkpoint, and saves nothing."""
    before = (trained / "out/checkpoint.json").read_text()
    asked = ("--init_from", "resume", "--precision", "float32", "--only", "new.*")
    ours = strict(command("trace", *asked, "--format", "json").out)
    assert (trained / "out/checkpoint.json").read_text() == before
    command("train", "--init_from", "resume", "--max_iters", 21)
    name = "transformer.wte.weight"
    np.testing.assert_array_equal(np.float32(ours[f"new.{name}"]["values"]), load(trained / "out").state.weights[name])


@pytest.mark.parametrize(
    ("options", "present"),
    [
        (("--use_bias",), "d.transformer.h.1.mlp.c_fc.bias"),
        (("--dropout_rate", 0.5), "h.0.attn.drop.mask"),
        (("--preset", "pencil"), "h.0.out"),
        (("--gelu", "tanh", "--num_layers", 3), "h.2.mlp.cdf"),
    ],
)
def test_any_configuration(command: Command, options: tuple[object, ...], present: str) -> None:
    assert present in strict(command("trace", "--format", "json", *options).out)


@pytest.mark.parametrize("line", [("trace",), ("explain", "loss")], ids=str)
def test_an_iteration_that_no_training_has(command: Command, line: tuple[str, ...]) -> None:
    """It is said before anything is trained, and of the option that was given."""
    for at in (10**9, 10**20):
        assert refused(command(*line, "--iteration", at)) == (
            f"error: iteration is {at}: it must be below 1,000,000,000\n"
        )


def test_the_hint_at_gradients_is_for_what_a_prompt_does_not_have(command: Command) -> None:
    said = "a prompt has no targets, so no loss and no gradients: add --gradients"
    assert said in command("trace", "--prompt", "hello", "--only", "d.logits[0,0,0]").err
    assert said in command("trace", "--prompt", "hello", "--only", "d.*").err
    assert said not in command("trace", "--prompt", "hello", "--only", "logits[0,0,wrld]").err
    assert said not in command("trace", "--prompt", "hello", "--only", "logts").err


@pytest.mark.parametrize("pattern", ["x[0,1", "loss[0", "logits[0,1", "h.*[", "h.[01].attn[0"])
def test_a_bracket_that_is_not_closed(command: Command, pattern: str) -> None:
    said = f"error: {pattern!r} is no address: its bracket is not closed, as in h.0.attn.scores[0,1,3,2]\n"
    result = command("trace", "--only", pattern)
    assert (result.code, result.out) == (2, "")
    assert result.err.endswith(said)


def test_the_head_is_the_word_table(command: Command) -> None:
    """GPT-2 has two names for one weight: the one that there is not leads to the other."""
    said = command("trace", "--only", "lm_head.weight[0,:]").err
    assert said.endswith("they are tied); ask for transformer.wte.weight[0,:]\n")
    assert command("trace", "--only", said.split()[-1]).code == 0


def test_nothing_is_saved(command: Command, tmp_path: Path) -> None:
    command("trace", "--iteration", 2)
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_many_iterations_before_the_traced_one_are_announced(command: Command) -> None:
    traced = ("trace", "--preset", "pencil", "--only", "iteration", "--engine", "numpy", "--iteration")
    assert command(*traced, 250).err.endswith("training up to iteration 250\n")
    assert "training up to" not in command(*traced, 2).err


def test_weights_of_another_program_are_not_drawn(command: Command, trained: Path) -> None:
    """Nobody explains them by random numbers that they never came from."""
    assert command("convert", "out", "hf").code == 0
    out = command("explain", "transformer.wte.weight[1,2]", "--checkpoint", "hf").out
    assert out.startswith("Model: hf")
    assert "uniform" not in out


def test_as_in_python(command: Command) -> None:
    """A trace in Python says the same."""
    line = trace_iteration(0, recipe="quick").whose.line()  # type: ignore[union-attr]
    assert command("trace", "--recipe", "quick", "--only", "loss").out.splitlines()[0] == line


def test_the_last_words_of_a_long_sentence(command: Command) -> None:
    out = strict(command("trace", "--format", "json", "--prompt", "once upon a time hello world").out)
    assert out["tokens"]["values"] == [command_tokens("once upon a time hello world")[-8:]]
    assert (out["tokens"]["model"]["tokens_seen"], out["tokens"]["model"]["tokens_given"]) == (8, 11)


def command_tokens(text: str) -> list[int]:
    return GPT.from_preset("demo").tokenizer.encode(text)


def test_words_as_indices(command: Command) -> None:
    prompt = ("--prompt", "gpt by hand")
    by_word = command("trace", "--only", "logits[0,hand,world]", *prompt).out.splitlines()
    assert by_word[-1] == command("trace", "--only", "logits[0,4,31]", *prompt).out.splitlines()[-1]
    part = command("trace", "--only", "logits[0,hand,:]", "--full", *prompt).out
    assert all(f"{n} {word}" in part for n, word in enumerate(("' '", "a", "amazing")))
    data = strict(command("trace", "--only", "logits[0,4,:]", "--format", "json", *prompt).out)
    assert (data["logits[0,4,:]"]["shape"], len(data["logits[0,4,:]"]["values"])) == ([32], 32)
    refused(command("trace", "--only", "logits[0,hand,wrld]", *prompt), "nearest: world (31)")
    refused(command("explain", "logits[0,hand,:]", *prompt), "several numbers", "--only 'logits[0,hand,:]'")


def test_digits(command: Command) -> None:
    """As many as were asked for; all of them where everything is."""
    trace = ("trace", "--only", "learning_rate", "--iteration", 1)
    assert command(*trace).out.splitlines()[-1] == "  3e-06"
    for options in (("--digits", 0), ("--full",)):
        assert command(*trace, *options).out.splitlines()[-1] == "  2.9999999999999997e-06"
    table = command("trace", "--only", "embed", "--digits", 3).out
    assert "  0.0026  -0.0076  -0.0416" in table
    refused(command("trace", "--digits", -1), "digits is -1: give 1 to 17")
    refused(command("train", "--digits", 18), "digits is 18: give 1 to 17")


def test_attention_fits_the_terminal(trained: Path) -> None:
    """7 x 7, whole, beside the words, in 80 columns."""
    terminal = Terminal(
        trained, "trace", "--only", "h.0.attn.*", "--prompt", "hello world machine learning", PAGER="cat"
    )
    assert terminal.wait() == 0
    assert max(map(len, terminal.lines)) <= 80
    for name in ("scores", "weights"):
        table = "\n".join(terminal.lines).split(f"h.0.attn.{name}[b, h, i, j]  ")[1].split("head 1")[0].splitlines()
        rows = [line for line in table if re.match(r"  \d ", line)]
        assert [len(re.split(r"\s{2,}", row.strip())) for row in rows] == [8] * 7


def test_what_is_asked_for_with_a_colon_is_shown_whole(tmp_path: Path) -> None:
    """Every word of a row, and every row and column of two axes, in 80 columns."""
    for only, count in (("logits[0,hand,:]", 32), ("ln_f[0,:,:]", 8 * 16), ("probs[0,hand,:]", 32)):
        terminal = Terminal(tmp_path, "trace", "--only", only, PAGER="cat", NO_COLOR="1")
        assert terminal.wait() == 0
        numbers = [word for word in " ".join(terminal.lines[-60:]).split() if re.fullmatch(r"-?\d\.\d+", word)]
        assert (len(numbers), "…" in "".join(terminal.lines)) == (count, False), terminal.lines
        assert max(map(len, terminal.lines)) <= 80


def test_no_number_is_shown_as_nothing(command: Command) -> None:
    """0 stands only for what is 0."""
    out = command("trace").out
    assert not re.findall(r"\s-?0\.0+(?=\s)", out)


def test_what_the_demo_suggests_is_of_the_model_that_it_trained(command: Command, trained: Path) -> None:
    said = re.findall(r'@echo "  gpt-by-hand (trace|explain) (.*?)"', (ROOT / "Makefile").read_text(encoding="utf-8"))
    assert [name for name, _ in said] == ["trace", "explain"]
    for name, options in said:
        assert command(name, *shlex.split(options)).out.startswith(
            "Model: out, trained for 20 iterations; computed in"
        ), options
