"""What travels in a page beside its program: the formulas as data, what no formula computes, and the words.

`app/types.js` says it once more for those who read it there, as `Contents`.
"""

from __future__ import annotations

from base64 import b64encode
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields, replace
from typing import Any

import numpy as np

from gpt_by_hand.data.perfect import perfect_loss
from gpt_by_hand.data.random import BLOCK, RandomStream
from gpt_by_hand.data.tokenizers import Tokenizer
from gpt_by_hand.language import spoken
from gpt_by_hand.layout.digits import finite
from gpt_by_hand.layout.sentences import problems, said, told
from gpt_by_hand.layout.tables import short
from gpt_by_hand.meanings import meanings
from gpt_by_hand.model import concepts
from gpt_by_hand.model.adamw import IN_FORMULAS, UpdateRule
from gpt_by_hand.model.gpt import prediction
from gpt_by_hand.model.sampling import sampling
from gpt_by_hand.model.why import LENS, decomposed, residuals, with_lens
from gpt_by_hand.notation import Program, Role, Tensor
from gpt_by_hand.page.program import data
from gpt_by_hand.printers.javascript import javascript_forms, offsets
from gpt_by_hand.trace.changed import constants
from gpt_by_hand.trace.missing import absent
from gpt_by_hand.trace.provenance import BEGINNINGS, Onward, Origin
from gpt_by_hand.trace.templates import templates
from gpt_by_hand.trace.trace import Trace
from gpt_by_hand.trace.whose import Whose
from gpt_by_hand.trace.words import Words
from gpt_by_hand.training.start import Draw, draws, start_weights

FORMAT = 1
FIRST_LETTER = ord("#")  # behind the quotation mark
Plain = dict[str, Any]


def contents(trace: Trace) -> Plain:
    """All of it, as plain values that JSON keeps exactly.

    What is set in the trace is not put in: it stands in "set", and the page sets it anew. The program has what the
    trace computes, in the same order; behind that, what is only computed when somebody asks: the parts of the logits,
    and what each layer would have said.
    """
    before = trace.before or trace
    program, whose = before.program, replace(before.whose or Whose(), hint="")
    return {
        "title": said("page.title", whose=whose.line().partition(": ")[2]),
        "format": FORMAT,
        "language": language(),
        **_formulas(program, before.origin),
        **_steps(before),
        "sampling": data(sampling(words_of(program))),
        "given": given(before),
        "set": [[where, finite(value)] for where, value in settings(trace)],
        "whose": {name: value for name, value in asdict(whose).items() if name not in ("settings", "hint")}
        | {"by_hand": whose.by_hand},
        "origin": _origin(before.origin),
        "run": _run(before.origin.onward, before.origin) if before.origin and before.origin.onward else None,
        "vocabulary": vocabulary(before.tokenizer, words_of(program)),
        "perfect": _perfect(before),
        "settings": meanings_of_settings(program),
        "absent": absent(program),
    }


def language() -> Plain:
    """The one that is spoken, how it writes numbers and formulas, and what it says of what somebody typed."""
    here = {name: value for name, value in asdict(spoken()).items() if name != "name"}
    return here | {"problems": list(problems().items())}


def words_of(program: Program) -> int:
    """How many words a model knows."""
    logits = program.about(concepts.LOGITS)
    assert logits is not None  # a GPT predicts
    return logits.indices[-1].extent


def programs(trace: Trace) -> list[Program]:
    """What a page computes: the trace's own program and, where that is shorter than what the model can read, the one
    that writes text."""
    program = (trace.before or trace).program
    tokens = program.about(concepts.TOKENS)
    if trace.model is None or tokens is None or tokens.shape[1] == trace.model.seq_length:
        return [program]
    return [program, prediction(trace.model, 1, trace.model.seq_length)]


def _steps(trace: Trace) -> Plain:
    """What the printed functions are called with."""
    computed = programs(trace)
    own, *writing = (_calls(*pair) for pair in zip(computed, javascript_forms(*computed)[1], strict=True))
    return {
        "steps": own,
        "writing": {"program": data(computed[1]), "steps": writing[0]} if writing else None,
    }


