"""What computes a trainer's iterations with PyTorch: the twin, on a CPU, a GPU, or many."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from torch.nn.parallel import DistributedDataParallel

from gpt_by_hand.engines.numpy import SMALL
from gpt_by_hand.engines.processes import Rank, current
from gpt_by_hand.engines.torch.device import fast_products, find_device, memory_explained
from gpt_by_hand.engines.torch.learner import Learner, Rule, load, load_weights, read
from gpt_by_hand.engines.torch.module import GPT, Sizes
from gpt_by_hand.errors import UserError
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.model.gpt import parameters
from gpt_by_hand.training.compute import Compute
from gpt_by_hand.training.config import TrainConfig
from gpt_by_hand.training.state import State

ADVICE = ": use a smaller model, or --device cpu"


class TorchPrediction:
    """Runs as the formulas of `prediction` do: from weights and `tokens` to `logits` [1, T, v].

    The weights are brought to the device once; they are those of the first call.
    """

    any_length = True  # of window

    def __init__(self, config: ModelConfig, device: str) -> None:
        self.device = find_device(device)
        fast_products(self.device)
        with memory_explained(device, ADVICE):
            self.model = GPT(Sizes.of(config)).to(self.device.device).eval()
        self._loaded = False

    @torch.inference_mode()
    def __call__(self, given: Mapping[str, Any]) -> dict[str, np.ndarray]:
        """The scores at every place of the window."""
        if not self._loaded:
            names = dict(self.model.named_parameters())
            load_weights(self.model, {name: given[name] for name in names})
            self._loaded = True
        tokens = torch.from_numpy(np.asarray(given["tokens"])).to(self.device.device)
        with memory_explained(str(self.device.device), ADVICE), self.device.autocast():
            return {"logits": self.model(tokens)[0].float().cpu().numpy()}


class TorchCompute(Compute):
    """The twin. Its weights stay on its device; `take_over` and `hand_over` bring them from a state and back.

    Of several processes, each computes its share of a batch's rows, in micro-steps of at most `batch_size` rows.
    """

    engine: Literal["numpy", "c", "torch"] = "torch"
    at_once = True

    def __init__(self, model: ModelConfig, train: TrainConfig) -> None:
        self.model, self.train, self.processes = model, train, current()
        self.sharded = train.shard and self.processes.rank.size > 1
        self.device = find_device(device_of(train, self.processes.rank), train.dtype)
        fast_products(self.device)
        with self._explained():
            self.learner = self._learner()

    def _learner(self) -> Learner:
        if self.sharded:
            from gpt_by_hand.engines.torch.sharding import sharded

            size = self.processes.rank.size
            module = sharded(Sizes.of(self.model), self.train.recompute, self.device, size, self.train.compile)
            return Learner(module, self.device, _rule(self.train))
        module = GPT(Sizes.of(self.model), self.train.recompute).to(self.device.device)
        learner = Learner(module, self.device, _rule(self.train), self.train.compile)
        if self.processes.rank.size > 1:
            learner.forward = DistributedDataParallel(learner.forward, gradient_as_bucket_view=True)
        return learner

    def take_over(self, state: State) -> None:
        """Go on from the state's weights and moments, or from the parts of a checkpoint that it names."""
        with self._explained():
            if state.shards is not None:
                from gpt_by_hand.engines.torch.sharding import load_shards

                load_shards(self.learner, state.shards)
            else:
                for kind, tensors in self.learner.learnt().items():
                    load(tensors, getattr(state, kind))
            self.learner.set_count(state.iteration - state.scaler.get("skipped", 0))
        if state.scaler:
            self.learner.scaler.load_state_dict(state.scaler)

    def hand_over(self, state: State) -> None:
        self._reshard()
        shapes = {p.name: p.shape for p in parameters(self.model)}
        for kind, tensors in self.learner.learnt().items():
            getattr(state, kind).update((name, array.reshape(shapes[name])) for name, array in read(tensors).items())
        state.shards = None
        state.scaler = self.learner.scaling(state.iteration)

    def save_parts(self, state: State, folder: Path) -> bool:
        if not self.sharded:
            return False
        from gpt_by_hand.engines.torch.sharding import all_finite, save_shards

        self._reshard()
        if not self.processes.least(all_finite(self.learner.model)):
            raise UserError(
                f"after iteration {state.iteration} a weight is not finite: nothing was saved, the last good "
                "checkpoint stays; try a lower --learning_rate"
            )
        save_shards(self.learner, folder)
        state.scaler = self.learner.scaling(state.iteration)
        return True

    def _reshard(self) -> None:
        """After an evaluation, FSDP2 still has the outermost weights whole: give each process its part alone again."""
        if self.sharded:
            model: Any = self.learner.model
            model.reshard()

    def iterate(self, state: State, batches: Mapping[str, np.ndarray], count: int) -> dict[str, np.ndarray]:
        losses, norms, rates = [], [], []
        with self._explained():
            for n in range(count):
                at = state.iteration + n
                self._seed_dropout(at)
                micro = self._micro_batches(batches["tokens"][n], batches["targets"][n])
                loss, norm = self.learner.update(micro, at)
                losses.append(loss)
                norms += [] if norm is None else [norm]
                rates.append(self.learner.rule.rate(at))
            means = self.processes.sums(_numbers(losses)) / self.processes.rank.size
        state.iteration += count
        found = {"loss": means, "learning_rate": np.array(rates)}
        return found | ({"clip.norm": _numbers(norms)} if norms else {})

    def losses(self, weights: Mapping[str, np.ndarray], tokens: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """The mean loss of each batch, with the weights that the device has. Processes share out the batches."""
        rank, size = self.processes.rank.number, self.processes.rank.size
        turns = -(-len(tokens) // size)  # each process computes as many, since sharded ones need each other for it
        own = [min(rank + turn * size, len(tokens) - 1) for turn in range(turns)]
        with self._explained():
            values = _numbers([self.learner.loss(self._moved(tokens[n]), self._moved(targets[n])) for n in own])
        found = np.zeros(len(tokens))
        found[rank::size] = values[: len(found[rank::size])]
        return self.processes.sums(found)

    @contextmanager
    def context(self) -> Iterator[None]:
        """While training, small models compute on one thread: waking a second one costs more than it brings."""
        before = torch.get_num_threads()
        if self.device.device.type == "cpu" and self._widest() < SMALL:
            torch.set_num_threads(1)
        try:
            yield
        finally:
            torch.set_num_threads(before)

    def utilisation(self, tokens_per_second: float) -> float | None:
        """The share of the devices' peak that such a speed is (MFU); None where the peak is not known."""
        peak, flops = self.device.peak(), self.learner.model.flops_per_token()
        return tokens_per_second * flops / (peak * self.processes.rank.size) if peak else None

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Say in one line what to do when the memory is full, or when torch.compile finds no compiler."""
        size = self.train.batch_size
        advice = (
            f" with batch_size {size}: lower --batch_size and raise --gradient_accumulation_steps as much, or use "
            "--recompute, --dtype bfloat16, or, with torchrun, --shard"
        )
        try:
            with memory_explained(self.train.device, advice):
                yield
        except RuntimeError as error:
            if not self.train.compile:
                raise
            from torch._dynamo.exc import BackendCompilerFailed  # slow to import, and there where something is compiled

            if not isinstance(error, BackendCompilerFailed):
                raise
            reason = " ".join(str(error).split("Set TORCHDYNAMO_VERBOSE")[0].split())[:300]
            raise UserError(f"torch.compile does not work here ({reason}): use --no_compile") from error

    def _widest(self) -> int:
        """How many numbers the widest tensor of a micro-step has."""
        model = self.model
        across = max(model.vocab_size, 4 * model.dim_embedding, model.num_heads * model.seq_length)
        return self.train.batch_size * model.seq_length * across

    def _seed_dropout(self, iteration: int) -> None:
        """Masks depend on the seed, the iteration and the process alone, so a run that goes on draws the same ones."""
        if self.model.dropout_rate:
            told = f"{self.train.seed} {iteration} {self.processes.rank.number}"
            torch.manual_seed(int.from_bytes(hashlib.sha256(told.encode()).digest()[:7], "big"))

    def _micro_batches(self, tokens: np.ndarray, targets: np.ndarray) -> list[tuple[torch.Tensor, torch.Tensor]]:
        own, most = self.processes.share(len(tokens)), self.train.batch_size
        inputs, outputs = self._moved(tokens[own]).split(most), self._moved(targets[own]).split(most)
        return list(zip(inputs, outputs, strict=True))

    def _moved(self, array: np.ndarray) -> torch.Tensor:
        """The array on the device; a GPU fetches it from pinned memory while it computes."""
        tensor = torch.from_numpy(array)
        if self.device.device.type == "cuda":
            return tensor.pin_memory().to(self.device.device, non_blocking=True)
        return tensor.to(self.device.device)


def device_of(train: TrainConfig, rank: Rank) -> str:
    """The device of a process: of several with `--device cuda`, each has a GPU of its machine to itself.

    Raises: UserError when several are to share one GPU.
    """
    if train.device.startswith("cuda:") and rank.local:
        raise UserError(f"--device {train.device} is one GPU for several processes: --device cuda gives each its own")
    return f"cuda:{rank.local}" if train.device == "cuda" and rank.size > 1 else train.device


def _rule(train: TrainConfig) -> Rule:
    return Rule(**{name: getattr(train, name) for name in Rule.__dataclass_fields__})


def _numbers(tensors: list[Any]) -> np.ndarray:
    """Numbers from the device, all at once: each fetch waits for what was computed before it."""
    return torch.stack(tensors).float().cpu().numpy() if tensors else np.zeros(0, np.float32)
