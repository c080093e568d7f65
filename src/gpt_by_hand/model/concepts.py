"""What the tensors of a GPT are, in every layer and whatever they are called: who asks for a mean asks for MEAN."""

TOKENS, TARGETS, POSITIONS, ITERATION = "tokens", "targets", "positions", "iteration"
TEMPERATURE, THRESHOLD, SCALED = "temperature", "threshold", "scaled logits"
WORD_TABLE, POSITION_TABLE = "word table", "position table"
TOKEN_VECTOR, POSITION_VECTOR, EMBEDDING = "token vector", "position vector", "embedding"
MEAN, CENTRED, VARIANCE, RSTD, NORMALISED = "mean", "centred", "variance", "rstd", "normalised"
QUERY, KEY, VALUE = "q", "k", "v"
SCORES, WEIGHTS, MIX, PROJECTION = "scores", "attention weights", "mix", "projection"
LARGEST, POWER, TOTAL = "largest", "power of e", "total of powers"  # of any softmax
MIDDLE, OUTPUT = "residual after attention", "residual after the feed-forward layer"
FEATURES, CDF, GELU, FEED_FORWARD = "features", "cdf", "gelu", "feed-forward"
ATTENTION_WEIGHT, FEED_FORWARD_WEIGHT = "weight of attention", "weight of the feed-forward layer"
LOGITS, PROBABILITIES, SURPRISE, SEQUENCE_LOSS, LOSS = "logits", "probabilities", "surprise", "sequence loss", "loss"
SQUARE, NORM, CLIPPING = "square", "norm", "clipping"
RATE, MEAN_GRADIENT, MEAN_SQUARE = "learning rate", "mean gradient", "mean square"
FIRST_CORRECTION, SECOND_CORRECTION = "correction of the mean", "correction of the mean square"
RESIDUAL = (EMBEDDING, OUTPUT)  # the residual before the first layer, and after each
WRITES = (TOKEN_VECTOR, POSITION_VECTOR, PROJECTION, FEED_FORWARD)  # what is added up in it
RETURNS = (NORMALISED,)  # where gradients come back to the residual: out of each layer, and out of the head
HELD = (RSTD, WEIGHTS, RATE, CLIPPING, MEAN_SQUARE, FIRST_CORRECTION, SECOND_CORRECTION)  # the factors that are held as
# they are when a number is taken apart
