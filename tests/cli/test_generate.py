"""`gpt-by-hand generate`."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import numpy as np
import pytest

from gpt_by_hand import GPT
from gpt_by_hand.cli import generate
from gpt_by_hand.cli.candidates import Candidates
from gpt_by_hand.training.generation import Generator, Sampling, Step
from tests.support.commands import NUMPY, Command, environment, process, program, refused
from tests.support.compilers import needs_compiler, plain

__all__ = ["plain"]

# The mark, the word, the model's own probability, the one that it is drawn with, its part of the range, the bar.
CANDIDATE = re.compile(
    r"^  ([→ ]) (\S+|' ') +(\d\.\d{4})  (\d\.\d{4})  (?:none|(\d\.\d{4}) to (\d\.\d{4}))(?:  (█*))?$", re.M
)

pytestmark = pytest.mark.usefixtures("trained")


def test_three_prompts(command: Command) -> None:
    lines = command("generate").out.splitlines()
    assert [line.split()[0] for line in lines] == ["hello", "gpt", "i"]
    assert lines[1].startswith("gpt by")
    assert lines[2].startswith("i love")


def test_script(trained: Path, command: Command) -> None:
    assert process(script="generate.py", cwd=trained) == command("generate")


def test_words_do_not_touch_and_that_is_said(command: Command) -> None:
    result = command("generate", "--prompt", "hello", "--max_tokens", 200)
    assert set(result.out.split()) <= set(words()), result.out
    assert result.err == f"{generate.TIDIED}\n"
    exact = GPT.load("out").generate("hello", 200)
    assert exact != result.out.rstrip("\n")
    assert exact.replace(" ", "") == result.out.rstrip("\n").replace(" ", "")


def test_the_prompt_stands_as_it_was_given(command: Command) -> None:
    for prompt in ("Hello", "  HELLO  world ", "gpt  by "):
        assert command("generate", "--prompt", prompt, "--max_tokens", 5).out.startswith(prompt)
        assert GPT.load("out").generate(prompt, 5).startswith(prompt)


def words() -> list[str]:
    from gpt_by_hand.data.prepare import built_in_tokenizer

    return list(built_in_tokenizer("tiny_demo_words").words)


def test_the_same_seed_writes_the_same(command: Command) -> None:
    one, again, other = (command("generate", "--seed", seed).out for seed in (1, 1, 2))
    assert one == again != other


@pytest.mark.parametrize("temperature", [0.1, 1, 9])
def test_top_1_is_greedy(command: Command, temperature: float) -> None:
    out = {command("generate", "--top_k", 1, "--seed", seed, "--temperature", temperature).out for seed in (1, 2)}
    assert out == {command("generate", "--top-k", "1").out}


def test_several_samples(command: Command) -> None:
    lines = command("generate", "--prompt", "hello", "--num_samples", 4).out.splitlines()
    assert len(lines) == 4
    assert len(set(lines)) == 4
    assert lines[0] == command("generate", "--prompt", "hello").out.rstrip("\n")


def test_number_of_tokens(command: Command) -> None:
    out = command("generate", "--prompt", "hello", "--max_tokens", 2, "--show_probabilities").out
    assert out.count("after ") == 2


def test_probabilities_as_bars(command: Command) -> None:
    out = command("generate", "--prompt", "hello", "--max_tokens", 12, "--show_probabilities", "--top_k", 4).out
    assert "drawn: what temperature 0.8 and top_k 4 make of it;" in out
    steps = re.split(r"^after .*\(draw (0\.\d{4})\):\n", out, flags=re.M)[1:]
    assert len(steps) == 2 * 12
    for draw, lines in zip(steps[::2], steps[1::2], strict=True):
        *found, last = CANDIDATE.findall(lines)
        shares = [float(share) for _, _, _, share, *_ in found]
        assert sum(shares) <= 1.0001
        assert shares == sorted(shares, reverse=True)
        assert [bar.count("█") for *_, bar in found] == pytest.approx([24 * share for share in shares], abs=0.51)
        assert [mark for mark, *_ in found].count("→") == 1
        assert all(float(stop) - float(start) == pytest.approx(float(p), abs=2e-4) for *_, p, start, stop, _ in found)
        own = [float(share) ** (1 / 0.8) for _, _, share, *_ in found]  # softmax(z / T) is softmax(z) to the 1 / T
        assert shares == pytest.approx([share / sum(own) for share in own], abs=1e-3)
        assert last[3:] == ("0.0000", "", "", "")  # the fifth is out
        drawn = next((float(start), float(stop)) for mark, *_, start, stop, _ in found if mark == "→")
        assert drawn[0] - 1e-4 <= float(draw) <= drawn[1] + 1e-4
    assert out.rstrip().splitlines()[-1].startswith("hello")


def test_no_share_is_shown_as_0_that_is_not(command: Command) -> None:
    out = command("generate", "--prompt", "hello", "--show_probabilities", "--show_certain", "--temperature", 0.001).out
    rows = re.findall(r"^  [→ ] \S.*?  (\S+) +(\S+)  +(none|\d\.\d+ to)", out, flags=re.M)
    assert any("e-" in drawn for _, drawn, _ in rows)
    assert [row for row in rows if row[0] == "0.0000" or (row[1] == "0.0000" and row[2] != "none")] == []


def test_what_temperature_changes_is_said(command: Command) -> None:
    """The model's own probabilities are the same at any temperature; without one, both columns are."""
    options = ("generate", "--prompt", "hello", "--max_tokens", 1, "--show_probabilities")
    plain, hot = (command(*options, "--temperature", t).out for t in (1, 3))
    found = {said: CANDIDATE.findall(said) for said in (plain, hot)}
    assert "drawn: the same here;" in plain
    assert all(own == drawn for _, _, own, drawn, *_ in found[plain])
    assert "drawn: what temperature 3 makes of it;" in hot
    assert [(word, own) for _, word, own, *_ in found[hot]][:5] == [(w, own) for _, w, own, *_ in found[plain]][:5]
    assert {own == drawn for _, _, own, drawn, *_ in found[hot]} == {False}