def _calls(program: Program, steps: list[list[int]]) -> list[list[Any]]:
    """The same with tensors, as they are nearer to each other than their numbers.

    For where one begins: how many tensors before the formula's own it is; a pair where numbers in it begin, so many
    behind that; [n] for the n-th constant.
    """
    at = offsets(program)
    end, begins, own = (
        at[""],
        [at[name] for name in program.tensors],
        {name: n for n, name in enumerate(program.tensors)},
    )

    def called(target: int, place: int) -> Any:
        if place >= end:
            return [place - end]
        tensor = bisect_right(begins, place) - 1
        return [target - tensor, place - begins[tensor]] if place > begins[tensor] else target - tensor

    formulas = zip(steps, program.assignments, strict=True)
    return [[form, *(called(own[one.target.name], place) for place in places)] for (form, *places), one in formulas]


def _formulas(program: Program, origin: Origin | None) -> Plain:
    """The program, with what is only computed when somebody asks, and which of its tensors that is, by their number."""
    found = decomposed(program)
    *earlier, last = residuals(program)
    longer = with_lens(found.program)
    at = {name: n for n, name in enumerate(longer.tensors)}
    until = program.about(concepts.PROBABILITIES)
    assert until is not None  # a GPT predicts
    said_by = [(t, f"{LENS}{t.name}.{until.name}") for t in earlier] + [(last, until.name)]
    return {
        "program": data(longer, BEGINNINGS.values(), templates(origin)),
        "computed": len(program.assignments),
        "shares": [[at[share.tensor.name], at[share.part.name]] for share in found.shares],
        "ways": [[at[name], at[tensor.name]] for name, tensor in found.shares_of.items()],
        "lens": [[at[residual.name], at[name]] for residual, name in said_by],
    }


def meanings_of_settings(program: Program) -> dict[str, str]:
    """What each setting of training means, by its name in the formulas; what follows a semicolon is of command lines.

    >>> from gpt_by_hand.model.config import ModelConfig
    >>> from gpt_by_hand.model.gpt import iteration
    >>> meanings_of_settings(iteration(ModelConfig(), UpdateRule(), 2))["grad_clip"]
    'The longest that the gradient may be.'
    """
    known, texts = constants(program), meanings(UpdateRule)
    found = {IN_FORMULAS.get(field.name, field.name): texts.get(field.name, "") for field in fields(UpdateRule)}
    first = {name: text.partition(";")[0].rstrip(".") + "." for name, text in found.items() if text}
    return {name: told(text) for name, text in first.items() if name in known}


def given(trace: Trace) -> Plain:
    """What no formula computes: whole numbers as lists, real ones as float32 in base64, byte by byte.

    Left out is a state in which nothing has been gathered yet: its numbers are all 0; and weights that were drawn, and
    that a page can draw as well.
    """
    drawn = _drawn(trace)
    tensors = (*trace.program.inputs, *(() if drawn else trace.program.parameters))
    arrays = {tensor: np.asarray(trace.arrays[tensor.name]) for tensor in tensors}
    arrays = {t: array for t, array in arrays.items() if t.role is not Role.STATE or array.any()}
    real = {t.name: array for t, array in arrays.items() if not _is_whole(t)}
    return {
        "whole": {t.name: [int(one) for one in array.ravel()] for t, array in arrays.items() if _is_whole(t)},
        "real": {"names": list(real), **packed(list(real.values()))},
        "drawn": drawn,
    }


def _is_whole(tensor: Tensor) -> bool:
    return tensor.kind == "integer" or tensor.role is Role.MASK or not tensor.indices


def packed(arrays: Sequence[np.ndarray]) -> Plain:
    """Float32 numbers, byte by byte: the lowest of all of them, then the next ones, and the ones above, in base64.

    The highest, with signs and powers of two, are few different ones: each number has a letter for its own, and these
    are listed, the commonest first. So a page is smaller by a tenth.
    """
    numbers = np.concatenate([np.zeros(0, "<f4"), *(array.astype("<f4").ravel() for array in arrays)])
    *lower, highest = numbers.view(np.uint8).reshape(-1, 4).T
    different = [byte for byte, _ in Counter(highest.tolist()).most_common()]
    letters = {byte: chr(FIRST_LETTER + n) for n, byte in enumerate(different)}
    return {
        "base64": base64(np.array(lower)),
        "highest": "".join(letters[byte] for byte in highest.tolist()),
        "bytes": different,
    }


