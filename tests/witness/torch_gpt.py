"""The witness: the same GPT as an ordinary PyTorch module, with gradients from autograd and AdamW from `torch.optim`.

It shares nothing with `gpt_by_hand`, so agreement between the two is evidence. The layout is GPT-2's in the
pre-LayerNorm form: Radford et al., "Language Models are Unsupervised Multitask Learners" (2019); the names, the order
of construction and the training step are those of https://github.com/karpathy/nanoGPT.

Shapes: B sequences, T positions, C = dim_embedding, H heads of D = C / H, V words in the vocabulary.
Dropout draws nothing here: the 0/1 masks are arguments, so that both sides can drop the same numbers.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Masks = Mapping[str, Tensor]
Batch = tuple[Tensor, Tensor] | tuple[Tensor, Tensor, Masks | None]


@dataclass
class Sizes:
    vocab_size: int
    seq_length: int
    num_layers: int
    num_heads: int
    dim_embedding: int
    use_bias: bool = False
    gelu: Literal["exact", "tanh"] = "exact"
    dropout_rate: float = 0.0


class Dropout(nn.Module):
    """Multiply by `masks[address + ".mask"] / (1 - rate)`; without masks, do nothing.

    Masks are all or none: a missing one is a KeyError, one of the wrong shape an AssertionError (never broadcast).
    """

    def __init__(self, address: str, rate: float):
        super().__init__()
        self.name, self.rate = f"{address}.mask", rate

    def forward(self, x: Tensor, masks: Masks | None) -> Tensor:
        if masks is None:
            return x
        mask = torch.as_tensor(masks[self.name], dtype=x.dtype, device=x.device)
        assert mask.shape == x.shape, f"{self.name} is {tuple(mask.shape)}, expected {tuple(x.shape)}"
        return x * (mask / (1 - self.rate))


def layer_norm(sizes: Sizes) -> nn.LayerNorm:
    return nn.LayerNorm(sizes.dim_embedding, eps=1e-5, bias=sizes.use_bias)


class CausalSelfAttention(nn.Module):
    def __init__(self, sizes: Sizes, address: str):
        super().__init__()
        width = sizes.dim_embedding
        assert width % sizes.num_heads == 0, f"{sizes.num_heads} heads do not divide a width of {width}"
        self.num_heads = sizes.num_heads
        self.c_attn = nn.Linear(width, 3 * width, bias=sizes.use_bias)
        self.c_proj = nn.Linear(width, width, bias=sizes.use_bias)
        self.drop = Dropout(f"{address}.drop", sizes.dropout_rate)
        self.resid_drop = Dropout(f"{address}.resid_drop", sizes.dropout_rate)

    def forward(self, x: Tensor, masks: Masks | None) -> Tensor:
        q, k, v = (self.heads(part) for part in self.c_attn(x).chunk(3, dim=-1))  # each (B, H, T, D)
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))  # (B, H, T, T)
        future = torch.ones(scores.shape[-2:], dtype=torch.bool, device=x.device).triu(1)
        weights = self.drop(scores.masked_fill(future, -math.inf).softmax(dim=-1), masks)
        mix = (weights @ v).transpose(1, 2).flatten(2)  # (B, T, C), the heads side by side
        return self.resid_drop(self.c_proj(mix), masks)

    def heads(self, x: Tensor) -> Tensor:
        """(B, T, C) to (B, H, T, D)."""
        return x.unflatten(-1, (self.num_heads, -1)).transpose(1, 2)


class MLP(nn.Module):
    def __init__(self, sizes: Sizes, address: str):
        super().__init__()
        width = sizes.dim_embedding
        self.c_fc = nn.Linear(width, 4 * width, bias=sizes.use_bias)
        self.gelu = nn.GELU(approximate={"exact": "none", "tanh": "tanh"}[sizes.gelu])
        self.c_proj = nn.Linear(4 * width, width, bias=sizes.use_bias)
        self.drop = Dropout(f"{address}.drop", sizes.dropout_rate)

    def forward(self, x: Tensor, masks: Masks | None) -> Tensor:
        return self.drop(self.c_proj(self.gelu(self.c_fc(x))), masks)


class Block(nn.Module):
    def __init__(self, sizes: Sizes, address: str):
        super().__init__()
        self.ln_1 = layer_norm(sizes)
        self.attn = CausalSelfAttention(sizes, f"{address}.attn")
        self.ln_2 = layer_norm(sizes)
        self.mlp = MLP(sizes, f"{address}.mlp")

    def forward(self, x: Tensor, masks: Masks | None) -> Tensor:
        x = x + self.attn(self.ln_1(x), masks)
        return x + self.mlp(self.ln_2(x), masks)


class TorchGPT(nn.Module):
    """A GPT-2 whose parameters bear GPT-2's names; the head is the token embedding, so it has no name of its own."""

    def __init__(self, sizes: Sizes):
        super().__init__()
        self.sizes = sizes
        self.transformer = nn.ModuleDict(
            {
                "wte": nn.Embedding(sizes.vocab_size, sizes.dim_embedding),
                "wpe": nn.Embedding(sizes.seq_length, sizes.dim_embedding),
                "drop": Dropout("drop", sizes.dropout_rate),
                "h": nn.ModuleList(Block(sizes, f"h.{i}") for i in range(sizes.num_layers)),
                "ln_f": layer_norm(sizes),
            }
        )
        self.lm_head = nn.Linear(sizes.dim_embedding, sizes.vocab_size, bias=False)
        self.transformer.wte.weight = self.lm_head.weight

    def forward(
        self, tokens: Tensor, targets: Tensor | None = None, masks: Masks | None = None
    ) -> tuple[Tensor, Tensor | None]:
        """Logits (B, T, V), and the mean loss in nats when targets (B, T) are given."""
        positions = torch.arange(tokens.size(1), device=tokens.device)
        x = self.transformer.wte(tokens) + self.transformer.wpe(positions)
        x = self.transformer.drop(x, masks)
        for block in self.transformer.h:
            x = block(x, masks)
        logits = self.lm_head(self.transformer.ln_f(x))
        if targets is None:
            return logits, None
        return logits, F.cross_entropy(logits.flatten(0, 1), targets.flatten())