def test_nothing_is_drawn_at_temperature_0(command: Command) -> None:
    options = ("generate", "--prompt", "hello", "--show_probabilities", "--show_certain", "--temperature", 0)
    out = command(*options, "--max_tokens", 3).out
    assert "taken: what temperature 0 makes of it; nothing is drawn: the likeliest is taken (→).\n" in out
    assert "draw " not in out
    assert "0 to 1" not in out
    taken = re.findall(r"^  ([→ ]) \S.*?  \d\.\d{4}  (\d\.\d{4})(?:  █{24})?$", out, re.M)
    assert taken == [("→", "1.0000"), *[(" ", "0.0000")] * 4] * 3


def test_words_that_are_equally_likely_at_temperature_0(capsys: pytest.CaptureFixture[str]) -> None:
    model = GPT.from_preset("pencil")
    generator = Generator(model.config, model.tokenizer, model.weights)
    probabilities = np.array([0.5, 0, 0.5, 0, 0, 0, 0, 0])
    step = Step(2, np.log(probabilities + 1e-9), probabilities, 0.7)
    Candidates(generator, Sampling(temperature=0), certain=False).show([1], step)
    assert "(2 words are the likeliest: one of them is drawn):\n" in capsys.readouterr().out


@pytest.mark.parametrize("temperature", [0, 0.8])
def test_the_columns_are_explained_only_where_there_are_some(
    command: Command, monkeypatch: pytest.MonkeyPatch, temperature: float
) -> None:
    monkeypatch.setattr("gpt_by_hand.cli.candidates.SURE", 0.01)  # so every step is certain
    out = command(
        "generate", "--prompt", "hello", "--max_tokens", 3, "--show_probabilities", "--temperature", temperature
    ).out
    assert out.startswith("3 steps are left out, where one word has 0.01 or more (--show_certain shows all)\nhello")


