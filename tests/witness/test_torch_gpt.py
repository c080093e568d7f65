"""The PyTorch GPT reproduces the example run (float32 on a CPU), and does what its docstrings say."""

import math
import random
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from gpt_by_hand.engines.torch.learner import load_weights
from gpt_by_hand.engines.torch.module import GPT, Sizes
from gpt_by_hand.errors import UserError
from tests.witness.torch_gpt import Batch, init_like_nanogpt, learning, train_steps, use_masks, with_masks

EXAMPLE = Sizes(vocab_size=32, seq_length=8, num_layers=2, num_heads=2, dim_embedding=16)
STEP = 2.0**-29  # between neighbouring float32 numbers near 0.02; another CPU's log or cos may be a step or two off
WTE, C_ATTN = "transformer.wte.weight", "transformer.h.0.attn.c_attn.weight"
PHRASES = (
    "hello world",
    "to be or not to be",
    "once upon a time",
    "machine learning is fun",
    "artificial intelligence rocks",
    "neural networks learn patterns",
    "transformers are amazing models",
    "I love GPT by hand project",
)


# The word data, and the batches that nanoGPT's loop draws from it.


def word_data() -> tuple[list[str], Tensor]:
    """The vocabulary and the 1,696 token ids."""
    rng = random.Random(42)
    text = "".join(rng.choice(PHRASES) + " " for _ in range(200))
    words = re.findall(r"[.,!?;]|\s|[^\s.,!?;]+", text.lower())
    vocabulary = sorted(set(words))
    return vocabulary, torch.tensor([vocabulary.index(word) for word in words])


VOCABULARY, TOKENS = word_data()
TRAIN, VAL = TOKENS[:1356], TOKENS[1356:]


def draw_batch(data: Tensor) -> Batch:
    """One sequence and its targets, from PyTorch's own generator."""
    start = int(torch.randint(len(data) - EXAMPLE.seq_length, (1,)))
    window = data[start : start + EXAMPLE.seq_length + 1]
    return window[None, :-1], window[None, 1:]


@torch.no_grad()
def evaluate(model: GPT) -> list[float]:
    """Mean loss over 20 batches of each split, train first."""
    return [sum(model(*draw_batch(data))[1].item() for _ in range(20)) / 20 for data in (TRAIN, VAL)]


def nanogpt_batches(model: GPT, iterations: int, evaluations: list[list[float]]) -> Iterator[list[Batch]]:
    """Two micro-batches per iteration; appends to `evaluations` at 0, 100, 200 ... before the update."""
    waiting = draw_batch(TRAIN)
    for iteration in range(iterations):
        if iteration % 100 == 0:
            evaluations.append(evaluate(model))
        first, second, waiting = waiting, draw_batch(TRAIN), draw_batch(TRAIN)
        yield [first, second]


def close(got: Tensor, want: list, atol: float) -> bool:
    return torch.allclose(got, torch.tensor(want, dtype=got.dtype), rtol=0, atol=atol)


def parameters(model: GPT) -> dict[str, Tensor]:
    return {name: p.detach().clone() for name, p in model.named_parameters()}


# The example run.


@pytest.fixture(scope="module")
def example() -> dict:
    """Iterations 0 and 1: start values, evaluation, batches and the records of the two updates."""
    model = init_like_nanogpt(EXAMPLE)
    start, evaluations = parameters(model), []
    batches = list(nanogpt_batches(model, 2, evaluations))  # nothing is updated at iteration 0, nor evaluated at 1
    steps = train_steps(learning(model), batches, [0.0, 3e-4 * 1 / 100])
    return {"start": start, "evaluations": evaluations, "batches": batches, "steps": steps}


@pytest.fixture(scope="module")
def first_forward() -> dict[str, Tensor]:
    """The activations of the very first sequence."""
    model, seen = init_like_nanogpt(EXAMPLE), {}
    watched = {"embed": model.transformer["drop"], "attention": model.transformer["h"][0].attn, "logits": model.lm_head}
    for name, module in watched.items():
        module.register_forward_hook(lambda _module, _inputs, output, name=name: seen.update({name: output.detach()}))
    model(torch.tensor([[0, 8, 0, 6, 0, 9, 0, 25]]))
    return seen


def test_word_data():
    assert (len(VOCABULARY), len(TRAIN), len(VAL)) == (32, 1356, 340)
    assert [VOCABULARY[i] for i in (0, 8, 17, 25, 31)] == [" ", "gpt", "machine", "project", "world"]