def _drawn(trace: Trace) -> Plain | None:
    """How the weights were drawn, where a page can do that: in blocks, and without rounding."""
    origin = trace.origin
    if origin is None or not origin.fresh or origin.model.init_decimals >= 0:
        return None
    order = draws(origin.parameters)
    if min(draw.count for draw in order if draw.parameter) < BLOCK:
        return None
    weights = start_weights(origin.model, RandomStream(origin.seed))
    if not all(np.array_equal(weights[p.name], trace.arrays[p.name]) for p in trace.program.parameters):
        return None
    return {"seed": origin.seed, "draws": _listed(order)}


def _listed(order: Sequence[Draw]) -> list[Any]:
    return [[draw.parameter, draw.count, draw.std] for draw in order]


def base64(array: np.ndarray) -> str:
    """The bytes of an array as text."""
    return b64encode(array.tobytes()).decode("ascii")


def settings(trace: Trace) -> Iterator[tuple[str, float]]:
    """Each number that is set in a trace, by its address, and what it is set to; settings by their name."""
    if trace.before is None:
        return
    known = constants(trace.before.program)
    yield from ((where, float(value)) for where, value in trace.settings.items() if where in known)
    for name, here in trace.here.items():
        values = np.asarray(trace.arrays[name])
        for place in map(tuple, np.argwhere(here)):
            yield f"{name}[{','.join(map(str, place))}]" if place else name, values[place].item()


def _origin(origin: Origin | None) -> Plain | None:
    """What a page needs to follow a number down to the draws of the random stream."""
    if origin is None:
        return None
    batch = origin.batch
    return {
        "seed": origin.seed,
        "iteration": origin.iteration,
        "fresh": origin.fresh,
        "saved": origin.saved,
        "starts": batch and list(batch.starts),
        "draws": batch and list(batch.draws),
        "decimals": origin.model.init_decimals,
        "seq_length": origin.model.seq_length,
        "drawn": _listed(draws(origin.parameters)) if origin.fresh else [],
    }


def _run(onward: Onward, origin: Origin) -> Plain:
    """How training goes on: its settings, its data, and the stream behind what was drawn of it by now."""
    train, evaluated = onward.train, onward.evaluated
    batch = origin.batch
    assert batch is not None  # an iteration has one
    names = ("batch_size", "gradient_accumulation_steps", "eval_interval", "eval_iters")
    return {
        **{name: getattr(train, name) for name in names},
        "dropout_rate": origin.model.dropout_rate,
        "data": {"train": _tokens(batch.data), "val": _tokens(onward.val)},
        "stream": {"seed": origin.seed, "draws": onward.draws},
        "next_starts": list(onward.starts),
        "next_draws": list(onward.start_draws),
        "evaluation": onward.evaluation,
        "evaluated": evaluated and [evaluated.train_loss, evaluated.val_loss],
    }


def _tokens(tokens: np.ndarray) -> Plain:
    """Tokens in base64, each in so many bytes, the lowest first."""
    size = 1 if int(tokens.max(initial=0)) < 2**8 else 2 if int(tokens.max()) < 2**16 else 4
    return {"bytes": size, "count": len(tokens), "base64": base64(np.asarray(tokens, f"<u{size}"))}


def vocabulary(tokenizer: Tokenizer, count: int) -> Plain:
    """What each word of a model is called in tables and in sentences, and its text; and how texts are joined."""
    words, known = Words(tokenizer), range(count)
    labels = [tokenizer.label(token) for token in known]
    return {
        "kind": tokenizer.kind,
        "labels": labels,
        "quoted": [words.quoted(token) for token in known],
        "short": {str(token): short(label) for token, label in enumerate(labels) if short(label) != label},
        "texts": [tokenizer.decode([token]) if token < len(tokenizer) else "" for token in known],
        "has_its_spaces": tokenizer.has_its_spaces,
        "marks_apart": tokenizer.marks_apart,
        "known": min(tokenizer.vocab_size, count),
    }


def _perfect(trace: Trace) -> float | None:
    """The best possible loss of the language that is learnt, where that is known."""
    origin = trace.origin
    if origin is None or origin.onward is None:
        return None
    return perfect_loss(origin.onward.train.dataset, trace.tokenizer, origin.model.seq_length)
