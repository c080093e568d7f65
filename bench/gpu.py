"""On a GPU: the twin beside a plain nanoGPT-style loop, and how long Shakespeare's characters take.

    python -m bench.gpu                              GPT-2 (124M): tokens per second and MFU, ours and the plain loop's
    python -m bench.gpu --shakespeare input.txt      train shakespeare-char until its validation loss is 1.47

Both loops do the same work: the same sizes, random tokens that are on the device already, 16-bit products, fused
attention, fused AdamW, clipping, torch.compile. The vocabulary is filled up to 50,304 words, as nanoGPT's is: a
multiple of 64, which GPUs multiply faster (--vocab_size 50257 is GPT-2's own). They take turns, so that a slow moment
of the machine hits both. MFU is the share of the device's peak that the model's own operations reach (Chowdhery et
al. 2022, appendix B); operations done twice don't count.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from gpt_by_hand.engines.torch.device import Device, fast_products, find_device
from gpt_by_hand.engines.torch.learner import Learner, Rule
from gpt_by_hand.engines.torch.module import GPT, Sizes
from gpt_by_hand.model.config import MODEL_PRESETS, ModelConfig

TINY = ModelConfig(256, 32, 2, 2, 32, use_bias=True, gelu="tanh")  # to see that the script works, on any machine
RULE = Rule(6e-4, 6e-5, 0, 1, 0.9, 0.95, 1e-8, 0.1, 1.0)
GOAL = 1.47  # nats per character: nanoGPT's README gives it for this model
ROUNDS = 5
Step = Callable[[torch.Tensor, torch.Tensor, int], torch.Tensor]


def main(arguments: list[str] | None = None) -> int:
    """Measure what the command line asks for, and print it as a table and as JSON."""
    chosen = _arguments(arguments)
    found = shakespeare(Path(chosen.shakespeare), chosen) if chosen.shakespeare else throughput(chosen)
    print(json.dumps(found, indent=2))
    if chosen.output:
        Path(chosen.output).write_text(json.dumps(found, indent=2) + "\n")
    return int(found.get("exit_code", 0))


def throughput(chosen: argparse.Namespace) -> dict[str, Any]:
    """Tokens per second and MFU of both loops."""
    device = find_device(chosen.device, chosen.dtype)
    fast_products(device)
    config = TINY if chosen.tiny else replace(MODEL_PRESETS["gpt2"], vocab_size=chosen.vocab_size)
    shape = (chosen.batch_size, config.seq_length)
    loops = {"ours": _ours(config, device, chosen), "plain": _plain(config, device, chosen)}
    batches = [_batch(config, shape, device, seed) for seed in range(4)]
    said: dict[str, Any] = {"device": device.name, "batch": list(shape), "vocab_size": config.vocab_size}
    said["torch"] = torch.__version__
    first = {name: _timed(step, batches, 1, device) for name, (step, _) in loops.items()}
    seconds: dict[str, list[float]] = {name: [] for name in loops}
    for _ in range(ROUNDS):
        for name, (step, _) in loops.items():
            seconds[name].append(_timed(step, batches, chosen.iterations, device) / chosen.iterations)
    for name, (_, model) in loops.items():
        flops, rate = GPT(Sizes.of(config)).flops_per_token(), shape[0] * shape[1] / statistics.median(seconds[name])
        peak = device.peak()
        said[name] = {
            "tokens_per_second": round(rate),
            "mfu": round(rate * flops / peak, 4) if peak else None,
            "ms_per_iteration": [round(1e3 * s, 3) for s in seconds[name]],
            "first_iteration_s": round(first[name], 1),
            "parameters": sum(p.numel() for p in model.parameters()),
        }
    said["ours_to_plain"] = round(said["ours"]["tokens_per_second"] / said["plain"]["tokens_per_second"], 3)
    return said


def _ours(config: ModelConfig, device: Device, chosen: argparse.Namespace) -> tuple[Step, torch.nn.Module]:
    model = _model(config, device)
    learner = Learner(model, device, RULE, compiled=chosen.compile)
    return lambda x, y, n: learner.update([(x, y)], n)[0], model


def _plain(config: ModelConfig, device: Device, chosen: argparse.Namespace) -> tuple[Step, torch.nn.Module]:
    """The loop that one would write, with the same module and torch's AdamW."""
    model = _model(config, device)
    adamw = torch.optim.AdamW(model.parameters(), lr=6e-4, betas=(0.9, 0.95), weight_decay=0.1, fused=True)
    scaler = torch.amp.GradScaler(device.device.type, enabled=device.scaled)  # for GPUs without bfloat16
    forward = torch.compile(model) if chosen.compile else model

    def step(x: torch.Tensor, y: torch.Tensor, n: int) -> torch.Tensor:
        with device.autocast():
            loss = forward(x, y)[1]
        scaler.scale(loss).backward()
        scaler.unscale_(adamw)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        scaler.step(adamw)
        scaler.update()
        adamw.zero_grad(set_to_none=True)
        return loss.detach()

    return step, model