def test_start_values(example):
    start = example["start"]
    assert close(start[C_ATTN][0, :4], [0.019159678, -0.024671469, -0.0022882789, 0.0053827376], 2 * STEP)
    assert close(start[C_ATTN][1, :4], [-0.020287437, -0.016469905, -0.0079479981, 0.027898392], 2 * STEP)
    assert close(start[C_ATTN][3, :4], [0.021043016, 0.010694436, 9.2175527e-05, 0.0038459431], 2 * STEP)
    assert close(start[WTE][0, :4], [0.01512972, -0.0142504, -0.04372225, 0.01821165], 4 * STEP)


def test_start_values_of_another_seed_differ():
    wrong = parameters(init_like_nanogpt(EXAMPLE, seed=1338))
    assert not close(wrong[WTE][0, :4], [0.01512972, -0.0142504, -0.04372225, 0.01821165], 1e-3)


def test_batches(example):
    inputs, targets = zip(*[batch for batches in example["batches"] for batch in batches], strict=True)
    assert torch.cat(inputs).tolist() == [
        [0, 8, 0, 6, 0, 9, 0, 25],
        [17, 0, 15, 0, 13, 0, 7, 0],
        [5, 0, 20, 0, 19, 0, 14, 0],
        [1, 0, 27, 0, 29, 0, 3, 0],
    ]
    assert torch.cat(targets).tolist() == [
        [8, 0, 6, 0, 9, 0, 25, 0],
        [0, 15, 0, 13, 0, 7, 0, 4],
        [0, 20, 0, 19, 0, 14, 0, 24],
        [0, 27, 0, 29, 0, 3, 0, 2],
    ]


def test_losses(example):
    losses = [loss for step in example["steps"] for loss in step["losses"]]
    assert losses == pytest.approx([3.487288, 3.430960, 3.531304, 3.492159], rel=0, abs=1e-6)
    assert example["evaluations"] == [pytest.approx([3.4518, 3.4537], rel=0, abs=6e-5)]


def test_first_forward(first_forward):
    embed, attention, logits = (first_forward[name] for name in ("embed", "attention", "logits"))
    assert close(embed[0, 0, :4], [0.0025648, -0.00763123, -0.0415897, 0.03827303], 1e-8)
    assert close(attention[0, 0, :2], [-3.29396e-04, 3.09016e-03], 6e-9)
    assert close(logits[0, 0, :4], [0.22253415, 0.1290124, 0.0554738, -0.11892653], 1e-7)


def test_most_likely_next_tokens(first_forward):
    probs, ids = first_forward["logits"][0, -1].softmax(-1).topk(5)
    assert [VOCABULARY[i] for i in ids] == ["networks", "project", "by", "rocks", "or"]
    assert close(probs, [0.0382, 0.0368, 0.0360, 0.0355, 0.0346], 6e-5)


def test_learning_rate_zero_changes_nothing(example):
    after = example["steps"][0]["parameters"]
    assert all(torch.equal(after[name], start) for name, start in example["start"].items())


def test_change_of_c_attn(example):
    change = (example["steps"][1]["parameters"][C_ATTN] - example["start"][C_ATTN])[0, :4]
    want = [-1.5515834e-06, 2.1029264e-06, 2.0400621e-06, -2.2901222e-06]
    assert close(change, want, 2 * STEP)
    assert not close(change * 1.01, want, 2 * STEP)


def nanogpt_learning_rate(iteration: int) -> float:
    """Warm-up over 100 iterations, then cosine from 3e-4 to 3e-5 at 2,000."""
    if iteration < 100:
        return 3e-4 * iteration / 100
    return 3e-5 + 0.5 * (1 + math.cos(math.pi * (iteration - 100) / 1900)) * (3e-4 - 3e-5)


def test_two_hundred_iterations():
    model, evaluations = init_like_nanogpt(EXAMPLE), []
    rates = [nanogpt_learning_rate(iteration) for iteration in range(201)]
    train_steps(learning(model), nanogpt_batches(model, 201, evaluations), rates)
    want = [[3.4518, 3.4537], [3.2526, 3.2636], [2.9474, 2.9583]]
    assert evaluations == [pytest.approx(pair, rel=0, abs=6e-5) for pair in want]


# The module.

VARIANTS = [EXAMPLE, replace(EXAMPLE, use_bias=True, gelu="tanh")]
BIASED = ("ln_1", "attn.c_attn", "attn.c_proj", "ln_2", "mlp.c_fc", "mlp.c_proj")


