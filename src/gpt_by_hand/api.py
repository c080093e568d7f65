"""The same things without the command line: a model, its text and its numbers; `learning.py` has training."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np

from gpt_by_hand.data.random import RandomStream
from gpt_by_hand.data.tokenizers import Tokenizer
from gpt_by_hand.errors import UserError
from gpt_by_hand.explain.loss import Loss
from gpt_by_hand.explain.questions import Trace
from gpt_by_hand.interop.places import drawn_model, open_model, write
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.model.gpt import parameters
from gpt_by_hand.model.size import parameter_counts
from gpt_by_hand.notation import Tensor
from gpt_by_hand.trace import recording
from gpt_by_hand.trace.surprise import tokens_of
from gpt_by_hand.trace.values import Precision
from gpt_by_hand.trace.whose import Whose
from gpt_by_hand.training.choice import choose_prediction
from gpt_by_hand.training.generation import Generator, Sampling
from gpt_by_hand.training.opened import OpenedModel
from gpt_by_hand.training.start import Arrays
from gpt_by_hand.training.trainer import Trainer


class GPT:
    """A model: its sizes, its vocabulary and its weights (float32 arrays by GPT-2's names).

    >>> GPT.from_preset("demo").num_parameters
    6864
    """

    def __init__(self, config: ModelConfig, tokenizer: Tokenizer, weights: Arrays) -> None:
        self.config, self.tokenizer, self.weights = config, tokenizer, weights
        self._whose = Whose()

    @classmethod
    def from_preset(cls, name: str = "demo", seed: int = 1337) -> GPT:
        """An untrained model with the sizes and the vocabulary of a preset: demo, pocket, pencil or shakespeare.

        Raises: UserError for another name.
        """
        return cls._of(drawn_model(name, seed))

    @classmethod
    def load(cls, folder: str | Path = "out", tokenizer: str | Path = "") -> GPT:
        """The model in a checkpoint, in a folder of Hugging Face's GPT-2, or in nanoGPT's ckpt.pt; or of a name.

        A name is that of a model to fetch, such as gpt2, or of a preset and a seed, such as demo:7, untrained.
        `tokenizer` is where the words of a model are that brings none: a meta.pkl, a tokenizer.json, a folder with one
        of them, or "gpt2". What there is to say of the model is said as a warning.
        Raises: UserError when there is none, or it is damaged.
        """
        found = open_model(str(folder), str(tokenizer))
        made = cls._of(found)
        for note in found.notes:
            warnings.warn(note.replace("--tokenizer", "tokenizer="), stacklevel=2)
        return made

    @classmethod
    def _of(cls, opened: OpenedModel) -> GPT:
        made = cls(opened.config, opened.tokenizer, opened.weights)
        made._whose = Whose.of(opened)
        return made

    @classmethod
    def _trained(cls, trainer: Trainer, weights: Arrays, iterations: int) -> GPT:
        made = cls(trainer.model, trainer.dataset.tokenizer, weights)
        made._whose = Whose(seed=trainer.state.stream.seed, here=iterations)
        return made

    @property
    def num_parameters(self) -> int:
        """How many numbers training can change."""
        return sum(parameter_counts(self.config).values())

    def generate(
        self,
        prompt: str,
        max_tokens: int = 24,
        temperature: float = 0.8,
        top_k: int = 0,
        seed: int = 1337,
        engine: str = "auto",
    ) -> str:
        """The prompt, as it stands, and `max_tokens` more tokens, as text; temperature 0 always takes the likeliest.

        `engine`: "numpy", or "c", which is compiled first if need be; "auto" takes C if it is compiled already.
        Raises: UserError for an unknown word, a setting that makes no sense, and where C is asked for and cannot be
        used.
        """
        predict = choose_prediction(self.config, engine, say=lambda line: None)
        generator = Generator(self.config, self.tokenizer, self.weights, predict)
        tokens, how = generator.encode(prompt), Sampling(max_tokens, temperature, top_k, seed)
        steps = generator.steps(tokens, how, RandomStream(seed))
        return self.tokenizer.follow(prompt, [step.token for step in steps])

    def trace(self, prompt: str, precision: Precision = "float64") -> Trace:
        """Every number of the forward pass over the words of the prompt, by its address.

        Of more words than the model has positions, over the last ones. The weights are float32; `precision` says how
        to compute with them: "float64" or, as training does, "float32". Raises: UserError for an unknown word.
        """
        made = recording.trace_prompt(self.config, self.tokenizer, self.weights, prompt, self._whose, precision)
        return Trace(**vars(made.computed()))

    def gradients(self, text: str, precision: Precision = "float64") -> Trace:
        """Every number forward to the loss and back to the gradients, `d.*`, by its address; no weight is changed.

        The forward pass is over the words but the last; each word's next one is its target. Of more words than the
        model has positions, and one more, over the last ones. Raises: UserError for an unknown word, or fewer than two.

        >>> trace = GPT.from_preset("demo").gradients("gpt by hand")
        >>> f"{trace['loss']:.4f}", trace["d.transformer.wte.weight"].shape
        ('3.4842', (32, 16))
        """
        return self._to("gradients", text, precision)

    def loss(self, text: str, precision: Precision = "float64") -> Loss:
        """How surprised the model is by the words of the text, on average, in nats per token; and by each of them.

        Each token but the first is predicted from those before it or, of more than the model has positions, from the
        last ones before it. `float` of it is the mean; it shows itself as a table. Raises: UserError for an unknown
        word, or fewer than two.

        >>> loss = GPT.from_preset("demo").loss("gpt by hand")
        >>> f"{float(loss):.4f}", f"{loss.bits:.4f}", f"{loss.perplexity:.2f}"
        ('3.4842', '5.0267', '32.60')
        >>> [f"{one.nll:.2f}" for one in loss.surprises]
        ['3.34', '3.44', '3.51', '3.65']
        """
        trace = self._to("loss", text, precision)
        return Loss.of(trace, tokens_of(trace, text))

    def _to(self, goal: recording.Goal, text: str, precision: Precision) -> Trace:
        made = recording.trace_prompt(self.config, self.tokenizer, self.weights, text, self._whose, precision, goal)
        return Trace(**vars(made))

    def save(self, folder: str | Path, force: bool = False) -> None:
        """Write a checkpoint to the folder, all of it or nothing: `GPT.load` opens it, and so does `--checkpoint`.

        A model that is there already is only replaced with `force`. AdamW's moments are not saved: training that goes
        on from there starts with new ones. Raises: UserError when something is there already, a weight has another
        shape than the model's or is not a finite number, or the folder cannot be written.

        >>> GPT.from_preset("pencil", seed=7).save("out/seven")
        >>> GPT.load("out/seven").num_parameters
        252
        """
        weights = {parameter.name: self._saved(parameter) for parameter in parameters(self.config)}
        model = OpenedModel(self.config, self.tokenizer, lambda: weights, iteration=self._whose.trained)
        try:
            write(model, "gpt-by-hand", Path(folder), force)
        except UserError as error:
            raise UserError(str(error).replace("--force", "force=True")) from None

    def _saved(self, parameter: Tensor) -> np.ndarray:
        """A weight as float32. Raises: UserError for another shape, and for what is not a finite number."""
        name, shape, found = parameter.name, list(parameter.shape), self.weights.get(parameter.name)
        if found is None or list(np.shape(found)) != shape:
            held = "missing" if found is None else list(np.shape(found))
            raise UserError(f"nothing was saved: {name} is {held}, not {shape}")
        with np.errstate(over="ignore"):
            saved = np.asarray(found, np.float32)
        if not np.isfinite(saved).all():
            raise UserError(f"nothing was saved: {name} holds numbers that are not finite, as float32")
        return saved

    def __repr__(self) -> str:
        return f"GPT({self.num_parameters:,} parameters, {self.config})"

    def _repr_html_(self) -> str:
        """For notebooks."""
        return f"<p>GPT with {self.num_parameters:,} parameters</p>{self.config._repr_html_()}"
