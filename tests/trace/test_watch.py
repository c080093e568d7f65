"""Numbers that are watched while a model learns are those of its weights, and training does not notice."""

from __future__ import annotations

import io
import json
import re
import shlex
import shutil
import signal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from gpt_by_hand import GPT, UserError, train
from gpt_by_hand.layout.palette import heat, rgb
from gpt_by_hand.trace.watch import addresses
from gpt_by_hand.trace.watched import Watched
from gpt_by_hand.training import checkpoint
from gpt_by_hand.training.loop import Loop, Observer
from tests.support.commands import NUMPY, TINY, Command, refused
from tests.support.compilers import needs_compiler
from tests.training.runs import differences
from tests.views.heats import SVG, squares

VECTOR, SHARES = "transformer.wte.weight[gpt,:]", "h.0.attn.weights[0,1,3,:]"
STORED = "transformer.h.0.attn.c_attn.weight[0,1,:,:]"
PROMPT = "gpt by hand"
WATCH = ("--watch", f"{VECTOR},{SHARES},{STORED}", "--watch_prompt", PROMPT, "--every", 4)
RUN = ("train", *TINY, "--max_iters", 10, "--eval_interval", 10, *NUMPY, "--learning_rate", 0.01, "--warmup_iters", 1)
SETTINGS: dict[str, Any] = {
    "batch_size": 2,
    "gradient_accumulation_steps": 2,
    "eval_iters": 2,
    "eval_interval": 10,
    "engine": "numpy",
    "learning_rate": 0.01,
    "warmup_iters": 1,
}
AT = [0, 4, 8, 10]


def after(iterations: int) -> GPT:
    """The same run from Python, as long as that."""
    found = []

    def keep(step: Any) -> None:
        found.append(step.model)
        if step.iteration == iterations - 1:
            raise StopIteration

    if not iterations:
        return GPT.from_preset("pocket")
    train("pocket", callback=keep, max_iters=10, **SETTINGS)
    return found[-1]


def records(folder: str = "out") -> dict[int, list[np.ndarray]]:
    """What a reader of the file finds, who knows nothing but JSON."""
    _, *lines = map(json.loads, (Path(folder) / "watch.jsonl").read_text().splitlines())
    return {line["iteration"]: [np.array(values, float) for values in line["values"]] for line in lines}


def test_numbers_are_those_of_a_run_that_is_as_long(command: Command) -> None:
    see = f"gpt-by-hand plot --watch '{VECTOR.replace('gpt,:', '8,0')}'"  # they are too many for one picture
    assert command(*RUN, *WATCH).out.endswith(f"watched numbers are in out/watch.jsonl; see: {see}\n")
    found = records()
    assert [*found] == AT
    for at, (vector, shares, stored) in found.items():
        model = after(at)
        gpt = model.tokenizer.encode("gpt")[0]
        assert np.array_equal(vector, model.weights["transformer.wte.weight"][gpt])
        assert np.array_equal(shares, model.trace(PROMPT)["h.0.attn.weights"][0, 1, 3])
        assert np.array_equal(stored, model.weights["transformer.h.0.attn.c_attn.weight"][0, 1].ravel())


def test_pytorch_finds_the_same_shares(command: Command) -> None:
    torch = pytest.importorskip("torch")
    command(*RUN, *WATCH)
    for at, (_, shares, _) in records().items():
        model = after(at)
        w = {name: torch.tensor(array, dtype=torch.float64) for name, array in model.weights.items()}
        tokens = torch.tensor(model.tokenizer.encode(PROMPT))
        x = w["transformer.wte.weight"][tokens] + w["transformer.wpe.weight"][: len(tokens)]
        x = torch.nn.functional.layer_norm(x, x.shape[-1:], w["transformer.h.0.ln_1.weight"])
        q, k, _ = torch.einsum("shdc,tc->shtd", w["transformer.h.0.attn.c_attn.weight"], x)
        scores = q[1] @ k[1].T / q.shape[-1] ** 0.5
        seen = torch.softmax(scores.masked_fill(~torch.ones_like(scores).tril().bool(), -torch.inf), -1)
        assert np.abs(shares - seen[3].numpy()).max() < 1e-14


