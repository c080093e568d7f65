"""GPT-2 as a PyTorch module (Radford et al. 2019), laid out as in nanoGPT; parameters bear GPT-2's names.

It trains on GPUs, and it is the witness that the tests hold the formulas against: gradients are autograd's, and it
imports nothing of this program, so where the two agree, each is evidence for the other.

Shapes: B sequences, T positions, C = dim_embedding, H heads of D = C / H, V words in the vocabulary.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

IGNORED = -1  # a target that is not counted


@dataclass(frozen=True)
class Sizes:
    """What the module has to know of a model."""

    vocab_size: int
    seq_length: int
    num_layers: int
    num_heads: int
    dim_embedding: int
    use_bias: bool = False
    gelu: str = "exact"
    dropout_rate: float = 0.0

    @classmethod
    def of(cls, config: Any) -> Sizes:
        """The sizes among the fields of a configuration."""
        return cls(**{field.name: getattr(config, field.name) for field in fields(cls)})


class Dropout(nn.Dropout):
    """Dropout (Srivastava et al. 2014) that draws what it drops, unless a `mask` of zeros and ones says it."""

    mask: Tensor | None = None

    def forward(self, x: Tensor) -> Tensor:
        """Any shape to the same shape. Raises: ValueError for a mask of another shape, which is never stretched."""
        if self.mask is None:
            return super().forward(x)
        if self.mask.shape != x.shape:
            raise ValueError(f"a mask is {tuple(self.mask.shape)}, and what it is for {tuple(x.shape)}")
        return x * (self.mask.to(x) / (1 - self.p))


def layer_norm(config: Sizes) -> nn.LayerNorm:
    """LayerNorm over C (Ba, Kiros & Hinton 2016), with a bias where the model has biases."""
    return nn.LayerNorm(config.dim_embedding, eps=1e-5, bias=config.use_bias)


class CausalSelfAttention(nn.Module):
    """Heads of attention that look back, never ahead (Vaswani et al. 2017, section 3.2).

    In one fused kernel, but where a mask says what is dropped, which no such kernel can be told.
    """

    def __init__(self, config: Sizes) -> None:
        super().__init__()
        width = config.dim_embedding
        self.num_heads = config.num_heads
        self.c_attn = nn.Linear(width, 3 * width, bias=config.use_bias)
        self.c_proj = nn.Linear(width, width, bias=config.use_bias)
        self.drop, self.resid_drop = Dropout(config.dropout_rate), Dropout(config.dropout_rate)

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, C) to (B, T, C)."""
        q, k, v = (self._heads(part) for part in self.c_attn(x).chunk(3, dim=-1))  # each (B, H, T, D)
        rate = self.drop.p if self.training else 0.0
        if self.drop.mask is None:
            mix = F.scaled_dot_product_attention(q, k, v, dropout_p=rate, is_causal=True)
        else:
            mix = self.drop(_weights(q, k)) @ v
        return self.resid_drop(self.c_proj(mix.transpose(1, 2).flatten(2)))

    def _heads(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.num_heads, -1)).transpose(1, 2)


def _weights(q: Tensor, k: Tensor) -> Tensor:
    """How much each position hears of each: two of (B, H, T, D) to (B, H, T, T)."""
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    future = torch.ones(scores.shape[-2:], dtype=torch.bool, device=q.device).triu(1)
    return scores.masked_fill(future, -math.inf).softmax(dim=-1)


class MLP(nn.Module):
    """The feed-forward layer: four times as wide inside, with a GELU (Hendrycks & Gimpel 2016)."""

    def __init__(self, config: Sizes) -> None:
        super().__init__()
        width = config.dim_embedding
        self.c_fc = nn.Linear(width, 4 * width, bias=config.use_bias)
        self.gelu = nn.GELU(approximate="tanh" if config.gelu == "tanh" else "none")
        self.c_proj = nn.Linear(4 * width, width, bias=config.use_bias)
        self.drop = Dropout(config.dropout_rate)

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, C) to (B, T, C)."""
        return self.drop(self.c_proj(self.gelu(self.c_fc(x))))


class Block(nn.Module):
    """Attention and feed-forward, each behind a LayerNorm and added to what was there."""

    def __init__(self, config: Sizes) -> None:
        super().__init__()
        self.ln_1, self.attn = layer_norm(config), CausalSelfAttention(config)
        self.ln_2, self.mlp = layer_norm(config), MLP(config)

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, C) to (B, T, C)."""
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


