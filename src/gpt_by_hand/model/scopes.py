"""What the parts of the model are called where people read of them."""

from gpt_by_hand.notation import Scope

SCOPES = {
    "embedding": "Embeddings: words and positions become vectors",
    "attn": "Attention",
    "mlp": "Feed-forward",
    "ln_1": "LayerNorm before attention",
    "ln_2": "LayerNorm before the feed-forward layer",
    "ln_f": "Last LayerNorm",
    "head": "Head: a score for every word",
    "loss": "Loss",
    "schedule": "Learning rate",
    "clip": "Clipping: the gradient's length",
    "adamw": "AdamW",
}


def scope(part: str, layer: int | None = None) -> Scope:
    """A part of the model, or of one of its layers.

    >>> scope("attn", 0)
    Scope(name='h.0.attn', title='Block 0, Attention', layer=0, part='transformer.h.0')
    """
    if layer is None:
        return Scope(part, SCOPES[part], part=f"transformer.{part}")
    place = block_name(layer)
    return Scope(f"{place}.{part}", f"Block {layer}, {SCOPES[part]}", layer, f"transformer.{place}")


def block_name(layer: int) -> str:
    """What the addresses of all that is in a block begin with."""
    return f"h.{layer}"