@pytest.mark.parametrize("engine", ["numpy", pytest.param("c", marks=needs_compiler)])
def test_training_does_not_notice(command: Command, engine: str) -> None:
    command(*RUN, "--engine", engine, "--out_dir", "alone")
    command(*RUN, "--engine", engine, *WATCH, "--every", 3)
    alone, watched = (checkpoint.load(Path(folder)).state for folder in ("alone", "out"))
    assert differences(alone, watched) == []
    assert not (Path("alone") / "watch.jsonl").exists()


def test_a_run_that_goes_on_has_the_record_of_one_that_was_whole(command: Command) -> None:
    command(*RUN, *WATCH, "--out_dir", "whole")
    command(*RUN, *WATCH, "--max_iters", 6)
    assert [*records()] == [0, 4, 6]
    half = Path("out/watch.jsonl")
    half.write_text(half.read_text() + '{"iteration": 8, "val')  # killed while it wrote
    command("train", "--init_from", "resume", "--max_iters", 10)
    found, whole = records(), records("whole")
    assert [*found] == [0, 4, 6, 8, 10]
    assert all(np.array_equal(a, b) for at in AT for a, b in zip(found[at], whole[at], strict=True))
    refused(command("train", "--init_from", "resume", "--watch", "logits"), "leave it out to go on")
    command(*RUN)  # another run
    assert not half.exists()


def test_ctrl_c_keeps_what_was_recorded(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    told = Loop._tell_arrived

    def stop(self: Loop) -> None:
        told(self)
        if self.state.iteration == 5:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Loop, "_tell_arrived", stop)
    ended = command(*RUN, *WATCH)
    assert ended.code == 130
    assert [*records()] == [0, 4, 6]
    assert "out/watch.jsonl" in ended.out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--watch", "transformer.wte"), ("no tensor 'transformer.wte'", "transformer.wte.weight")),
        (("--watch", "transformer.wte.weight[nowhere,:]"), ("nowhere is no word",)),
        (("--watch", "logits[0,9,0]"), ("logits",)),
        (("--watch", "d.logits"), ("no gradients",)),
        (("--watch", ","), ("names no number",)),
        (("--watch", "logits", "--watch_prompt", "xyzzy"), ("'xyzzy'",)),
        (("--watch", "logits", "--every", 0), ("every is 0",)),
        (("--every", 3), ("--every goes with --watch",)),
        (("--watch", "logits", "--every", 1, "--max_iters", 10**7), ("56.3 GB", "256 numbers", "limit is 1 GB")),
    ],
    ids=lambda one: " ".join(map(str, one)),
)
def test_what_makes_no_sense_is_refused_before_training(
    command: Command, options: tuple[object, ...], words: tuple[str, ...]
) -> None:
    refused(command(*RUN, *options), *words)
    assert not Path("out").exists()


def test_where_one_address_ends() -> None:
    assert addresses("a[',',:],b[0], c") == ["a[',',:]", "b[0]", "c"]
    assert addresses("a[0, b[1], c[") == ["a[0, b[1]", "c["]  # to be refused as they are
    quotes = "a[" + "'" * 60
    assert addresses(quotes) == [quotes]  # at once