def random_model(sizes: Sizes = EXAMPLE, seed: int = 0) -> GPT:
    """Every parameter drawn with std 0.5 about its start, in float64: nothing is near enough to 0 or 1 to hide."""
    model = init_like_nanogpt(sizes, seed).double()
    load_weights(model, {name: (p + 0.5 * torch.randn_like(p)).numpy() for name, p in parameters(model).items()})
    return model


def random_batch(batch_size: int = 3, seed: int = 0) -> Batch:
    rng = torch.Generator().manual_seed(seed)
    tokens, targets = torch.randint(EXAMPLE.vocab_size, (2, batch_size, EXAMPLE.seq_length), generator=rng)
    return tokens, targets


def full_masks(batch_size: int = 3) -> dict[str, Tensor]:
    """Masks that keep everything."""
    stream = (batch_size, EXAMPLE.seq_length, EXAMPLE.dim_embedding)
    square = (batch_size, EXAMPLE.num_heads, EXAMPLE.seq_length, EXAMPLE.seq_length)
    places = {"attn.drop": square, "attn.resid_drop": stream, "mlp.drop": stream}
    layers = {f"h.{i}.{place}.mask": shape for i in range(EXAMPLE.num_layers) for place, shape in places.items()}
    return {name: torch.ones(shape) for name, shape in {"drop.mask": stream, **layers}.items()}


def dropped(names: str) -> dict[str, Tensor]:
    """Masks that drop everything wherever the name matches."""
    return {name: mask * (not re.search(names, name)) for name, mask in full_masks().items()}


@pytest.mark.parametrize("use_bias", [False, True])
def test_parameter_names(use_bias):
    modules = [f"h.{i}.{module}" for i in range(2) for module in BIASED] + ["ln_f"]
    kinds = ["weight", "bias"] if use_bias else ["weight"]
    want = ["transformer.wte.weight", "transformer.wpe.weight"]
    want += [f"transformer.{module}.{kind}" for module in modules for kind in kinds]
    assert list(parameters(GPT(replace(EXAMPLE, use_bias=use_bias)))) == want


def test_parameter_counts():
    sizes = [(p.dim(), p.numel()) for p in GPT(EXAMPLE).parameters()]
    assert sum(n for dim, n in sizes if dim == 2) == 6784
    assert sum(n for dim, n in sizes if dim == 1) == 80


def test_head_is_tied():
    model = init_like_nanogpt(EXAMPLE)
    assert model.lm_head.weight is model.transformer["wte"].weight
    assert model.lm_head.bias is None


def test_start_of_biases_and_layer_norms():
    start = parameters(init_like_nanogpt(replace(EXAMPLE, use_bias=True)))
    assert all((value == 0).all() for name, value in start.items() if name.endswith("bias"))
    assert all((value == 1).all() for name, value in start.items() if re.search(r"ln_.*weight", name))


@pytest.mark.parametrize("sizes", VARIANTS)
def test_a_token_changes_nothing_before_it(sizes):
    model, (tokens, _) = random_model(sizes), random_batch()
    other = tokens.clone()
    other[:, 5] = (other[:, 5] + 1) % sizes.vocab_size
    difference = (model(tokens)[0] - model(other)[0]).abs().amax(dim=(0, 2))
    assert (difference[:5] == 0).all() and (difference[5:] > 0).all()


@pytest.mark.parametrize("sizes", VARIANTS)
def test_attention_agrees_with_pytorch_attention(sizes):
    attention, x = random_model(sizes).transformer["h"][0].attn, torch.randn(3, 8, 16, dtype=torch.float64)
    q, k, v = attention.c_attn(x).view(3, 8, 3, 2, 8).permute(2, 0, 3, 1, 4)
    mix = F.scaled_dot_product_attention(q, k, v, is_causal=True)
    want = attention.c_proj(mix.transpose(1, 2).reshape(3, 8, 16))
    for attention.drop.mask in (None, torch.ones(3, 2, 8, 8)):
        assert torch.allclose(attention(x), want, rtol=1e-12, atol=1e-12)


def test_gelu():
    x = 0.7
    exact = x * 0.5 * (1 + math.erf(x / math.sqrt(2)))
    tanh = x * 0.5 * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
    for gelu, want in {"exact": exact, "tanh": tanh}.items():
        mlp = GPT(replace(EXAMPLE, gelu=gelu)).transformer["h"][0].mlp
        assert mlp.gelu(torch.tensor(x, dtype=torch.float64)).item() == pytest.approx(want, rel=1e-14)


def test_loss_is_the_mean_over_all_positions():
    model, (tokens, targets) = random_model(), random_batch()
    logits, loss = model(tokens, targets)
    nll = -logits.log_softmax(-1).gather(-1, targets[..., None])
    assert loss.item() == pytest.approx(nll.mean().item(), rel=1e-14)
    assert model(tokens)[1] is None