def init_like_nanogpt(sizes: Sizes, seed: int = 1337) -> TorchGPT:
    """The model that nanoGPT starts from, draw for draw; leaves PyTorch's generator where nanoGPT leaves it."""
    torch.manual_seed(seed)
    model = TorchGPT(sizes)
    model.apply(_init)
    for name, parameter in model.named_parameters():
        if name.endswith("c_proj.weight"):
            nn.init.normal_(parameter, std=0.02 / math.sqrt(2 * sizes.num_layers))
    return model


def _init(module: nn.Module) -> None:
    if isinstance(module, nn.Linear | nn.Embedding):
        nn.init.normal_(module.weight, std=0.02)
    if isinstance(module, nn.Linear) and module.bias is not None:
        nn.init.zeros_(module.bias)


def load_weights(model: TorchGPT, weights: Mapping[str, Any]) -> None:
    """Copy arrays into the parameters; every name must be there, and no other, each in its own shape."""
    parameters = dict(model.named_parameters())
    assert parameters.keys() == weights.keys(), f"names differ: {sorted(parameters.keys() ^ weights.keys())}"
    with torch.no_grad():
        for name, parameter in parameters.items():
            value = torch.as_tensor(weights[name])
            assert value.shape == parameter.shape, f"{name} is {tuple(value.shape)}, not {tuple(parameter.shape)}"
            parameter.copy_(value)


def optimizer(
    model: TorchGPT,
    learning_rate: float = 3e-4,
    betas: tuple[float, float] = (0.9, 0.95),
    eps: float = 1e-8,
    weight_decay: float = 0.1,
) -> torch.optim.AdamW:
    """AdamW (Loshchilov & Hutter, 2019) that decays matrices and embeddings, not biases and LayerNorms."""
    parameters = list(model.parameters())
    groups = [
        {"params": [p for p in parameters if p.dim() >= 2], "weight_decay": weight_decay},
        {"params": [p for p in parameters if p.dim() < 2], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=learning_rate, betas=betas, eps=eps)


def train_steps(
    model: TorchGPT,
    batches: Iterable[Sequence[Batch]],
    learning_rates: Iterable[float],
    grad_clip: float = 1.0,
    adamw: torch.optim.AdamW | None = None,
) -> list[dict[str, Any]]:
    """One update per learning rate, each from a list of micro-batches (tokens, targets[, masks]).

    A record per update: `losses` (one float per micro-batch, undivided), `grad_norm` and `gradients` (before
    clipping), `parameters` (after the update). `grad_clip=0` does not clip. Pass `adamw` to go on with its moments.
    """
    adamw = adamw or optimizer(model)
    return [
        _train_step(model, adamw, micro_batches, learning_rate, grad_clip)
        for micro_batches, learning_rate in zip(batches, learning_rates, strict=True)
    ]


def _train_step(
    model: TorchGPT,
    adamw: torch.optim.AdamW,
    micro_batches: Sequence[Batch],
    learning_rate: float,
    grad_clip: float,
) -> dict[str, Any]:
    adamw.zero_grad()
    losses = [_backward(model, batch, len(micro_batches)) for batch in micro_batches]
    gradients = {name: p.grad.clone() for name, p in model.named_parameters()}
    norm = nn.utils.clip_grad_norm_(model.parameters(), grad_clip or math.inf)
    for group in adamw.param_groups:
        group["lr"] = learning_rate
    adamw.step()
    parameters = {name: p.detach().clone() for name, p in model.named_parameters()}
    return {"losses": losses, "grad_norm": norm.item(), "gradients": gradients, "parameters": parameters}


def _backward(model: TorchGPT, batch: Batch, num_micro_batches: int) -> float:
    """Add one micro-batch's share to the gradients; return its loss."""
    _, loss = model(*batch)
    (loss / num_micro_batches).backward()
    return loss.item()
