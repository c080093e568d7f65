"""What commands share that look into numbers: their options, the trace that these mean, and where a document goes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from pathlib import Path
from shlex import quote
from typing import ClassVar, TypeVar, get_args

from gpt_by_hand.cli.arguments import Base, defaults, say_notes, start_of
from gpt_by_hand.cli.option import Changed, Computed, Output, Settings, Spoken, Trained, Words, options_of
from gpt_by_hand.cli.options import ahead, chosen, parse
from gpt_by_hand.cli.output import check_ending, check_output, hand_over, hand_over_json
from gpt_by_hand.cli.pager import Page
from gpt_by_hand.data.tokenizers import Tokenizer, same_entries
from gpt_by_hand.errors import UserError
from gpt_by_hand.explain.difference import Difference
from gpt_by_hand.explain.picture import ENDINGS
from gpt_by_hand.layout.document import Block
from gpt_by_hand.layout.sentences import said
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.model.size import counted
from gpt_by_hand.records import dataclass
from gpt_by_hand.terminal import Printer, page_width, progress, remark, scheme
from gpt_by_hand.trace.changed import settings_of, with_set
from gpt_by_hand.trace.recording import Goal, trace_iteration, trace_prompt
from gpt_by_hand.trace.trace import Trace
from gpt_by_hand.trace.whose import Whose, usual_rows
from gpt_by_hand.training import checkpoint
from gpt_by_hand.training.config import TrainConfig
from gpt_by_hand.training.session import begin, resume
from gpt_by_hand.training.trainer import Trainer
from gpt_by_hand.views import page
from gpt_by_hand.views.text import STYLES, TextView, plain

OF_A_START = {"checkpoint", "init_from", "recipe"}  # options
OF_A_TRAINING = {"iteration", "seed", "init_std", "init_decimals"}
FORMS = {**ENDINGS, ".npz": "npz"}  # by what files are called
END = 10**9  # iterations that a training can have
MANY = 200  # iterations: they take long enough that somebody wants to know how long


@dataclass(frozen=True)
class Looking(Output, Trained, Words, Computed, Spoken, Settings):
    """Looks into numbers."""

    RARE: ClassVar = {"gpu", "run"}

    model: ModelConfig
    train: TrainConfig
    prompt: str | None = None
    """Look at the forward pass over these words, or over the last ones, if they are too many."""
    iteration: int | None = None
    """Train up to this iteration and look at it (0, if nothing is said)."""
    format: str = "text"
    """The form; a command says which there are."""

    @property
    def goal(self) -> Goal:
        """How far to go with a prompt."""
        return "prediction"

    def words(self, tokenizer: Tokenizer) -> str:
        """The prompt, as a model with these words is to look at it."""
        return self.prompt or ""


@dataclass(frozen=True, kw_only=True)
class Backward(Looking):
    """Looks into the way back too."""

    gradients: bool = False
    """With --prompt: take each word's next one as its target, and go back from the loss to the gradients, d.*; nothing
    is updated."""

    @property
    def goal(self) -> Goal:
        """Back to the gradients, if they are wanted."""
        return "gradients" if self.gradients else "prediction"


L = TypeVar("L", bound=Looking)


def asked(kind: type[L], arguments: Sequence[str], name: str, check: Callable[[L], L | None]) -> tuple[L, Trace]:
    """The options of the command, and the trace that they mean; `check` refuses what makes no sense in the options.

    It may return others in their place. Raises: UserError, before anything is trained; and as training does.
    """
    found = begun(arguments)
    options = parse(kind, arguments, name, kind(*defaults(found)))
    options = options if "format" in chosen(arguments) else _as_named(options)
    options = check(options) or options
    _check_wanted(options)
    return options, traced(options, found, chosen(arguments))


def put(document: Iterable[Block], options: Looking, title: str = "", what: str = "", paged: bool = True) -> None:
    """Show the document, or write it where and in the form that the options say.

    A page in another form has the `title`; `what` says what a file holds. A terminal shows it in the pager, if it is to
    be `paged`.
    """
    if options.format != "text":
        hand_over(page(document, options.format, title), options.output, what)
    elif options.output is not None:
        hand_over(plain(document, page_width()) + "\n", options.output, what)
    else:
        printer = Page(STYLES) if paged else Printer(STYLES)
        printer.print(TextView(width=printer.width, scheme=scheme()).lines(document))
        printer.close()


def show_difference(difference: Difference, options: Looking, full: bool = False) -> None:
    """Show which numbers differ, or all of them where it is `full`, in the form that the options say."""
    what = "a comparison of " + counted(len(difference.after), "tensor")
    if options.format == "json":
        hand_over_json(difference.to_dict(), options.output, what)
    else:
        put(difference.document(full), options, said("title.changes"), what)


@dataclass(frozen=True)
class Begun(Base, Trained):
    """What decides the defaults of a trace."""

    gpt_by_hand: bool = True


def begun(arguments: Sequence[str]) -> Begun:
    """Read ahead where to start: `--checkpoint FOLDER` stands for --init_from and --out_dir. Raises: UserError."""
    found = ahead(Begun, arguments)
    if not found.checkpoint:
        return found
    if "init_from" in chosen(arguments):
        raise UserError("--checkpoint and --init_from both say where to start: give one of them")
    if checkpoint.exists(Path(found.checkpoint)):
        return replace(found, init_from="resume", out_dir=found.checkpoint)
    return replace(found, init_from=found.checkpoint)


def _as_named(options: L) -> L:
    """In the form that the ending of the file's name means; any other ending means text.

    Raises: UserError for an ending that means a form which the command does not have.
    """
    path = options.output
    if path is None or path.suffix.lower() not in FORMS:
        return options
    kinds = {option.name: option.kind for option in options_of(type(options))}
    if "format" not in kinds:
        return options
    there = get_args(kinds["format"])
    ending = check_ending(path, [ending for ending, form in FORMS.items() if form in there])
    return replace(options, format=FORMS[ending])


def _check_wanted(options: Looking) -> None:
    """Refuse what cannot be traced or written: now, and not after thousands of iterations. Raises: UserError."""
    if options.prompt is not None and options.iteration is not None:
        raise UserError("--prompt and --iteration are two different things to trace: give one of them")
    if options.goal == "gradients" and options.prompt is None:
        raise UserError("--gradients goes back from a --prompt; an iteration has its gradients without it")
    if options.iteration is not None and options.iteration < 0:
        raise UserError(f"iteration is {options.iteration}: it must be 0 or more")
    if options.iteration is not None and options.iteration >= END:
        raise UserError(f"iteration is {options.iteration}: it must be below {END:,}")
    settings_of(_set(options))
    if options.output is not None:
        check_output(options.output, options.force)


def _set(options: Looking) -> tuple[str, ...]:
    return options.set if isinstance(options, Changed) else ()


def traced(options: Looking, found: Begun, given: AbstractSet[str]) -> Trace:
    """What the options of `trace` or `explain` ask for; without a prompt, an iteration: that one, or the next.

    `found` says where to start, `given` names the options that the user chose; with `Changed` among the options, it is
    the trace with what they set. Raises: UserError, as training does, and for words that are unknown.
    """
    trace, settings = _as_it_is(options, found, given), settings_of(_set(options))
    return with_set(trace, settings) if settings else trace


def _as_it_is(options: Looking, found: Begun, given: AbstractSet[str]) -> Trace:
    model, prompt, precision = options.model, options.prompt, options.precision
    train = replace(options.train, out_dir=found.out_dir)
    if found.tokenizer and (prompt is None or found.init_from == "scratch"):
        raise UserError(
            "--tokenizer gives the words for a --prompt to a model that is read: give both, and --checkpoint or "
            "--init_from"
        )
    if prompt is not None and found.init_from != "scratch":
        say_notes(found.model)
        opened = found.model.resized(model)
        prompt, whose = options.words(opened.tokenizer), Whose.of(opened)
        return trace_prompt(model, opened.tokenizer, opened.weights, prompt, whose, precision, options.goal)
    if found.init_from == "resume":
        trainer = resume(train, model, given, remark)
        whose = Whose(train.out_dir, before=trainer.state.iteration)
    else:
        trainer = begin(model, train, given, remark, start_of(found, model, remark))
        read_here = options.format == "text" and options.output is None
        hint = _hint(trainer, prompt is not None, given) if read_here else ""
        whose = Whose(seed=train.seed) if found.init_from == "scratch" else Whose.of(found.model)
        whose = replace(whose, usual=usual_rows(found.preset, found.recipe, train, given), hint=hint)
    if prompt is not None:
        tokenizer, weights = trainer.dataset.tokenizer, trainer.state.weights
        return trace_prompt(trainer.model, tokenizer, weights, options.words(tokenizer), whose, precision, options.goal)
    wanted = trainer.state.iteration if options.iteration is None else options.iteration
    before, to = wanted - trainer.state.iteration, f"to iteration {wanted:,}"
    with progress(to, before, f"training up {to}", slow=before >= MANY) as advance:
        return trace_iteration(trainer, wanted, advance, whose, precision)


def _hint(trainer: Trainer, of_prompt: bool, given: AbstractSet[str]) -> str:
    """What to add to these options to see a trained model; nothing, where they would then be refused."""
    out = trainer.train.out_dir
    if given & (OF_A_START if of_prompt else OF_A_START | OF_A_TRAINING) or not checkpoint.exists(Path(out)):
        return ""
    try:
        saved = checkpoint.load(Path(out), arrays=False)
    except UserError:
        return ""
    asked = given & {"preset", "dataset", *saved.model.sizes}  # else the checkpoint says them
    fits = not asked or saved.model.sizes == trainer.model.sizes
    known = not (asked or of_prompt) or same_entries(saved.tokenizer, trainer.dataset.tokenizer)
    return said("hint.trained", folder=out, option=f"--checkpoint {quote(out)}") if fits and known else ""
