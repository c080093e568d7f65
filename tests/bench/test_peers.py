"""The contenders do the same work: their first losses are those of the NumPy engine."""

import subprocess
import sys
from pathlib import Path

import pytest

from bench.cases import work_of
from bench.contenders import Contender
from bench.iteration import _check
from bench.peers import jax_gpt, numpy_engine, torch_gpt, twin
from bench.peers.work import CHECKED
from bench.worker import AbsentError, Worker
from tests.support.compilers import needs_compiler

WORK = work_of("2 x 8")


@pytest.fixture(scope="module")
def ours():
    return numpy_engine.prepare(WORK, 1, "").iterate(CHECKED)


@pytest.mark.parametrize("variant", ["", "accumulated"])
def test_pytorch_does_the_same_work(ours, variant):
    torch = pytest.importorskip("torch")
    ready = torch_gpt.prepare(WORK, torch.get_num_threads(), variant)
    _check([float(loss) for loss in ready.iterate(CHECKED)], list(ours), 1e-5)


def test_our_twin_does_the_same_work(ours):
    torch = pytest.importorskip("torch")
    ready = twin.prepare(WORK, torch.get_num_threads(), "")
    _check([float(loss) for loss in ready.iterate(CHECKED)], list(ours), 1e-5)


def test_jax_does_the_same_work(ours):
    pytest.importorskip("jax")
    ready = jax_gpt.prepare(WORK, 1, "")
    _check(list(ready.iterate(ready.block))[:CHECKED], list(ours), 1e-5)


def test_other_work_is_refused(ours):
    with pytest.raises(AbsentError, match="something else"):
        _check([loss + 1e-3 for loss in ours], list(ours), 1e-4)
    with pytest.raises(AbsentError, match="something else"):
        _check([float("nan")] * CHECKED, list(ours), 1e-4)


# A stand-in for llm.c's train_gpt2.c: the same functions, of which only the first weight and the calls are real.
STAND_IN = """
#include <stdio.h>
#include <stdlib.h>
typedef struct { int head[256]; float first, mean_loss; int calls; } GPT2; /* padded_vocab_size */
void gpt2_build_from_checkpoint(GPT2 *model, const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file || fread(model->head, 4, 256, file) != 256 || fread(&model->first, 4, 1, file) != 1) exit(1);
    model->calls = 0;
    printf("[GPT-2]\\n");
}
void gpt2_forward(GPT2 *model, int *tokens, int *targets, size_t B, size_t T) {
    model->mean_loss = model->first + 1000 * tokens[0] + targets[B * T - 1] + 100 * model->head[1];
}
void gpt2_zero_grad(GPT2 *model) { model->calls += 1; }
void gpt2_backward(GPT2 *model) { model->calls *= 1; }
void gpt2_update(GPT2 *model, float rate, float beta1, float beta2, float eps, float decay, int t) {
    if (t != model->calls || rate != 3e-4f || decay != 0.1f) exit(4);
}
#ifndef TESTING
int main(void) { return 5; }
#endif
"""


@needs_compiler
@pytest.mark.skipif(sys.platform == "win32", reason="one process becomes another")
def test_llmc_is_built_around_its_own_source_and_asked(tmp_path):
    (tmp_path / "train_gpt2.c").write_text(STAND_IN)
    WORK.save(tmp_path / "work.npz")
    row = Contender("llm.c", 1, "llmc", str(tmp_path))
    with Worker(row.command(tmp_path / "work.npz"), {**row.changes(), "TMPDIR": str(tmp_path)}) as worker:
        first = float(WORK.weights["transformer.wte.weight"][0, 0])
        batches = zip(WORK.tokens[:CHECKED], WORK.targets[:CHECKED], strict=True)
        assert worker.losses == pytest.approx([first + 1000 * x[0, 0] + y[-1, -1] + 300 for x, y in batches], abs=1e-2)
        assert worker.ask(20).seconds >= 0


def test_llmc_that_is_not_there_is_absent(tmp_path):
    WORK.save(tmp_path / "work.npz")
    row = Contender("llm.c", 1, "llmc", str(tmp_path / "nowhere"))
    with pytest.raises(AbsentError, match=r"there is no .*train_gpt2\.c"):
        Worker(row.command(tmp_path / "work.npz"), row.changes())


def test_the_jax_peer_needs_nothing_of_ours():
    """So that it runs where only JAX is installed."""
    root = Path(__file__).resolve().parents[2]
    code = "import bench.peers.jax_gpt, sys; assert not any(n.startswith('gpt_by_hand') for n in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=root, check=True)
