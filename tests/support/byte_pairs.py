"""A small tokenizer of GPT-2's kind, learnt from a few sentences by Hugging Face's `tokenizers`."""

from __future__ import annotations

import json
from functools import lru_cache

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from gpt_by_hand.data.byte_pairs import END_OF_TEXT, BytePairTokenizer, read_merges

TEXT = (
    "It was the best of times, it was the worst of times; the age of wisdom, the age of foolishness. It's 1859, isn't "
    "it? They'll say: naïve Grüße, 東京, 東京 and Санкт-Петербург!\n\n\tfor n in range(1859):\n\t\tprint('times')  \n"
) * 3


@lru_cache(maxsize=2)
def small_tokenizer(merges: int = 90) -> BytePairTokenizer:
    """GPT-2's layout: 256 bytes, the joined pairs, and at last the end of a text."""
    learnt, alphabet = Tokenizer(models.BPE()), pre_tokenizers.ByteLevel.alphabet()
    learnt.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    how = trainers.BpeTrainer(vocab_size=256 + merges, initial_alphabet=alphabet, show_progress=False)
    learnt.train_from_iterator([TEXT], how)
    model = json.loads(learnt.to_str())["model"]
    words = (*sorted(model["vocab"], key=model["vocab"].__getitem__), END_OF_TEXT)
    return BytePairTokenizer("bpe", words, read_merges(model["merges"]), (END_OF_TEXT,))