def test_float32_and_float64_agree():
    model, batch = init_like_nanogpt(EXAMPLE), random_batch()
    single, double = model(*batch)[1], model.double()(*batch)[1]
    assert (single.dtype, double.dtype) == (torch.float32, torch.float64)
    assert single.item() == pytest.approx(double.item(), rel=1e-6)


def test_load_weights():
    source, target, (tokens, _) = random_model(seed=1), GPT(EXAMPLE).double(), random_batch()
    arrays = {name: value.numpy() for name, value in parameters(source).items()}
    load_weights(target, arrays)
    assert torch.equal(source(tokens)[0], target(tokens)[0])
    with pytest.raises(UserError, match=r"another model: lm_head\.weight on one side only"):
        load_weights(target, arrays | {"lm_head.weight": arrays[WTE]})
    with pytest.raises(UserError, match="holds 16 numbers, and the model wants 512"):
        load_weights(target, arrays | {WTE: arrays[WTE][0]})


# Dropout, with masks from outside.


def test_full_masks_at_rate_zero_change_nothing():
    model, (tokens, _) = random_model(), random_batch()
    want = model(tokens)[0]
    assert torch.allclose(with_masks(model, full_masks())(tokens)[0], want, rtol=1e-12, atol=1e-12)
    assert torch.equal(with_masks(model, None)(tokens)[0], want)


def test_each_mask_drops_the_number_it_names():
    model, (tokens, _) = random_model(), random_batch()
    want = with_masks(model, full_masks())(tokens)[0]
    for name, mask in full_masks().items():
        mask[(1, 1, 5, 2) if mask.dim() == 4 else (1, 5, 2)] = 0  # sequence 1, position 5
        got = with_masks(model, {**full_masks(), name: mask})(tokens)[0]
        changed = (got != want).any(-1)
        assert changed[1, 5] and not changed[[0, 2]].any() and not changed[1, :5].any(), name


