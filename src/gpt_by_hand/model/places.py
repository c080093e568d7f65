"""What the parts of the model are called where people read of them."""

PLACES = {
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


def place_title(place: str) -> str:
    """The name of a place in words.

    >>> place_title("h.0.attn")
    'Block 0, Attention'
    """
    *before, last = place.split(".")
    block = f"Block {before[1]}, " if before[:1] == ["h"] else ""
    return block + PLACES.get(last, last)