def test_the_columns_are_explained_once(command: Command) -> None:
    assert command("generate", "--show_probabilities", "--show_certain", "--max_tokens", 2).out.count("model: ") == 1


def test_what_is_certain_is_left_out(trained: Path, command: Command) -> None:
    """Unless it is asked for: a model that knows its text by heart has nothing else to show."""
    (trained / "x.txt").write_text("a b c d " * 40)
    command("prepare", "text", "x.txt")
    fast = ("--recipe", "quick", "--max_iters", 300, "--eval_interval", 300, "--warmup_iters", 10, *NUMPY)
    command("train", "--dataset", "x", *fast, "--out_dir", "x")
    options = ("generate", "--out_dir", "x", "--prompt", "a b c d a b", "--max_tokens", 6, "--show_probabilities")
    few, every = command(*options).out, command(*options, "--show_certain").out
    left_out = 6 - few.count("(draw ")
    assert every.count("(draw ") == 6 > 6 - left_out
    assert f"{left_out} steps are left out, where one word has 0.99 or more (--show_certain shows all)" in few
    assert "left out" not in every
    for step in re.split(r"^after .*", every, flags=re.M)[1:]:
        best = max(CANDIDATE.findall(step), key=lambda candidate: candidate[2])
        shown = step.partition("a b c d")[0].rstrip()
        assert (shown in few) == (min(float(best[2]), float(best[3])) < 0.99)


def test_the_drawn_word_is_marked(command: Command) -> None:
    line = command("generate", "--prompt", "hello", "--max_tokens", 1, "--show_probabilities", "--seed", 9).out
    marked = re.search(r"^  → (\S+)", line, re.M)
    assert marked
    assert line.splitlines()[-1].split() in (["hello", marked[1]], ["hello"])


def test_interactive(trained: Path, command: Command) -> None:
    """A word that is not there is named, and the next prompt is answered."""
    result = process("generate", "--interactive", cwd=trained, given="hellp\n\nhello\n")
    expected = command("generate", "--prompt", "hello").out
    assert (result.code, result.out) == (0, expected)
    assert "error: word 'hellp' is not among the 32 entries of the vocabulary; nearest: 'hello'" in result.err
    assert "A prompt that works: hello\n" in result.err
    assert "Traceback" not in result.err


def test_interactive_with_bytes_that_are_no_text(trained: Path) -> None:
    line, strict = program("generate", "--interactive"), environment(PYTHONIOENCODING="utf-8:strict")
    ran = subprocess.run(line, cwd=trained, env=strict, input=b"\xff\n", capture_output=True, timeout=60, check=False)
    assert ran.returncode == 2
    assert ran.stderr.splitlines()[-1].startswith(b"error: the input is not utf-8 text")
    assert b"Traceback" not in ran.stderr