def test_kept_embeddings_are_scaled():
    model, (tokens, _) = random_model(replace(EXAMPLE, dropout_rate=0.2)), random_batch()
    masks = dropped("resid_drop|mlp")
    masks["drop.mask"] = (torch.rand(3, 8, 16) < 0.8).float()
    embed = (model.transformer["wte"](tokens) + model.transformer["wpe"].weight) * masks["drop.mask"] / 0.8
    want = model.lm_head(model.transformer["ln_f"](embed))
    assert torch.allclose(with_masks(model, masks)(tokens)[0], want, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("place", ["resid_drop", "mlp.drop"])
def test_kept_residual_branches_are_scaled(place):
    """Dropping at rate 1/2 and keeping all doubles a branch, as doubling its last matrix does."""
    plain, halved = random_model(), random_model(replace(EXAMPLE, dropout_rate=0.5))
    tokens, other = random_batch()[0], {"resid_drop": "mlp", "mlp.drop": "resid_drop"}[place]
    last = {"resid_drop": "attn.c_proj", "mlp.drop": "mlp.c_proj"}[place]
    load_weights(plain, {name: p.numpy() * (1 + (last in name)) for name, p in parameters(plain).items()})
    masks = dropped(other) | {f"h.{i}.attn.drop.mask": torch.full((3, 2, 8, 8), 0.5) for i in range(2)}
    masks["drop.mask"] = torch.full((3, 8, 16), 0.5)  # a mask of 1/2 undoes the scale of 2
    got, want = with_masks(halved, masks)(tokens)[0], with_masks(plain, dropped(other))(tokens)[0]
    assert torch.allclose(got, want, rtol=1e-12, atol=1e-12)


def test_attention_weights_are_dropped_after_the_softmax():
    """Only the diagonal kept: each position hears twice its own weight times its own value, not renormalised."""
    model = random_model(replace(EXAMPLE, dropout_rate=0.5))
    attention = model.transformer["h"][0].attn
    x = torch.randn(1, 8, 16, dtype=torch.float64)
    masks = {
        "h.0.attn.drop.mask": torch.eye(8).expand(1, 2, 8, 8),
        "h.0.attn.resid_drop.mask": torch.full(x.shape, 0.5),
    }
    use_masks(model, {**full_masks(1), **masks})
    q, k, v = attention.c_attn(x).view(8, 3, 2, 8).permute(1, 2, 0, 3)
    scores = (q @ k.mT / math.sqrt(8)).masked_fill(~torch.ones(8, 8).tril().bool(), -math.inf)
    own = scores.softmax(-1).diagonal(dim1=1, dim2=2)  # (H, T)
    want = attention.c_proj((2 * own[..., None] * v).transpose(0, 1).reshape(1, 8, 16))
    assert torch.allclose(attention(x), want, rtol=1e-12, atol=1e-12)


def test_a_mask_that_is_missing_or_misshapen_is_refused():
    model, (tokens, _) = random_model(), random_batch()
    without = {name: mask for name, mask in full_masks().items() if name != "h.1.mlp.drop.mask"}
    with pytest.raises(KeyError, match=r"h\.1\.mlp\.drop\.mask"):
        use_masks(model, without)
    with pytest.raises(ValueError, match=r"a mask is \(8, 16\), and what it is for \(3, 8, 16\)"):
        with_masks(model, full_masks() | {"drop.mask": torch.ones(8, 16)})(tokens)


def test_what_no_mask_says_is_drawn():
    """While training, and not by a model that is asked."""
    model, (tokens, _) = random_model(replace(EXAMPLE, dropout_rate=0.5)), random_batch()
    drawn = [model.train(training)(tokens)[0] for training in (True, True, False, False)]
    assert not torch.equal(drawn[0], drawn[1])
    assert torch.equal(drawn[2], drawn[3])
    use_masks(model, full_masks())
    drawn = [model.train(training)(tokens)[0] for training in (True, True, False)]
    assert torch.equal(drawn[0], drawn[1]) and torch.equal(drawn[1], drawn[2])


# The training step.


def test_only_matrices_decay():
    model = GPT(replace(EXAMPLE, use_bias=True))
    decayed, plain = learning(model).optimizer.param_groups
    assert (decayed["weight_decay"], plain["weight_decay"]) == (0.1, 0.0)
    assert {p.dim() for p in decayed["params"]} == {2} and {p.dim() for p in plain["params"]} == {1}
    assert len(decayed["params"]) + len(plain["params"]) == len(parameters(model))


def test_micro_batches_add_up_to_one_large_batch():
    tokens, targets = random_batch(4)
    halves = [(tokens[:2], targets[:2]), (tokens[2:], targets[2:])]
    (whole,) = train_steps(learning(random_model()), [[(tokens, targets)]], [1e-3])
    (parts,) = train_steps(learning(random_model()), [halves], [1e-3])
    assert sum(parts["losses"]) / 2 == pytest.approx(whole["losses"][0], rel=1e-12)
    for name, gradient in whole["gradients"].items():
        assert torch.allclose(parts["gradients"][name], gradient, rtol=1e-9, atol=1e-12), name


@pytest.mark.parametrize("grad_clip", [0.0, 0.1, 1e6])
def test_first_update_by_hand(grad_clip):
    """At the first update the corrected moments are g and g², so AdamW is one line."""
    model = random_model(replace(EXAMPLE, use_bias=True))
    start, rate, eps = parameters(model), 0.01, 0.1
    (step,) = train_steps(learning(model, eps=eps, grad_clip=grad_clip), [[random_batch()]], [rate])
    norm = math.sqrt(sum((g**2).sum().item() for g in step["gradients"].values()))
    scale = min(1.0, grad_clip / (norm + 1e-6)) if grad_clip else 1.0
    assert step["grad_norm"] == (pytest.approx(norm, rel=1e-12) if grad_clip else None) and norm > 0.1
    for name, p in start.items():
        g, decay = step["gradients"][name] * scale, 0.1 if p.dim() == 2 else 0.0
        want = p * (1 - rate * decay) - rate * g / (g.abs() + eps)
        assert torch.allclose(step["parameters"][name], want, rtol=1e-12, atol=1e-12), name


def test_train_steps_can_go_on_with_the_same_moments():
    batches, rates = [[random_batch(seed=seed)] for seed in range(3)], [1e-3, 2e-3, 3e-3]
    at_once = train_steps(learning(random_model()), batches, rates)
    learner = learning(random_model())
    one_by_one = [train_steps(learner, [batch], [rate])[0] for batch, rate in zip(batches, rates, strict=True)]
    for name, value in at_once[-1]["parameters"].items():
        assert torch.equal(one_by_one[-1]["parameters"][name], value), name
    assert not torch.equal(at_once[0]["parameters"][WTE], at_once[-1]["parameters"][WTE])  # records are copies


def test_masks_travel_with_their_micro_batch():
    masks = dropped("mlp")
    (step,) = train_steps(learning(random_model()), [[(*random_batch(), masks)]], [1e-3])
    for name, gradient in step["gradients"].items():
        assert (gradient == 0).all() == (".mlp." in name or ".ln_2." in name), name