def test_over_time_and_one_by_another(command: Command) -> None:
    refused(command("plot", "--watch"), "out/watch.jsonl", "train --watch")
    command(*RUN, *WATCH, "--watch", f"{VECTOR},transformer.wte.weight[:,0],transformer.wte.weight[:,1]")
    drawn = command("plot", "--watch", "transformer.wte.weight[gpt,2]").out
    assert drawn.startswith("transformer.wte.weight: a [gpt,2]\n")
    assert sum(line.count("a") for line in drawn.splitlines()[1:-1]) == len(AT)
    refused(command("plot", "--watch", "logits"), "logits was not watched", "transformer.wte.weight[")
    pair = "transformer.wte.weight[:,0],transformer.wte.weight[:,1]"
    command("plot", "--phase", pair, "-o", "phase.svg")
    marks = ElementTree.parse("phase.svg").iter(f"{SVG}g")
    found = {(m.get("data-label"), m.get("data-time")): m for m in marks if m.get("data-label")}
    for at in AT:
        table, words = after(at).weights["transformer.wte.weight"], GPT.from_preset("pocket").tokenizer
        for word in ("gpt", "hand", "world"):
            mark, vector = found[word, f"iteration {at}"], table[words.encode(word)[0]]
            assert (float(mark.attrib["data-x"]), float(mark.attrib["data-y"])) == (vector[0], vector[1])
    refused(command("plot", "--phase", "transformer.wte.weight[:,0]"), "give two")
    refused(command("plot", "--phase", f"{pair}".replace("[:,1]", "[gpt,1]")), "as many of both")


def test_the_command_that_is_named_draws(command: Command) -> None:
    """As it stands there, also for more numbers than can be told apart, and in another folder than the usual one."""
    trained = command(*RUN, *WATCH, "--watch", "transformer.wte.weight", "--out_dir", "my run")
    named = shlex.split(trained.out.splitlines()[-1].partition("; see: gpt-by-hand ")[2])
    assert command(*named).out.startswith("transformer.wte.weight: a [")
    many = command("plot", "--watch", "--out_dir", "my run")
    refused(many, "choose at most 25")
    named = shlex.split(many.err.partition("as in gpt-by-hand ")[2].partition("; there are")[0])
    assert command(*named).out.startswith("transformer.wte.weight: a [")
    refused(command("plot", "--watch", "your run"), "'your run' is no folder", "no out/watch.jsonl")


def test_a_phase_plot_says_where_paths_begin_and_end(command: Command) -> None:
    command(*RUN, *WATCH)
    drawn = command("plot", "--phase", f"{VECTOR.replace(':', '0')},{VECTOR.replace(':', '1')}").out
    assert "Each path leads from iteration 0 to 10, where its name stands." in drawn
    pair = ",".join(VECTOR.replace(":", channel) for channel in "01")
    for runs in (["out"], ["out", "again"]):
        shutil.copytree("out", "again", dirs_exist_ok=True)
        command("plot", *runs, "--phase", pair, "-o", "phase.json", "--force")
        found = json.loads(Path("phase.json").read_text())
        assert [one["folder"] for one in (found if len(runs) > 1 else [found])] == runs


def frames(film: str) -> list[ElementTree.Element]:
    return [
        group for group in ElementTree.fromstring(film).iter(f"{SVG}g") if "frame" in group.get("class", "").split()
    ]


def test_a_film_has_the_numbers_of_each_record(command: Command) -> None:
    command(*RUN, *WATCH, "--watch", "transformer.wte.weight,h.0.attn.weights")
    command("show", "transformer.wte.weight", "--watch", "-o", "film.svg")
    film = Path("film.svg").read_text()
    shown = frames(film)
    tables = [after(at).weights["transformer.wte.weight"] for at in AT]
    assert len(shown) == len(AT)
    largest = max(np.abs(table).max() for table in tables)
    for at, table, frame in zip(AT, tables, shown, strict=True):
        drawn = [*squares(ElementTree.tostring(frame, encoding="unicode"))]
        assert [one.value for one in drawn] == table.ravel().tolist()
        assert np.allclose([one.opacity for one in drawn], np.abs(table).ravel() / largest, atol=1e-4)
        assert f"iteration {at}" in ["".join(text.itertext()) for text in frame.iter(f"{SVG}text")]
    starts = [float(start) for start in re.findall(r"hidden; } ([\d.]+)%", film)]
    assert starts == sorted(starts)
    assert len(starts) == len(AT) - 1  # the first is there from the start
    assert "prefers-reduced-motion: no-preference" in film


