"""All sentences about numbers, as templates: plain text with {placeholders}, for any language that fills them in.

A template knows no numbers' form and no grammar: what is put in is text already. Where one thing is spoken of in
another way than many, there are two templates, `.one` and `.many`, and `many` takes one of them.
"""

from __future__ import annotations

EXPLANATIONS = {
    "uses": "used in {count} places, each with its part of this gradient:",
    "uses.head": "used in",
    "gap": "… {count} more …",
    "rounding.by-hand.one": "the numbers put in, rounded to {count} digit, give {found} if nothing is rounded in "
    "between; with all their digits it is {true}",
    "rounding.by-hand.many": "the numbers put in, rounded to {count} digits, give {found} if nothing is rounded in "
    "between; with all their digits it is {true}",
    "rounding.drawn": "the trace has {value}: it was drawn with {digits} binary digits ({precision}), and each result "
    "rounded",
    "rounding.computed": "the trace has {value}: it is computed with {digits} binary digits ({precision}), and each "
    "result rounded",
    "holds": "{condition}: {numbers} holds",
    "holds.not": "{condition}: {numbers} does not hold",
    "masked": "masked: a word must not look at words that come after it, so the score is -inf and its share will be 0",
    "left-out.one": "{count} term is left out of the sum, where {conditions} does not hold",
    "left-out.many": "{count} terms are left out of the sum, where {conditions} does not hold",
    "or": "{one} or {other}",
    "constant": "held constant on the way back: taking the same number from each of them changes no share, so no "
    "gradient goes through it",
    "padding": "{word} stands for no text: it fills the vocabulary up to {count} entries",
    "token": "{token} stands for {word}",
    "start": "the sequence starts at token {start} of the training text, and {start} + {at} = {found}",
    "given.state": "nothing has been gathered yet",
    "given.value": "it starts with this value; nothing is drawn for it",
    "given.mask": "drawn at random: 1 keeps the activation, 0 drops it",
    "given.saved.one": "saved in the checkpoint, after {count} iteration",
    "given.saved.many": "saved in the checkpoint, after {count} iterations",
    "given.before": "carried over from the iteration before, which training computed in float32: ask for {address} "
    "with --iteration {iteration} --precision float32",
    "given.drawn": "drawn with seed {seed}",
    "given.trained": "a trained weight",
    "given.prompt": "given by the prompt",
    "given.random": "number {position} (counting from 0) of the generator started with seed {seed}",
    "check": "check: nudge {address} by {step} and run forward again (in float64)",
    "check.losses": "the loss is {larger} with {step} more, {smaller} with {step} less",
    "check.difference": "({larger} - {smaller}) / (2 * {step}) = {difference}",
    "check.gradient": "the gradient is {gradient}: the difference of the two is {error}",
    "walk.choices": "{first} to {last}",
    "walk.to-use": "up to that use",
    "walk.to-operand": "down to that operand",
    "walk.back": "to {address}, where you came from",
    "walk.up": "where this number is used",
    "walk.steps": "the neighbour along an index",
    "walk.check": "nudge the number, run forward again, and compare with its gradient",
    "walk.address": "any other number, such as tokens[0,0]",
    "walk.quit": "leave (also: Ctrl-D)",
    "walk.uses": "used in:",
    "walk.more": "… and in more",
    "example.asked": "The number to find is ",
    "example.meaning": ": {meaning}",
    "example.same": "From the rounded numbers in the last table a calculator gets {found}: the same.",
    "example.other": "From the rounded numbers in the last table a calculator gets {found}: not {true}, because the "
    "table is rounded.",
}
TRACES = {
    "trace": "Trace of {count} tensors",
    "trace.of": "Trace of {count} tensors. {whose}",
    "trace.first": "first numbers",
    "random": "A 32-bit number from the random generator (MT19937)",
    "random.uniform": "A random number from 0 up to 1: 24 bits of a 32-bit number",
    "random.uniform53": "A random number from 0 up to 1: 53 bits of two 32-bit numbers",
    "random.starts": "Where in the training text does this sequence start?",
    "random.data": "The training text, as numbers",
    "meaning.after": "{where}: {question}",
    "meaning.drawn": "the next word is drawn from the k = {count} words whose scores reach the threshold ({words})",
    "meaning.position": "position {position}",
    "meaning.word": "{word} (position {position})",
    "meaning.gradient": "{question} ({title})",
    "meaning.of": "{question} ({address}: {title})",
    "whose": "Model: {model}",
    "whose.trained.one": "trained for {count} iteration",
    "whose.trained.many": "trained for {count} iterations",
    "whose.here.one": "trained here for {count} iteration",
    "whose.here.many": "trained here for {count} iterations",
    "whose.then.one": "then here for {count} iteration",
    "whose.then.many": "then here for {count} iterations",
    "whose.untrained": "untrained",
    "whose.given": "weights that were given",
    "whose.seed": "{trained}, seed {seed}",
    "whose.iteration": "iteration {iteration}: {rows}",
    "whose.by-hand": "iteration {iteration}, by hand: {rows}",
    "whose.rows": "{steps} of {sequences}",
    "whose.usual": "{rows} (train: {steps} of {sequences})",
    "whose.window": "the last {seen} of {given} tokens, which is as far back as it can look",
    "whose.precision": "computed in {precision}",
    "whose.as-trained": "computed in {precision}, as in training",
    "micro-steps.one": "{count} micro-step",
    "micro-steps.many": "{count} micro-steps",
    "sequences.one": "{count} sequence",
    "sequences.many": "{count} sequences",
    "report.micro-step": "Iteration {iteration}, micro-step {step} of {steps}: {rows}",
    "report.rows.one": "b = {first}",
    "report.rows.many": "b = {first} to {last}",
    "report.update": "Iteration {iteration}, update",
    "report.gradients": "Gradients",
    "report.backward": "Gradients, backward through: {title}",
    "report.sizes": "Sizes: {sizes}",
    "report.input": "Input:  {tokens}  {text}",
    "report.target": "Target: {tokens}  {text}",
    "report.row": "b = {row}",
    "report.row.step": "b = {row}: micro-step {step}",
    "report.row.sequence": "b = {row}: sequence {sequence} of micro-step {step}",
    "report.likeliest": "Most likely next tokens at the last position: {words}",
    "report.loss": "Loss of this micro-step: ",
    "report.changes": "Weights before, change, after",
}
SENTENCES = EXPLANATIONS | TRACES


def said(key: str, /, **values: object) -> str:
    """The sentence with the values in it.

    >>> said("given.drawn", seed=1337)
    'drawn with seed 1337'
    """
    return SENTENCES[key].format(**values)


def many(key: str, count: int, /, **values: object) -> str:
    """The sentence about so many things.

    >>> many("sequences", 1), many("sequences", 2)
    ('1 sequence', '2 sequences')
    """
    return said(f"{key}.one" if count == 1 else f"{key}.many", **{"count": f"{count:,}", **values})
