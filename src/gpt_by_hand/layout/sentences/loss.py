"""Sentences about how surprised a model is by the words of a text."""

LOSS = {
    "loss.position": "at",
    "loss.word": "word",
    "loss.after": "after",
    "loss.nats": "nats",
    "loss.bits": "bits",
    "loss.probability": "probability",
    "loss.rank": "rank",
    "loss.address": "ask on",
    "loss.sum": "sum",
    "loss.others": "{count} others",
    "loss.folded": "The {shown} most surprising of {count} words",
    "loss.mean.one": "loss: {nats} nats for {count} word, or {bits} bits; perplexity {perplexity}: as unsure as "
    "among so many words that are equally likely",
    "loss.mean.many": "loss: {nats} nats per word, the sum divided by {count}, or {bits} bits; perplexity "
    "{perplexity}: as unsure as among so many words that are equally likely",
    "loss.guess": "who takes all {count} words of the vocabulary as equally likely has {nats} nats, {bits} bits",
    "loss.first": "the first word, {word}, is not predicted: nothing stands before it",
    "loss.window": "from position {position} on, each is predicted after the {window} before it alone: the model looks "
    "no further back",
    "loss.ask": "where the greatest one comes from: {command}",
    "loss.ask.python": "model.gradients({prompt}).explain({address})",
}
