"""The parts of the pages that the program writes: tables, formulas, numbers. UPDATE_DOCS=1 puts them in."""

from __future__ import annotations

import inspect
import json
import tempfile
import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from functools import lru_cache
from math import prod
from typing import Any

from bench import tables as bench_tables
from gpt_by_hand import trace_iteration
from gpt_by_hand.data.prepare import built_in_tokenizer
from gpt_by_hand.explain.worked_example import worked_example
from gpt_by_hand.meanings import meanings
from gpt_by_hand.model import attention
from gpt_by_hand.model.config import MODEL_PRESETS, ModelConfig
from gpt_by_hand.model.gpt import evaluation, iteration, prediction
from gpt_by_hand.model.size import PARTS as MODEL_PARTS
from gpt_by_hand.model.size import parameter_counts
from gpt_by_hand.notation import Program
from gpt_by_hand.notation.errors import FormulaError
from gpt_by_hand.printers import latex
from gpt_by_hand.printers.c import print_c
from gpt_by_hand.printers.numpy import print_numpy
from gpt_by_hand.printers.text import formula
from gpt_by_hand.schedule.program import fast_schedule
from gpt_by_hand.trace.trace import Trace
from gpt_by_hand.training.config import TrainConfig
from gpt_by_hand.training.generation import Sampling
from gpt_by_hand.views.markdown import page
from tests.docs.markdown import ROOT

ADDRESS = "h.0.attn.scores[0,1,3,1]"  # of the manual calculation
GPT2 = ModelConfig(
    vocab_size=50257, seq_length=1024, num_layers=12, num_heads=12, dim_embedding=768, use_bias=True, gelu="tanh"
)
ROWS = {
    "vocab_size": "Vocabulary",
    "seq_length": "Sequence length",
    "num_layers": "Layers",
    "num_heads": "Attention heads",
    "dim_embedding": "Embedding width",
}


@lru_cache(maxsize=1)
def example_run() -> Trace:
    """Iteration 0 of `--gpt_by_hand`."""
    with tempfile.TemporaryDirectory() as data:
        return trace_iteration(0, data_dir=data)


def table(head: Sequence[str], rows: Iterable[Sequence[str]], right: int = 0) -> str:
    """A Markdown table, its last `right` columns aligned to the right."""
    rule = ["---"] * (len(head) - right) + ["--:"] * right
    return "".join(f"| {' | '.join(cells)} |\n" for cells in (head, rule, *rows))


def text_block(*lines: str) -> str:
    return "```text\n" + "".join(f"{line}\n" for line in lines) + "```\n"


def shown(program: Program, name: str) -> list[str]:
    return [formula(assignment) for assignment in program.definitions[name]]


def first_formula() -> str:
    return text_block(*shown(example_run().program, "h.0.attn.scores"))


def sizes() -> str:
    """The presets and GPT-2 side by side: sizes, then parameters by part."""
    small = ("demo", "pocket", "pencil", "shakespeare")
    models = {**{f"`{name}`": MODEL_PRESETS[name] for name in small}, "GPT-2, smallest": GPT2}
    rows = [[title, *(f"{getattr(c, name):,}" for c in models.values())] for name, title in ROWS.items()]
    counts = [parameter_counts(config) for config in models.values()]
    for part in MODEL_PARTS.values():
        rows.append([f"Parameters: {part}", *(f"{count[part]:,}" for count in counts)])
    rows.append(["**Parameters in all**", *(f"**{sum(count.values()):,}**" for count in counts)])
    return table(["", *models], rows, right=len(models))


def vocabulary() -> str:
    tokenizer = built_in_tokenizer("tiny_demo_words")
    entries = [f"{token} `{tokenizer.label(token)}`" for token in range(len(tokenizer))]
    return " · ".join(entries) + "\n"


def settings(config: type) -> Callable[[], str]:
    """A table of a dataclass's fields with their defaults and their docstrings."""

    def write() -> str:
        explained = meanings(config)
        rows = [(f"`{f.name}`", f"`{f.default}`", explained[f.name]) for f in fields(config)]
        return table(["name", "default", "what it is"], rows)

    return write


def counts() -> str:
    """How many formulas and numbers an iteration of the example run has."""
    trace = example_run()
    phases = Counter(assignment.phase for assignment in trace.program.assignments)
    numbers: Counter[str] = Counter()
    for assignment in trace.program.assignments:
        numbers[assignment.phase] += prod(index.extent for index in assignment.indices)
    rows = [[phase, str(phases[phase]), f"{numbers[phase]:,}"] for phase in phases]
    rows.append(["**in all**", f"**{sum(phases.values())}**", f"**{sum(numbers.values()):,}**"])
    return table(["phase", "formulas", "numbers"], rows, right=2)


def numpy_example() -> str:
    """The same formula as text and as NumPy."""
    program = prediction(ModelConfig(), 1, 8).only(["h.0.attn.scores"])
    wanted = [line.strip() for line in print_numpy(program, ["h.0.attn.scores"]).splitlines()]
    at = next(n for n, line in enumerate(wanted) if line.startswith("# h.0.attn.scores["))
    return text_block(wanted[at], wanted[at + 1])


