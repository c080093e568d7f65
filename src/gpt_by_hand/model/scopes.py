"""What the parts of the model are called where people read of them."""

from gpt_by_hand.notation import Scope

SCOPES = {  # as a title, and in one or two words
    "embedding": ("Embeddings: words and positions become vectors", "Embeddings"),
    "attn": ("Attention", "Attention"),
    "mlp": ("Feed-forward", "Feed-forward"),
    "ln_1": ("LayerNorm before attention", "LayerNorm"),
    "ln_2": ("LayerNorm before the feed-forward layer", "LayerNorm"),
    "ln_f": ("Last LayerNorm", "LayerNorm"),
    "head": ("Head: a score for every word", "Head"),
    "loss": ("Loss", "Loss"),
    "schedule": ("Learning rate", "Learning rate"),
    "clip": ("Clipping: the gradient's length", "Clipping"),
    "adamw": ("AdamW", "AdamW"),
}


def scope(part: str, layer: int | None = None) -> Scope:
    """A part of the model, or of one of its layers.

    >>> scope("attn", 0)
    Scope(name='h.0.attn', title='Block 0, Attention', layer=0, part='transformer.h.0', short='Attention')
    """
    title, short = SCOPES[part]
    if layer is None:
        return Scope(part, title, part=f"transformer.{part}", short=short)
    place = block_name(layer)
    return Scope(f"{place}.{part}", f"Block {layer}, {title}", layer, f"transformer.{place}", short)


def block_name(layer: int) -> str:
    """What the addresses of all that is in a block begin with."""
    return f"h.{layer}"
