"""`gpt-by-hand why`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from gpt_by_hand.advice import command
from gpt_by_hand.cli.option import Argument, Changed, Holding
from gpt_by_hand.cli.output import check_digits, hand_over_json
from gpt_by_hand.cli.tracing import Looking, asked, put
from gpt_by_hand.data.tokenizers import Tokenizer
from gpt_by_hand.errors import UserError
from gpt_by_hand.explain.shown import DIGITS, Shown
from gpt_by_hand.explain.why import following, holding, why
from gpt_by_hand.explain.why_author import Answer
from gpt_by_hand.layout.sentences import said
from gpt_by_hand.records import dataclass

EXAMPLE = "why world --prompt 'hello '"


@dataclass(frozen=True)
class Options(Looking, Changed, Holding):
    """Why a model predicts a word, or not: the parts that its score adds up from, each a number to ask on.

    Below them: what each head looks at, and what the model would have said after each layer.

        gpt-by-hand why world --prompt 'hello ' --checkpoint out
        gpt-by-hand why world --against networks --prompt 'hello ' --checkpoint out
        gpt-by-hand why world --prompt 'hello ' --features 3
    """

    word: Annotated[str | None, Argument(positional=True)] = None
    """The word that is predicted, or that should be."""
    prompt: str | None = None
    """The words that it comes after; where only a space can follow them, what comes after that is asked."""
    against: Annotated[str | None, Argument("WORD")] = None
    """Another word: then why the model prefers the one to the other, part by part."""
    features: int = 0
    """So many of the strongest features of each feed-forward layer as parts of their own."""
    full: bool = False
    """Show all parts and all words in tables instead of the largest parts and folded tables."""
    digits: int = DIGITS
    """Significant digits of the largest number; the others have as many decimals."""
    format: Literal["text", "json", "html", "svg", "markdown", "latex", "typst"] = "text"
    """text: to read here. json: for tools, at full precision. html: for a browser. svg: a picture. markdown, latex,
    typst: for a document. With -o, the name says it: FILE.html."""

    def words(self, tokenizer: Tokenizer) -> str:
        """The prompt that the word can follow."""
        return following(tokenizer, self.prompt or "", self.word or "")[0]


def run(arguments: Sequence[str]) -> int:
    """Say why."""
    options, trace = asked(Options, arguments, "why", _check)
    prompt, word = following(trace.tokenizer, options.prompt or "", options.word or "")
    against = None if options.against is None else following(trace.tokenizer, prompt, options.against)[1]
    answer = Answer(why(holding(trace, options.hold), prompt, word, against, options.features), options.prompt or "")
    if options.format == "json":
        hand_over_json(answer.to_dict(), options.output)
    else:
        put(list(answer.document(Shown(options.digits), options.full)), options, said("title.why", word=options.word))
    return 0


def _check(options: Options) -> None:
    if not options.word:
        raise UserError(f"WORD is missing: {command(EXAMPLE)} (see {command('why --help')})")
    if options.prompt is None:
        raise UserError(f"--prompt is missing: say what {options.word!r} comes after: {command(EXAMPLE)}")
    if options.iteration is not None:
        raise UserError(f"an iteration has no single next word: leave it out, as in {command(EXAMPLE)}")
    check_digits(options.digits, 1)