def _model(config: ModelConfig, device: Device) -> GPT:
    torch.manual_seed(1337)
    model = GPT(Sizes.of(config))
    for parameter in model.parameters():
        if parameter.dim() >= 2:
            torch.nn.init.normal_(parameter, std=0.02)
    return model.to(device.device)


def _batch(config: ModelConfig, shape: tuple[int, int], device: Device, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    made = torch.Generator().manual_seed(seed)
    drawn = torch.randint(config.vocab_size, (shape[0], shape[1] + 1), generator=made).to(device.device)
    return drawn[:, :-1].contiguous(), drawn[:, 1:].contiguous()


def _timed(step: Step, batches: list[tuple[torch.Tensor, torch.Tensor]], count: int, device: Device) -> float:
    _wait(device)
    start = time.perf_counter()
    for n in range(count):
        step(*batches[n % len(batches)], n)
    _wait(device)
    return time.perf_counter() - start


def _wait(device: Device) -> None:
    """Until the device has done what it was given."""
    if device.device.type == "cuda":
        torch.cuda.synchronize(device.device)
    elif device.device.type == "mps":
        torch.mps.synchronize()


def shakespeare(text: Path, chosen: argparse.Namespace) -> dict[str, Any]:
    """Train shakespeare-char as a user would, and say when its validation loss first came down to the goal."""
    from gpt_by_hand.cli import main as command

    with tempfile.TemporaryDirectory() as folder:
        data, out = Path(folder) / "data", Path(folder) / "out"
        command(["prepare", "shakespeare", "--input", str(text), "--data_dir", str(data)])
        flags = ["--device", chosen.device, "--dtype", chosen.dtype, "--data_dir", str(data), "--out_dir", str(out)]
        flags += ["--compile"] if chosen.compile else []
        flags += ["--max_iters", str(chosen.max_iters)] if chosen.max_iters else []
        start = time.perf_counter()
        code = command(["train", "--preset", "shakespeare-char", "--eval_interval", "250", *flags])
        seconds = time.perf_counter() - start
        if code:  # it has said why
            return {"exit_code": code}
        lines = [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]
    best = min(line["val_loss"] for line in lines)
    there = next((line for line in lines if line["val_loss"] <= GOAL), None)
    return {
        "exit_code": code,
        "seconds": round(seconds, 1),
        "best_val_loss": best,
        "goal": GOAL,
        "reached_at": there and {"iteration": there["iteration"], "seconds": there["seconds"]},
        "evaluations": [(line["iteration"], line["train_loss"], line["val_loss"]) for line in lines],
    }


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m bench.gpu", description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cuda", help="cuda, cuda:1, mps or cpu")
    parser.add_argument("--dtype", default="auto", help="auto, float32, bfloat16 or float16")
    parser.add_argument("--batch-size", "--batch_size", type=int, default=12, help="sequences of 1,024 tokens")
    parser.add_argument("--vocab-size", "--vocab_size", type=int, default=50304, help="words that GPT-2 knows")
    parser.add_argument("--iterations", type=int, default=20, help="of each of the rounds")
    parser.add_argument("--no-compile", dest="compile", action="store_false", help="without torch.compile")
    parser.add_argument("--tiny", action="store_true", help="a tiny model instead of GPT-2: does the script work here?")
    parser.add_argument("--shakespeare", metavar="FILE", help="train shakespeare-char on this text instead")
    parser.add_argument("--max-iters", "--max_iters", type=int, help="with --shakespeare: stop earlier")
    parser.add_argument("--output", "-o", metavar="FILE", help="write the JSON here, too")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
