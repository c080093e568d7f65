"""Text in, tokens out: tokenizers, data sets, batches, and the random numbers that choose them."""
