"""All sentences as templates, by key: plain text, with names in braces for what is put in, each a text already.

There are no numbers in them and no grammar around them, so that another language has one table to translate, and
another program can use it as it is.
"""

from __future__ import annotations

PRACTICE = {
    # What a part of a formula is called, by the kind of mistake that it is to forget it.
    "part": "{noun} ({part})",
    "part.position": "the position's vector",
    "part.mean": "the mean",
    "part.correction": "the correction",
    "part.clipping": "the clipping",
    "part.learning rate": "the learning rate",
    "part.temperature": "the temperature",
    "part.bias": "the bias",
    "part.gain": "the gain",
    "part.decay": "the weight decay",
    "weights": "the {name}'s weights",
    # Behind "what comes out": mistakes.
    "without": "without {part}",
    "operator.+": "without adding {part}",
    "operator.-": "without subtracting {part}",
    "operator.*": "without multiplying by {part}",
    "without./": "without dividing by {part}",
    "without.1/": "without dividing 1 by {part}",
    "without.**": "without the power of {part}",
    "without.square": "without squaring",
    "without.minus": "without the minus before {part}",
    "without.residual": "without adding the residual ({part})",
    "without.decay": "without weight decay: multiplying by {part}",
    "without.correction": "with {moment} as it is, without its correction: dividing by {part}",
    "function.exp": "without taking the exponential",
    "function.sqrt": "without taking the root",
    "function.log": "without taking the logarithm",
    "function.erf": "without taking erf",
    "function.tanh": "without taking tanh",
    "function.cos": "without taking cos",
    "function.sin": "without taking sin",
    "function.round": "without rounding",
    "without.term": "without the term {part}",
    "without.factor": (
        "without the factor 1 / (B * T) = 1 / {count}: the loss is a mean over all sequences and positions"
    ),
    "without.mask": "when one forgets the mask: only {condition} may stay",
    "without.causal mask": "when one forgets the mask and looks ahead: only pairs with {condition} may stay",
    "without.top-k": "when one forgets top-k: only words with {condition} may be drawn",
    "with.multiplied": "when multiplying by {part} instead of dividing",
    "with.upside down": "when dividing {part} by the rest, and not the rest by it",
    "with.n - 1": "when dividing by {count} - 1 instead of {count}",
    "with.doubled": "when doubling instead of squaring",
    "with.zero": "after softmax: before it, what is masked is -inf",
    "with.holds": "if {condition} held, which it does not",
    "with.fails": "if {condition} did not hold, but it does",
    "with.operator": "with {operator} before {part}",
    "with.sign": "with the other sign",
    "with.sign of": "with the other sign of {part}",
    "with.log10": "with the logarithm to base 10 instead of the natural one",
    "with.log2": "with the logarithm to base 2 instead of the natural one",
    "with.degrees": "with the angle in degrees instead of radians",
    "with.exchanged": "with {one} and {other} exchanged",
    "with.transposed": "with rows and columns of {name} exchanged",
    "reduction.max": "with the largest instead of the sum",
    "reduction.sum": "with the sum instead of the largest",
    "with.other": "with {wrong} instead of {right}",
    "with.this word": "for the word itself instead of the one that comes next",
    "with.factor": (
        "with the factor {wrong} instead of 1 / (B * T): the loss is a mean over all sequences and positions"
    ),
    "with.position": "for {noun} {wrong} instead of {right}",
    "with.counting": "when counting from 1 instead of 0",
    # An exercise.
    "look up.token": "sequence {sequence}: which number stands for the word at position {position}?",
    "look up.target": "sequence {sequence}: which number stands for the word that comes after position {position}?",
    "ask.operand": "what must {operand} be, so that {result} is {value}? That number answers: {question}",
    "ask.text": "the words",
    "ask.vocabulary": "the number of each word",
    "ask.whole": "Give a whole number.",
    "ask.digits": "Give {digits}; rounding differences up to {near} count as right.",
    "ask.digits or -inf": "Give {digits}, or -inf; rounding differences up to {near} count as right.",
    "digits.decimals": "{count} decimals",
    "digits.significant": "{count} significant digits",
    # What is said of an answer.
    "answer.exact": "{value} (more exactly {exact})",
    "answer.right": "Right: {working}",
    "answer.rough": "Right as far as it goes: please give {digits}.",
    "answer.mistake": "No: {typed} is what comes out {mistake}.",
    "answer.other mistake": "Or it is what comes out {mistake}.",
    "answer.no mistake": "No, and no usual mistake leads to {typed}.",
    "hint.part": "Check this part first: {part} (hint shows the steps with their values)",
    "hint.whole": "Check this: {part} (hint shows the steps with their values)",
    "hint.conditions": "does {conditions} hold?",
    "hint.and": " and ",
    "hint.word": "the number of {word} in the vocabulary",
    "hint.last": "Only the last step is left.",
    # The conversation.
    "quiz.help": "Type the answer; or hint (one step at a time), again (the exercise), skip, or quit.",
    "quiz.title": "Exercise {number} of {count}: {topic}",
    "quiz.none": "No exercise was answered.",
    "quiz.right": "{right} of {count} right at once.",
    "quiz.practise": "To practise: {command}  {topic}",
    "quiz.practise because": "To practise: {command}  {topic} ({mistakes})",
}
SENTENCES = {**PRACTICE}


def said(key: str, **values: object) -> str:
    """The sentence of this key with the values in it. Raises: KeyError where there is none, or a value is missing.

    >>> said("digits.decimals", count=4)
    '4 decimals'
    """
    return SENTENCES[key].format(**values)


def sentence(text: str) -> str:
    """With a capital at its start, unless that is an address."""
    return text[:1].upper() + text[1:] if text[1:2].islower() or text[1:2] == " " else text
