"""A small tokenizer of GPT-2's kind, learnt from a few sentences (Sennrich, Haddow & Birch 2016, algorithm 1)."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from itertools import pairwise

from gpt_by_hand.data.byte_pairs import CHARACTER, END_OF_TEXT, BytePairTokenizer, joined
from gpt_by_hand.data.gpt2_pieces import pieces

TEXT = (
    "It was the best of times, it was the worst of times; the age of wisdom, the age of foolishness. It's 1859, isn't "
    "it? They'll say: naïve Grüße, 東京, 東京 and Санкт-Петербург!\n\n\tfor n in range(1859):\n\t\tprint('times')  \n"
) * 3


@lru_cache(maxsize=2)
def small_tokenizer(merges: int = 90) -> BytePairTokenizer:
    """GPT-2's layout: 256 bytes, the joined pairs, and at last the end of a text."""
    words = [[CHARACTER[byte] for byte in piece.encode()] for piece in pieces(TEXT)]
    found: dict[tuple[str, str], int] = {}
    for _ in range(merges):
        parts = [joined(word, found) for word in words]
        pairs = Counter(pair for word in parts for pair in pairwise(word))
        found[max(pairs, key=lambda pair: (pairs[pair], pair))] = len(found)
    entries = [*sorted(CHARACTER.values()), *(left + right for left, right in found), END_OF_TEXT]
    return BytePairTokenizer("bpe", tuple(dict.fromkeys(entries)), tuple(found), (END_OF_TEXT,))