def c_example() -> str:
    """From the scores to their shares: formulas whose loops are joined, as C."""
    name = "h.0.attn.weights"
    program = prediction(ModelConfig(), 1, 8).only([name])
    question = program.definitions["h.0.attn.scores"][0].title
    lines = print_c(fast_schedule(program, lanes=8, wanted=[name])).text.split("\n")
    first = next(n for n, line in enumerate(lines) if line.startswith(f"    /* {question}"))
    last = next(n for n, line in enumerate(lines) if n > first and line == "}")
    return text_block(*(line.removeprefix("    ") for line in lines[first:last]))


def latex_example() -> str:
    """The scores, and the gradient of the queries that they are made of, as GitHub shows mathematics."""
    program = example_run().program
    names = ("h.0.attn.scores", "d.h.0.attn.q")
    return "".join(f"```math\n{latex.formula(program.definitions[name][0])}\n```\n" for name in names)


def attention_source() -> str:
    """Where the scores are written down, as it stands in the source."""
    lines = inspect.getsource(attention.attention).splitlines()
    first = next(n for n, line in enumerate(lines) if "scores = write.define" in line)
    last = next(n for n, line in enumerate(lines) if "scores[b, h, i, j] =" in line)
    return "```text\n" + textwrap.dedent("\n".join(lines[first : last + 1])) + "\n```\n"


MISTAKE = """\
from gpt_by_hand.notation import Index, Sum, Writer, check

i, j, d = Index("i", 8), Index("j", 8), Index("d", 8)
narrow = Index("d", 4)
write = Writer()
q = write.input("q", i, d)
k = write.input("k", j, narrow)
scores = write.define("scores", "How well does each query match each key?")
scores[i, j] = Sum(d, q[i, d] * k[j, d])
check(write.program())
"""


def check_error() -> str:
    """A mistake, and what the check says to it."""
    try:
        exec(compile(MISTAKE, "my_model/attention.py", "exec"), {})
    except FormulaError as error:
        return f"```text\n{MISTAKE}```\n\n" + text_block(*f"{type(error).__name__}: {error}".split("\n"))
    raise AssertionError("the check lets a mistake through")


def gradients(*names: str) -> Callable[[], str]:
    """Formulas and the gradients derived from them."""

    def write() -> str:
        program = iteration(ModelConfig(), TrainConfig(batch_size=1, gradient_accumulation_steps=2).update_rule, 2)
        return text_block(*(line for name in names for line in shown(program, name)))

    return write


def addresses() -> str:
    """Every tensor of the forward pass and the loss, those of the first block for all blocks."""
    program = evaluation(ModelConfig(), 2)
    rows = []
    for name, (assignment, *_) in program.definitions.items():
        if not name.startswith("h.1."):
            indices = ", ".join(index.name for index in assignment.target.indices)
            rows.append([f"`{name}`", f"`[{indices}]`" if indices else "", assignment.title])
    return table(["address", "indices", "the question it answers"], rows)


def parameters() -> str:
    """Every parameter of the demo, those of the first block for all blocks."""
    rows = []
    for tensor in evaluation(ModelConfig(), 2).parameters:
        if ".h.1." not in tensor.name:
            indices = ", ".join(index.name for index in tensor.indices)
            rows.append([f"`{tensor.name}`", f"`[{indices}]`", str(list(tensor.stored_shape)), tensor.title])
    return table(["address", "indices", "stored as", "what it is"], rows)


def measured(file: str, wanted: Callable[[dict[str, Any]], list[bench_tables.Table]]) -> Callable[[], str]:
    """Tables from a file that `make speed` has written, and the machine that they were measured on."""

    def write() -> str:
        results = json.loads((ROOT / "docs" / "figures" / file).read_text(encoding="utf-8"))
        lines = "".join(f"- {line}\n" for line in bench_tables.machine_lines(results["machine"]))
        return "\n".join([lines, *(bench_tables.markdown(table) for table in wanted(results))])

    return write


PARTS: dict[str, Callable[[], Any]] = {
    "first-formula": first_formula,
    "sizes": sizes,
    "vocabulary": vocabulary,
    "worked-example": lambda: page(worked_example(example_run(), ADDRESS), fenced=True),
    "model-config": settings(ModelConfig),
    "train-config": settings(TrainConfig),
    "sampling": settings(Sampling),
    "counts": counts,
    "numpy-example": numpy_example,
    "c-example": c_example,
    "latex-example": latex_example,
    "attention-source": attention_source,
    "attention-text": first_formula,
    "check-error": check_error,
    "gradient-residual": gradients("h.0.mid", "d.h.0.attn.c_proj", "d.h.0.mid"),
    "gradient-matrix": gradients("h.0.mlp.c_proj", "d.h.0.mlp.gelu", "d.transformer.h.0.mlp.c_proj.weight"),
    "gradient-norm": gradients("h.0.ln_1.rstd", "d.h.0.ln_1.var"),
    "gradient-mask": gradients("h.0.attn.scores", "d.h.0.attn.q", "d.h.0.attn.k"),
    "gradient-lookup": gradients("tok_emb", "logits", "d.transformer.wte.weight"),
    "gradient-parts": gradients("d.transformer.h.0.attn.c_attn.weight"),
    "speed": measured("speed.json", bench_tables.tables),
    "speed-sweep": measured("sweep.json", bench_tables.sweep),
    "addresses": addresses,
    "parameters": parameters,
}
