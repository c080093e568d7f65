"""llm.c (https://github.com/karpathy/llm.c), its CPU training in C: built around its own train_gpt2.c, then run.

The variant is the folder that holds train_gpt2.c. It is nearly the same work: it has biases, which start at 0, GELU's
form with tanh, weight decay for everything, and no clipping. So its losses agree to the second digit only.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from bench.peers.serve import AbsentError, Ready, main
from bench.peers.work import CHECKED, Work
from gpt_by_hand.engines.compiler import find_compiler

DRIVER = Path(__file__).parent / "llmc_driver.c"
FLAGS = ("-Ofast", "-fno-finite-math-only", "-march=native", "-fopenmp", "-Wno-unused-result")  # those of its Makefile
MAGIC = 20240326
LAYER = ("ln_1", "attn.c_attn", "attn.c_proj", "ln_2", "mlp.c_fc", "mlp.c_proj")


def prepare(work: Work, threads: int, variant: str) -> Ready:
    """Build it and become it: from here on the driver speaks."""
    source = Path(variant) / "train_gpt2.c"
    if not source.is_file():
        raise AbsentError(f"there is no {source}")
    folder = Path(tempfile.mkdtemp(prefix="llmc"))
    program = folder / "driver"
    line = [*find_compiler().command, *FLAGS, "-I", variant, str(DRIVER), "-o", str(program), "-lm"]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    if done.returncode:
        raise AbsentError(next((said for said in done.stderr.splitlines() if "error" in said), "it does not compile"))
    padded = "padded_vocab_size" in source.read_text(encoding="utf-8", errors="replace")
    (folder / "model.bin").write_bytes(checkpoint(work, 3 if padded else 1))
    np.stack([work.tokens, work.targets]).astype(np.int32).tofile(folder / "batches.bin")
    numbers = (work.learning_rate, work.beta1, work.beta2, work.eps, work.weight_decay, CHECKED)
    sizes = (work.rows, work.seq_length, len(work.tokens))
    files = (folder / "model.bin", folder / "batches.bin")
    sys.stdout.flush()
    os.execv(program, [str(given) for given in (program, *files, *sizes, *numbers)])


def checkpoint(work: Work, version: int) -> bytes:
    """The weights in llm.c's file format: 256 whole numbers, then the tensors, those of all layers together."""
    head = np.zeros(256, np.int32)
    sizes = (work.seq_length, work.vocab_size, work.num_layers, work.num_heads, work.dim_embedding, work.vocab_size)
    head[: 2 + len(sizes)] = (MAGIC, version, *sizes)
    parts = [work.weights["transformer.wte.weight"], work.weights["transformer.wpe.weight"]]
    for name in LAYER:
        weights = [work.weights[f"transformer.h.{layer}.{name}.weight"] for layer in range(work.num_layers)]
        parts += [np.stack(weights), np.zeros((work.num_layers, len(weights[0])))]
    last = work.weights["transformer.ln_f.weight"]
    parts += [last, np.zeros_like(last)]
    return head.tobytes() + b"".join(part.astype(np.float32).tobytes() for part in parts)


if __name__ == "__main__":
    main(prepare)
