"""GPT-2 as a PyTorch module (Radford et al. 2019), laid out as in nanoGPT; parameters bear GPT-2's names.

It trains on GPUs, and it is the witness that the tests hold the formulas against: gradients are autograd's, and it
imports nothing of this program, so where the two agree, each is evidence for the other.

Shapes: B sequences, T positions, C = dim_embedding, H heads of D = C / H, V words in the vocabulary.
"""

from __future__ import annotations

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


def layer_norm(config: Sizes) -> nn.LayerNorm:
    """LayerNorm over C (Ba, Kiros & Hinton 2016), with a bias where the model has biases."""
    return nn.LayerNorm(config.dim_embedding, eps=1e-5, bias=config.use_bias)


class CausalSelfAttention(nn.Module):
    """Heads of attention that look back, never ahead (Vaswani et al. 2017, section 3.2)."""

    def __init__(self, config: Sizes) -> None:
        super().__init__()
        width = config.dim_embedding
        self.num_heads = config.num_heads
        self.c_attn = nn.Linear(width, 3 * width, bias=config.use_bias)
        self.c_proj = nn.Linear(width, width, bias=config.use_bias)
        self.drop, self.resid_drop = nn.Dropout(config.dropout_rate), nn.Dropout(config.dropout_rate)

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, C) to (B, T, C)."""
        q, k, v = (self._heads(part) for part in self.c_attn(x).chunk(3, dim=-1))  # each (B, H, T, D)
        return self.resid_drop(self.c_proj(self.mix(q, k, v).transpose(1, 2).flatten(2)))

    def mix(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """Values, mixed by how well keys answer queries, in one fused kernel: three of (B, H, T, D) to (B, H, T, D)."""
        rate = self.drop.p if self.training else 0.0
        return F.scaled_dot_product_attention(q, k, v, dropout_p=rate, is_causal=True)

    def _heads(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.num_heads, -1)).transpose(1, 2)


class MLP(nn.Module):
    """The feed-forward layer: four times as wide inside, with a GELU (Hendrycks & Gimpel 2016)."""

    def __init__(self, config: Sizes) -> None:
        super().__init__()
        width = config.dim_embedding
        self.c_fc = nn.Linear(width, 4 * width, bias=config.use_bias)
        self.gelu = nn.GELU(approximate="tanh" if config.gelu == "tanh" else "none")
        self.c_proj = nn.Linear(4 * width, width, bias=config.use_bias)
        self.drop = nn.Dropout(config.dropout_rate)

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
                "drop": nn.Dropout(config.dropout_rate),
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