@pytest.mark.parametrize(
    "arguments", [("generate", "--num_samples", "500"), ("trace",), ("trace", "--format", "json"), ("train", "--help")]
)
def test_a_reader_that_has_seen_enough(trained: Path, arguments: tuple[str, ...]) -> None:
    """As in `gpt-by-hand generate | head -1`."""
    process = subprocess.Popen(
        program(*arguments), cwd=trained, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout
    assert process.stderr
    assert process.stdout.read(1)
    process.stdout.close()
    assert process.wait(timeout=60) in (0, 141, 1)  # 0 if everything was printed before the reader had gone
    assert process.stderr.read() == b""
    process.stderr.close()


def test_a_terminal_without_the_characters(trained: Path) -> None:
    result = process("generate", "--show_probabilities", cwd=trained, PYTHONIOENCODING="ascii")
    assert (result.code, result.err) == (0, f"{generate.TIDIED}\n")
    assert "?" in result.out


def test_model_of_characters(command: Command) -> None:
    command("prepare", "chars")
    command("train", "--dataset", "tiny_demo", "--max_iters", 2, "--out_dir", "c")
    out = command("generate", "--out_dir", "c", "--prompt", "the quick", "--max_tokens", 7).out
    assert out.startswith("the quick")
    refused(command("generate", "--out_dir", "c", "--prompt", "Z"), "character 'Z'")


def test_vocabulary_without_a_word(command: Command, trained: Path) -> None:
    (trained / "x.txt").write_text("a b c d e f " * 20)
    assert "vocabulary 2, " in command("prepare", "text", "x.txt", "--vocab_size", 2).out
    command("train", "--dataset", "x", "--max_iters", 1, "--out_dir", "x")
    assert command("generate", "--out_dir", "x").code == 0


def test_prompts_for_another_vocabulary(command: Command) -> None:
    command("train", "--preset", "pencil", "--max_iters", 2, "--out_dir", "p")
    lines = command("generate", "--out_dir", "p").out.splitlines()
    assert len(lines) == 1
    assert lines[0].split()[0] in ("a", "cat", "dog", "hear", "i", "see", "the", "you")


@needs_compiler
@pytest.mark.usefixtures("plain")
def test_engines_write_the_same(command: Command) -> None:
    """With one seed; a line says so on standard error where C is asked for, and there alone."""
    command("train", "--recipe", "quick", "--max_iters", 300, "--eval_interval", 300, *NUMPY, "--out_dir", "demo")
    options = ("generate", "--out_dir", "demo", "--num_samples", 3, "--show_probabilities", "--show_certain")
    before = command(*options)
    compiled, found, after = (command(*options, "--engine", engine) for engine in ("c", "c", "auto"))
    assert [before.err, found.err, after.err] == ["", "engine: C, compiled earlier\n", ""]
    assert re.fullmatch(r"engine: C, compiled in \d+\.\d s\n", compiled.err)
    drawn = [re.findall(r"^  → (\S+|' ')|^(\w.*)$", result.out, re.M) for result in (before, compiled, found, after)]
    assert drawn == [drawn[0]] * 4
    assert len(drawn[0]) == 1 + 9 * (24 + 24 + 1)


def test_c_without_a_compiler(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    written = command("generate").out
    monkeypatch.setenv("CC", "no-such-compiler")
    refused(command("generate", "--engine", "c"), "'no-such-compiler'", "--engine numpy")
    assert command("generate").out == written
    assert command("generate", "--engine", "tpu").code == 2


def test_where_text_is_ascii(trained: Path) -> None:
    """What cannot be printed there is a question mark, and not the end."""
    arguments = ("generate", "--prompt", "hello", "--max_tokens", 1, "--show_probabilities")
    result = process(*arguments, cwd=trained, LC_ALL="C", PYTHONUTF8="0", PYTHONIOENCODING="ascii:surrogateescape")
    assert result.code == 0
    assert "Traceback" not in result.err
    assert "\n  ? " in result.out


def test_half_a_character_waits_for_its_other_half(capsys) -> None:
    shown = ""
    text = generate.Growing()
    for written in ("a", "a\ufffd", "aé", "aé\ufffd"):
        text.show(written, growing=True)
        shown += capsys.readouterr().out
    assert shown == "aé"


TOO_LARGE = {
    "logits=1e39": "is set to 1e+39, which is too large for float32",
    "logits=-1e39": "is set to -1e+39, which is too large for float32",
    "transformer.wte.weight[gpt,:]=3e38": "the model's scores are no numbers",
}


@pytest.mark.parametrize(("said", "why"), TOO_LARGE.items())
def test_scores_that_are_too_large_are_no_text(command: Command, trained: Path, said: str, why: str) -> None:
    """Of float32: what is drawn from them is not what the formulas say."""
    refused(command("generate", "--prompt", "hello", "--set", said), why)
