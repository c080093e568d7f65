"""What commands say around documents: titles of pages, prompts, and curves."""

COMMANDS = {
    "title.changes": "What changes",
    "title.loss": "loss",
    "title.why": "Why {word}?",
    "hint.trained": "{folder} holds a trained one: {option}",
    "walk.ask": "where to (? says what there is): ",
    "plot.loss": "loss in nats per token",
    "plot.both": "loss in nats per token: t on the training data, v on the validation data, x both",
    "plot.runs": "loss in nats per token on the validation data: {runs}, x several",
    "plot.train": "train",
    "plot.val": "val",
    "plot.iteration": "iteration",
    "plot.last": "iteration {iteration}",
    "plot.guess": "a guess, ln {count}",
    "plot.perfect": "on average, a perfect predictor of {dataset} seeing {count} tokens",
    "plot.several": "x several",
}
