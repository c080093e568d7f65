"""`gpt-by-hand train`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from gpt_by_hand.advice import command, of_run
from gpt_by_hand.cli.arguments import STARTS, Base, base, defaults, start_of
from gpt_by_hand.cli.display import Lines, observer
from gpt_by_hand.cli.option import Argument, Settings, Start
from gpt_by_hand.cli.options import chosen, parse
from gpt_by_hand.cli.output import check_digits, check_range
from gpt_by_hand.engines.processes import Alone
from gpt_by_hand.engines.together import together
from gpt_by_hand.errors import UserError
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.model.size import counted
from gpt_by_hand.records import dataclass
from gpt_by_hand.terminal import say
from gpt_by_hand.training import checkpoint
from gpt_by_hand.training.config import BY_HAND, TrainConfig
from gpt_by_hand.training.logs import loggers
from gpt_by_hand.training.loop import WATCH, Loop, Observer
from gpt_by_hand.training.session import begin, resume
from gpt_by_hand.training.trainer import Trainer

if TYPE_CHECKING:
    from gpt_by_hand.layout.document import Block
    from gpt_by_hand.trace.watch import Watcher

SHOWN_BY_HAND = 2  # iterations 0 and 1


@dataclass(frozen=True)
class Options(Settings, Start):
    """Train a GPT. Every option has a default; --preset and --recipe change several of them at once."""

    model: ModelConfig
    train: TrainConfig
    gpt_by_hand: bool = False
    """Show every number of iterations 0 and 1: one sequence at a time (batch_size 1, 2 micro-steps, 2 iterations, the
    engine numpy, unless you say otherwise). Nothing is saved, unless you give --out_dir. A terminal shows it in your
    pager: the program that PAGER names, or less."""
    full: bool = False
    """With --gpt_by_hand: print every row and column instead of folding long tables, and all digits."""
    digits: int | None = None
    """With --gpt_by_hand: print so many significant digits, 0 for all of them; else as many as fit, 6 at most."""
    watch: Annotated[str, Argument("ADDRESS,...")] = ""
    """Record the numbers at these addresses in out_dir/watch.jsonl while training, for `plot --watch`: weights, such as
    'transformer.wte.weight[gpt,:]', and what a forward pass computes, such as 'h.0.attn.weights[0,1,3,:]'."""
    watch_prompt: str | None = None
    """With --watch: the words that go into that forward pass; if nothing is said, the first of the validation data, 16
    at most."""
    every: int | None = None
    """With --watch: record each time so many updates have been made (eval_interval, if nothing is said), and at the
    start and the end."""


def run(arguments: Sequence[str]) -> int:
    """Train, as the command line says; returns 130 if interrupted (and saved), else 0."""
    found, given = base(arguments), chosen(arguments)
    saves = not found.gpt_by_hand or "out_dir" in given
    if saves and found.init_from not in STARTS and Path(found.init_from).resolve() == Path(found.out_dir).resolve():
        raise UserError(f"a run from {found.init_from} would replace what it starts from: choose another --out_dir")
    model, train = defaults(found)
    start = Options(model, train, gpt_by_hand=found.gpt_by_hand, init_from=found.init_from)
    options = parse(Options, arguments, "train", start)
    check_digits(options.digits)
    looks = [name for name, on in (("full", options.full), ("digits", options.digits is not None)) if on]
    if looks and not options.gpt_by_hand:
        raise UserError(f"--{looks[0]} says how --gpt_by_hand prints its numbers: give both")
    if options.gpt_by_hand and options.init_from == "resume":
        raise UserError(
            "--gpt_by_hand shows iterations 0 and 1, and --init_from resume goes on from a later one: for that one use "
            + command(of_run("trace --init_from resume", options.train.out_dir))
        )
    _check_watch(options, saves, given)
    with together() as processes:
        code = _run(options, found, given, saves, processes)
    if processes.rank.size > 1:  # all is saved; threads of PyTorch's that still run can abort Python's own end
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    return code


def _run(options: Options, found: Base, given: set[str], saves: bool, processes: Alone) -> int:
    """Train as one of the processes: the first one speaks and writes for all of them."""
    if options.gpt_by_hand and processes.rank.size > 1:
        raise UserError("--gpt_by_hand shows the numbers of one process: leave out torchrun")
    tell = say if processes.first else lambda line: None
    if options.init_from == "resume":
        trainer = resume(options.train, options.model, given, tell)
    else:
        trainer = begin(options.model, options.train, given, tell, start_of(found, options.model, tell))
    logs: list[Observer] = [*loggers(options.train)] if processes.first and saves else []
    watching = _watching(options, trainer, processes.first) if saves else None
    if watching is not None:
        tell(_watched(watching))
        logs.append(watching)
    display = _display(options, found, given, saves) if processes.first else Observer()
    try:
        out = Path(options.train.out_dir) if saves else None
        interrupted = Loop(trainer, display, out, *logs).run()
    finally:
        for shown in (display, *logs):
            getattr(shown, "close", lambda: None)()
    if watching is not None:
        from gpt_by_hand.cli.plot_watched import advised

        tell(f"watched numbers are in {watching.path}; see: {advised(watching.before)}")
    return 130 if interrupted else 0


def _check_watch(options: Options, saves: bool, given: set[str]) -> None:
    """Raises: UserError for what makes no sense of watching, whatever the model."""
    goes_on = options.init_from == "resume" and (Path(options.train.out_dir) / WATCH).exists()
    for name in ("watch_prompt", "every"):
        if name in given and not ("watch" in given or goes_on):
            raise UserError(f"--{name} goes with --watch: say which numbers, such as 'transformer.wte.weight[0,:]'")
    if options.every is not None:
        check_range("every", options.every, 1, 10**9)
    if "watch" in given and not saves:
        raise UserError("--watch writes to out_dir, and --gpt_by_hand saves nothing: give --out_dir as well")


def _watching(options: Options, trainer: Trainer, writes: bool) -> Watcher | None:
    """What records numbers: those that are asked for, or those of a run that goes on."""
    out = Path(options.train.out_dir)
    goes_on = options.init_from == "resume" and (out / WATCH).exists()
    if not (options.watch or goes_on):
        return None
    from gpt_by_hand.trace.watch import watcher
    from gpt_by_hand.trace.watched import Watched

    before = Watched.read(out) if goes_on else None
    return watcher(trainer, options.watch, options.watch_prompt, options.every, before, writes)


def _watched(watching: Watcher) -> str:
    """One line: what is watched, how often, and over which words."""
    before = watching.before
    words = f", over {before.prompt!r}" if watching.watch.computed else ""
    how = f"{counted(before.numbers, 'number')} at {', '.join(before.addresses)}{words}"
    return f"watching {how}, every {counted(before.every, 'iteration')}"


def _display(options: Options, found: Base, given: set[str], saves: bool) -> Lines:
    out = Path(options.train.out_dir)
    if saves and options.init_from != "resume" and checkpoint.exists(out):
        say(f"this run replaces the checkpoint in {out}")
    return ByHand(options, found, given, saves) if options.gpt_by_hand else observer(options.train.out_dir)


class ByHand(Lines):
    """Prints the report of iterations 0 and 1."""

    def __init__(self, options: Options, found: Base, given: set[str], saves: bool) -> None:
        super().__init__(options.train.out_dir if saves else None)
        from gpt_by_hand.cli.pager import Page
        from gpt_by_hand.trace.report import Report
        from gpt_by_hand.views.text import STYLES

        self.given, self.options, self.found = given, options, found
        self.page = Page(STYLES)
        self.report = Report(options.model, options.full, options.digits)

    def say(self, line: str) -> None:
        """One line, on the page where there is one."""
        self.page.print([[(line, "")]])

    def finished(self, trainer: Trainer, interrupted: bool) -> None:
        self.page.close()
        super().finished(trainer, interrupted)

    def close(self) -> None:
        """Print what there is, if something has gone wrong before all of it could be shown; not after Ctrl-C."""
        if isinstance(sys.exc_info()[1], KeyboardInterrupt) and self.page.pager:
            say(f"the report so far, {counted(self.page.text.count(chr(10)), 'line')}, is not shown")
        else:
            print(self.page.text, end="")

    def started(self, trainer: Trainer) -> None:
        from gpt_by_hand.trace.whose import Whose

        self.report.model = trainer.model
        scratch = self.options.init_from == "scratch"
        self.say((Whose(seed=trainer.train.seed) if scratch else Whose.of(self.found.model)).line())
        own = {name: getattr(self.options.train, name) for name in BY_HAND if name not in self.given}
        if own:
            said = ", ".join(f"{name} {value}" for name, value in own.items())
            self.say(f"by hand, one sequence at a time: {said} (give these options to have it otherwise)")
        if self.out is None:
            self.say("nothing is saved (give --out_dir to save)")
        super().started(trainer)

    def wants_trace(self, iteration: int) -> bool:
        return iteration < SHOWN_BY_HAND

    def traced(self, trainer: Trainer, values: dict[str, Any]) -> None:
        from gpt_by_hand.trace.trace import Trace
        from gpt_by_hand.views.text import TextView

        trace = Trace.of(trainer.program, values, trainer.dataset.tokenizer, precision="float32")
        blocks = self.report.iteration(trace, trainer.state.iteration - 1, trainer.train.batch_size)
        self.page.print(TextView(width=self.page.width).lines(self._noted(blocks)))

    def _noted(self, blocks: Iterable[Block]) -> Iterator[Block]:
        """The same, with the headings noted for the table of contents."""
        from gpt_by_hand.layout.document import Heading
        from gpt_by_hand.views.text import LEVELS

        for block in blocks:
            if isinstance(block, Heading) and block.level in LEVELS:
                self.page.heading(str(block.line[0]), block.level - 1)
            yield block