def test_what_is_masked_is_so_in_each_frame(command: Command) -> None:
    command(*RUN, *WATCH, "--watch", "h.0.attn.weights")
    told = json.loads(command("show", "h.0.attn.weights", "--watch", "--format", "json").out)
    for frame in told["frames"]:
        shares = after(frame["iteration"]).trace(PROMPT)["h.0.attn.weights"][0]
        for panel, head in zip(frame["panels"], shares, strict=True):
            assert [[value or 0.0 for value in row] for row in panel["values"]] == head.tolist()
            assert [row.count(None) for row in panel["values"]] == [4, 3, 2, 1, 0]
    sheet = command("show", "h.0.attn.weights[0,0,:,:]", "--watch").out
    assert [f"iteration {at}" in sheet for at in AT] == [True] * len(AT)


def test_a_gif_has_the_colours_of_each_record(command: Command) -> None:
    pytest.importorskip("matplotlib")
    from PIL import Image

    command(*RUN, *WATCH)
    command("show", VECTOR, "--watch", "-o", "film.gif")
    vectors = [after(at).weights["transformer.wte.weight"][8] for at in AT]
    largest = max(np.abs(vector).max() for vector in vectors)
    with Image.open(io.BytesIO(Path("film.gif").read_bytes())) as film:
        assert film.n_frames == len(AT)
        for n, vector in enumerate(vectors):
            film.seek(n)
            colours = {colour for _, colour in film.convert("RGB").getcolors(1 << 20)}
            for value in vector.tolist():
                wanted = np.array(rgb(heat(value / largest, "light")))
                assert min(np.abs(np.array(colour) - wanted).max() for colour in colours) <= 4  # of 255; GIF has 256


def test_bad_films(command: Command) -> None:
    refused(command("show", VECTOR, "--watch", "-o", "x.svg"), "out/watch.jsonl")
    command(*RUN, *WATCH)
    refused(command("show", "logits", "--watch", "-o", "x.svg"), "was not watched")
    refused(command("show", VECTOR, "--watch", "-o", "x.webp"), ".gif")
    refused(command("show", VECTOR, "-o", "x.gif"), ".svg")
    refused(command("show", VECTOR, "--watch", "--prompt", "gpt"), "leave out --prompt")
    refused(command("show", VECTOR, "--watch", "--seed", 3), "leave out --seed")
    command(*RUN, "--watch", "transformer.wte.weight[gpt,:],transformer.wte.weight[by,:]")
    refused(command("show", "transformer.wte.weight", "--watch"), "a film is of one of them")


def test_a_damaged_record_is_named(command: Command) -> None:
    command(*RUN, *WATCH)
    path = Path("out/watch.jsonl")
    lines = path.read_text().splitlines(keepends=True)
    for damage in ('"x"', "1" + "0" * 400):
        path.write_text("".join([lines[0], lines[1].replace("[[", f"[[{damage}, "), *lines[2:]]))
        refused(command("plot", "--watch"), "out/watch.jsonl", "line 2")
    path.write_text("")
    refused(command("plot", "--watch"), "empty")


def test_weights_of_a_step_are_for_the_callback_alone() -> None:
    steps: list[Any] = []
    train("pencil", max_iters=2, callback=steps.append)
    with pytest.raises(UserError, match="ask for them in the callback"):
        _ = steps[0].weights
    assert steps[1].weights.keys() == GPT.from_preset("pencil").weights.keys()  # the last: nothing has gone on


def test_nobody_who_watches_stops_nothing() -> None:
    assert Observer().next_stop(3) == float("inf")


def test_read_back(command: Command) -> None:
    command(*RUN, *WATCH)
    found = Watched.read(Path("out"))
    assert found.iterations.tolist() == AT
    assert found.prompt == PROMPT
    assert found.text() == Path("out/watch.jsonl").read_text()
