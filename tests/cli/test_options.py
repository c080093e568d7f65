"""Command lines become dataclasses: whatever way a value is spelt; and every mistake is one line, on a terminal too."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpt_by_hand.cli import COMMANDS, train
from gpt_by_hand.cli.arguments import base
from gpt_by_hand.cli.option import Argument, Option, needed, options_of
from gpt_by_hand.cli.option_help import page
from gpt_by_hand.cli.options import chosen, parse
from gpt_by_hand.errors import UserError
from gpt_by_hand.meanings import meanings
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.training.config import TrainConfig
from tests.support.commands import Command, refused
from tests.support.terminal import Terminal

POSITIONAL = {"explain": ["loss"], "print": ["text"], "convert": ["a", "b"]}
MORE = ["a", "b c", "-1", "x=y", "."]
NASTY = ["--what", "--more=1", "--use_bias=2", "-o", "--", "-", "--=", "="]
TEXT = st.text(max_size=9).filter(lambda text: "\0" not in text)
TRUE, FALSE = ("True", "true", "TRUE", "1", "yes"), ("False", "false", "0", "no")


@dataclass(frozen=True)
class Inner:
    """Numbers."""

    warmup_iters: int = 3
    """How many."""
    min_lr: float = 0.5
    """How low."""
    top_k: int | None = None
    """The most."""


@dataclass(frozen=True)
class Outer:
    """Everything that there can be."""

    what: Annotated[str, Argument(positional=True)]
    """A word."""
    inner: Inner = Inner()
    use_bias: bool = False
    """A switch."""
    compile_it: bool = True
    """One that is on."""
    engine: Literal["numpy", "c"] = "numpy"
    """A choice."""
    out_dir: Annotated[Path | None, Argument("FILE", short="-o")] = None
    """A place."""
    prompt: str | None = None
    """Words."""
    more: Annotated[tuple[Path, ...], Argument("MORE ...", positional=True)] = ()
    """Other words."""


NAMES = [option.name for option in options_of(Outer) if not option.argument.positional]
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "warmup_iters": st.integers(),
    "min_lr": st.floats(allow_nan=False),
    "top_k": st.integers(),
    "use_bias": st.booleans(),
    "compile_it": st.booleans(),
    "engine": st.sampled_from(["numpy", "c"]),
    "out_dir": TEXT.map(Path),
    "prompt": TEXT,
}


@st.composite
def spelt(draw: st.DrawFn, name: str, value: Any) -> list[str]:
    """The words for a value, in one of the ways."""
    dashes = "--" + draw(st.sampled_from([name, name.replace("_", "-")]))
    if isinstance(value, bool):
        own = dashes if value else dashes.replace("--", "--no" + draw(st.sampled_from("_-")), 1)
        return [draw(st.sampled_from([own, *(f"{dashes}={word}" for word in (TRUE if value else FALSE))]))]
    behind = not str(value).startswith("-") or isinstance(value, int) or str(value)[1:2].isdigit()
    short = [[f"-o={value}"], *([["-o", str(value)]] if behind else [])] if name == "out_dir" else []
    short += [[f"-o{value}"]] if short and not str(value).startswith("=") else []
    return draw(st.sampled_from([[f"{dashes}={value}"], *([[dashes, str(value)]] if behind else []), *short]))


@given(st.data(), st.lists(st.sampled_from(NAMES), unique=True), st.lists(st.sampled_from(MORE)))
def test_what_is_said_is_what_is_read(data: st.DataObject, names: list[str], more: list[str]) -> None:
    wanted = {name: data.draw(VALUES[name]) for name in names}
    pieces = [(name, data.draw(spelt(name, value))) for name, value in wanted.items()]
    for word in ["first", *more]:
        pieces.insert(data.draw(st.integers(0, len(pieces))), ("", [word]))
    words = [word for _, piece in pieces for word in piece]
    found = parse(Outer, words, "x")
    assert [found.what, *map(str, found.more)] == [piece[0] for name, piece in pieces if not name]
    for name in NAMES:
        home = found.inner if hasattr(found.inner, name) else found
        default = getattr(Inner() if home is found.inner else Outer("x"), name)
        assert getattr(home, name) == wanted.get(name, default), (words, name)
    assert chosen(words) | {"out_dir"} == {*names, "out_dir"}  # which may be -o


@given(st.lists(st.text(max_size=12) | st.sampled_from(NASTY)))
def test_anything_else_is_refused_in_words(words: list[str]) -> None:
    """Whatever is typed, there is an answer: never another error."""
    try:
        found = parse(Outer, [word for word in words if word not in ("-h", "--help")], "x")
    except UserError as error:
        assert str(error)
    else:
        assert isinstance(found, Outer)


def test_a_short_name_takes_all_that_stands_behind_it() -> None:
    assert [parse(Outer, ["x", word], "x").out_dir for word in ("-oa=b", "-o=a=b")] == [Path("a=b")] * 2


def test_the_last_one_counts() -> None:
    assert parse(Inner, ["--top_k", "1", "--top-k=2"], "x") == Inner(top_k=2)


def test_what_is_given_beside_defaults() -> None:
    start = train.Options(ModelConfig(seq_length=4), TrainConfig(max_iters=7))
    found = parse(train.Options, ["--seed=3", "--use_bias"], "x", start)
    assert (found.model, found.train) == (ModelConfig(seq_length=4, use_bias=True), TrainConfig(max_iters=7, seed=3))


@pytest.mark.parametrize(("words", "on"), [(["--gpt-by-hand"], True), (["--gpt_by_hand=no"], False), ([], False)])
def test_reading_ahead(words: list[str], on: bool) -> None:
    """With the same spellings, past what it knows nothing of."""
    other = ["score", "--prompt=--preset", "--no-such", "3", "-q"]
    found = base([*other, *words, "--init-from", "a b", "--preset=pocket"])
    assert (found.gpt_by_hand, found.init_from, found.preset, found.out_dir) == (on, "a b", "pocket", "out")
    with pytest.raises(UserError, match="--preset needs a value behind it"):
        base(["--preset", "--seed", "3"])


def options(name: str) -> list[Option]:
    """Those of a command that have a name."""
    found = options_of(import_module(f"gpt_by_hand.cli.{name}").Options)
    return [option for option in found if not option.argument.positional]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_switch_takes_nanogpts_words(name: str) -> None:
    for option in options(name):
        if option.kind is bool:
            assert [option.value(word) for word in TRUE] == [True] * len(TRUE)
            assert [option.value(word) for word in FALSE] == [False] * len(FALSE)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_wrong_value_is_named(command: Command, name: str) -> None:
    for option in options(name):
        if needed(option.kind) == "text":
            continue
        said = refused(command(name, *POSITIONAL.get(name, []), f"--{option.name}=wr ong"))
        assert said == f"error: {option.called} is 'wr ong': it must be {needed(option.kind)}\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_missing_value_is_named(command: Command, name: str) -> None:
    for option in options(name):
        if option.kind is not bool:
            said = refused(command(name, *POSITIONAL.get(name, []), f"--{option.name}"))
            assert said == f"error: --{option.name} needs a value behind it: {needed(option.kind)}\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_suggested(command: Command, name: str) -> None:
    for option in options(name):
        if len(option.name) > 4:
            wrong = option.name[:-2] + option.name[-1]
            said = refused(command(name, f"--{wrong}", "3"), f"error: --{wrong}: there is no such option: perhaps")
            assert option.called in said


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("train --compile False", "--compile stands for itself: write --compile=False, or leave False out"),
        ("worksheet --answers true score", "--answers stands for itself: write --answers=true"),
        ("train --no_compile=False", "--no_compile takes no value: write --compile=True or --compile=False"),
        ("train --compile=maybe", "--compile is 'maybe': it must be True or False"),
        ("train --block_size=8", "perhaps you meant --seq_length"),
        ("train --n_layer=8", "perhaps you meant --num_layers"),
        ("train --n_embd=8", "perhaps you meant --dim_embedding"),
        ("train --lr=8", "--lr: there is no such option: perhaps you meant --learning_rate (see"),
        ("generate --start=8", "perhaps you meant --prompt (see"),
        ("generate --ckpt=8", "perhaps you meant --out_dir (see"),
        ("generate --checkpoint=8", "perhaps you meant --out_dir (see"),
        ("trace --ckpt=8", "perhaps you meant --checkpoint (see"),
        ("train --preset pensil", "--preset is 'pensil': perhaps you meant pencil; it must be demo, pocket, pencil,"),
        ("exercise score --preset Demo", "perhaps you meant demo; it must be"),
        (
            "generate once upon --seed 5",
            "'once' has no option in front of it: perhaps you meant --prompt 'once upon' (see",
        ),
        ("generate --prompt once upon", "perhaps you meant --prompt 'once upon' (see"),
        ("trace hello", "perhaps you meant --prompt hello (see"),
        ("explain loss hello", "'hello' has no option in front of it, such as --seed 5 has"),
        (
            "train config/x.py",
            "'config/x.py' is not read: settings are options of the command line, such as --max_iters",
        ),
        ("trian", "there is no command 'trian': perhaps you meant train; there are prepare, train, "),
        ("zzz", "there is no command 'zzz': choose prepare, train, "),
        ("train -max_iters 3", "-max_iters: there is no such option: perhaps you meant --max_iters"),
        ("plot -output x", "-output: there is no such option: perhaps you meant --output"),
        ("trace --prompt -x", "--prompt needs a value behind it: text, or --prompt=-x if that is the text"),
        ("convert a", "DEST is missing: gpt-by-hand convert SOURCE DEST (see gpt-by-hand convert --help)"),
        ("convert a b c", "'c' has no option in front of it"),
        ("trace --checkpoint --full", "--checkpoint needs a value behind it: text"),
        ("train -- 3", "--: there is no such option (see gpt-by-hand train --help)"),
        ("explain", "ADDRESS is missing: gpt-by-hand explain ADDRESS"),
    ],
)
def test_what_to_do_instead(command: Command, line: str, says: str) -> None:
    refused(command(*line.split()), says)


@pytest.mark.parametrize("line", ["--compile=False", "--use_bias=true", "--use-bias=1", "--no_compile", "--full=no"])
def test_nanogpts_switches_train(command: Command, line: str) -> None:
    """A switch that is off is as if it were not there; one that is on does what it says."""
    settings = ("train", "--preset", "pencil", "--max_iters", 1, "--eval_iters", 1)
    assert (found := command(*settings, line)).code == 0, found.err
    bias = "use_bias" in line.replace("-", "_")
    assert ('"use_bias": true' in Path("out/checkpoint.json").read_text()) == bias


# On a terminal


LINES = [
    *((name, *POSITIONAL.get(name, []), "--learnin_rate", "0.1") for name in COMMANDS),
    ("train", "--max_iters", "abc"),
    ("train", "--max_iters"),
    ("trace", "--format", "csv"),
    ("generate", "--compile", "False"),
    ("explain",),
    ("print",),
    ("convert", "a"),
    ("tran",),
]


@pytest.mark.parametrize("line", LINES, ids=" ".join)
def test_an_error_on_a_terminal(command: Command, tmp_path: Path, line: tuple[str, ...]) -> None:
    """The line that a pipe gets, wrapped, and nothing else: no escape codes, and the exit code 2."""
    terminal = Terminal(tmp_path, *line)
    assert terminal.wait() == 2
    assert "\x1b" not in terminal.shown
    shown, said = "".join(terminal.lines), refused(command(*line))
    assert "".join(shown.split()).replace("python-mgpt_by_hand", "gpt-by-hand") == "".join(said.split())


# The help


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("width", [60, 80, 100])
def test_the_help_fits(name: str, width: int) -> None:
    kind = import_module(f"gpt_by_hand.cli.{name}").Options
    lines = [line for line, _ in page(kind, options_of(kind), f"gpt-by-hand {name}", width)]
    assert not [
        line for line in lines if len(line) > width and not (width < 80 and line.startswith("    gpt-by-hand "))
    ]
    assert not [line for line in lines if line != line.rstrip()]
    text = " ".join(" ".join(lines).split())
    for option in options_of(kind):
        assert meanings(option.owner)[option.name] in text
        choices = get_args(option.kind) if get_origin(option.kind) is Literal else ()
        assert f"{{{', '.join(choices)}}}" in text or not choices
        if isinstance(option.default, int | float) and not isinstance(option.default, bool):
            assert f"(default: {option.default})" in text


def test_the_help_says_everything() -> None:
    text = "\n".join(line for line, _ in page(Outer, options_of(Outer), "x", 80))
    assert text.startswith("usage: x [OPTIONS] WHAT [MORE ...]\n\nEverything that there can be.\n\narguments:\n")
    assert "  -o, --out_dir FILE    A place.\n" in text
    assert "  --engine {numpy, c}   A choice. (default: numpy)\n" in text
    assert "  --compile_it          One that is on. (default: True)\n" in text
    assert "\nNumbers:\n  --warmup_iters N      How many. (default: 3)\n  --min_lr X " in text


def test_the_help_on_a_terminal(command: Command, tmp_path: Path) -> None:
    """As through a pipe, and its titles are bold."""
    shown = Terminal(tmp_path, "cache", "--help")
    assert shown.wait() == 0
    said = command("cache", "--help").out.replace("usage: gpt-by-hand", "usage: python -m gpt_by_hand")
    assert shown.lines == said.splitlines()
    assert "\x1b[1musage: " in shown.shown