class GPT(nn.Module):
    """The model. `recompute` keeps a block's input only and computes the rest anew on the way back: less memory."""

    def __init__(self, config: Sizes, recompute: bool = False) -> None:
        super().__init__()
        self.config, self.recompute = config, recompute
        self.transformer: Any = nn.ModuleDict(
            {
                "wte": nn.Embedding(config.vocab_size, config.dim_embedding),
                "wpe": nn.Embedding(config.seq_length, config.dim_embedding),
                "drop": Dropout(config.dropout_rate),
                "h": nn.ModuleList(Block(config) for _ in range(config.num_layers)),
                "ln_f": layer_norm(config),
            }
        )
        self.lm_head = nn.Linear(config.dim_embedding, config.vocab_size, bias=False)
        self.transformer["wte"].weight = self.lm_head.weight  # tied: Press & Wolf 2017

    def hidden(self, tokens: Tensor) -> Tensor:
        """What the head reads: (B, T) tokens to (B, T, C)."""
        positions = torch.arange(tokens.shape[1], device=tokens.device)
        x = self.transformer["drop"](self.transformer["wte"](tokens) + self.transformer["wpe"](positions))
        for block in self.transformer["h"]:
            x = checkpoint(block, x, use_reentrant=False) if self.recompute and self.training else block(x)
        return self.transformer["ln_f"](x)

    def forward(self, tokens: Tensor, targets: Tensor | None = None) -> tuple[Tensor, Tensor | None]:
        """Logits (B, T, V), and, with targets (B, T), the mean loss in nats per token."""
        logits = self.lm_head(self.hidden(tokens))
        if targets is None:
            return logits, None
        flat = logits.flatten(0, 1)
        flat = flat.to(torch.promote_types(flat.dtype, torch.float32))
        return logits, F.cross_entropy(flat, targets.flatten(), ignore_index=IGNORED)

    def use_masks(self, masks: Mapping[str, Tensor] | None) -> None:
        """Drop what the masks say, in place of drawing it; with None, draw again.

        A mask is a tensor of zeros and ones by name: `drop.mask` (B, T, C), and of layer 0 `h.0.attn.drop.mask`
        (B, H, T, T), `h.0.attn.resid_drop.mask` (B, T, C) and `h.0.mlp.drop.mask` (B, T, C).

        Raises: KeyError when one is missing.
        """
        for name, module in self.transformer.named_modules():
            if isinstance(module, Dropout):
                module.mask = None if masks is None else masks[f"{name}.mask"]

    def num_parameters(self) -> int:
        """How many numbers training can change; the head is the word table, and counts once."""
        return sum(parameter.numel() for parameter in self.parameters())

    def flops_per_token(self) -> int:
        """Floating-point operations of a forward and backward pass, for each token.

        6 for each weight that is multiplied with (the position table is only looked up in), and 12 C T a layer for
        attention. Source: Chowdhery et al. 2022 (PaLM), appendix B.
        """
        config = self.config
        multiplied = self.num_parameters() - config.seq_length * config.dim_embedding
        return 6 * multiplied + 12 * config.num_layers * config.dim_embedding * config.seq_length


def initialize(model: GPT, std: float) -> None:
    """Draw the weights as nanoGPT does: normal with `std`, smaller for the projections onto the residual, biases 0.

    Source: Radford et al. 2019, section 2.3.
    """
    model.apply(lambda module: _initialize(module, std))
    for block in model.transformer["h"]:
        for projection in (block.attn.c_proj, block.mlp.c_proj):
            nn.init.normal_(projection.weight, std=std / math.sqrt(2 * model.config.num_layers))


def _initialize(module: Any, std: float) -> None:
    if isinstance(module, (nn.Linear, nn.Embedding)):
        nn.init.normal_(module.weight, std=std)
    if isinstance(module, nn.Linear) and module.bias is not None:
        nn.init.zeros_(module.bias)
