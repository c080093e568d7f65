"""A model whose weights, gradients and moments are shared out among processes (FSDP2), and its checkpoints in parts.

Source: Zhao et al. 2023, PyTorch FSDP; Rajbhandari et al. 2020, ZeRO, stage 3.
"""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
import torch.distributed.checkpoint as dcp
from torch import nn
from torch.distributed.checkpoint.metadata import Metadata, StorageMeta, TensorStorageMetadata
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import MixedPrecisionPolicy, fully_shard

from gpt_by_hand.engines.torch.device import Device
from gpt_by_hand.engines.torch.learner import Arrays, Learner
from gpt_by_hand.engines.torch.module import GPT, Sizes
from gpt_by_hand.errors import UserError


def sharded(config: Sizes, recompute: bool, device: Device, size: int, compiled: bool) -> GPT:
    """A model of which each process holds a part of every tensor; its numbers are still to be loaded.

    A block's weights come together while the block computes, on GPUs in 16 bits; gradients are added in float32.
    """
    mesh = init_device_mesh(device.device.type, (size,))
    model = _empty(config, recompute)
    # a GPU's autocast computes LayerNorms in float32 whatever their weights are; a CPU's refuses to mix
    small = device.dtype if device.device.type == "cuda" and device.dtype != torch.float32 else None
    for block in model.transformer["h"]:
        if compiled:
            block.compile(dynamic=False)
        fully_shard(block, mesh=mesh, mp_policy=_policy(small))
    fully_shard(model, mesh=mesh, mp_policy=_policy(None))  # the rest: tables and the last LayerNorm
    return model


def _policy(dtype: torch.dtype | None) -> MixedPrecisionPolicy:
    return MixedPrecisionPolicy(dtype, torch.float32, cast_forward_inputs=False)


def _empty(config: Sizes, recompute: bool) -> GPT:
    """A model in the machine's memory whose weights nobody has drawn."""
    with torch.device("meta"):
        model = GPT(config, recompute)
    model.to_empty(device="cpu")
    model.transformer["wte"].weight = model.lm_head.weight  # moving has untied them
    return model


def save_shards(learner: Learner, folder: Path) -> None:
    """Each process writes its parts of weights and moments to the folder, all at once.

    Raises: UserError when a process cannot write.
    """
    with _explained("write", folder):
        dcp.save(_tensors(learner), checkpoint_id=folder)


def load_shards(learner: Learner, folder: Path) -> None:
    """Each process reads what it needs for its own parts, however many processes there were when they were written.

    Raises: UserError when the folder is damaged, or holds a model of other sizes.
    """
    _load(_tensors(learner), folder)


def read_shards(folder: Path, shapes: dict[str, tuple[int, ...]]) -> dict[str, Arrays]:
    """All weights and moments as arrays of these shapes: `weights`, `m` and `v` by parameter.

    Raises: UserError as `load_shards` does.
    """
    tensors = {f"{kind}.{name}": torch.empty(shape) for kind in ("weights", "m", "v") for name, shape in shapes.items()}
    _load(tensors, folder)
    return {kind: {name: tensors[f"{kind}.{name}"].numpy() for name in shapes} for kind in ("weights", "m", "v")}


def _tensors(learner: Learner) -> dict[str, Any]:
    """What training changes, by the names that it has in the parts."""
    return {f"{kind}.{name}": one for kind, found in learner.learnt().items() for name, one in found.items()}


def _load(tensors: dict[str, Any], folder: Path) -> None:
    with _explained("read", folder), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says that one process alone reads, which is as it should be
        dcp.load(tensors, storage_reader=PartsReader(folder))


class PartsReader(dcp.FileSystemReader):
    """Reads parts without the free unpickling of PyTorch's own reader, which would run whatever a file says."""

    def read_metadata(self, *args: Any, **kwargs: Any) -> Metadata:
        """What is in the parts, and where. Raises: ValueError for anything but tensors."""
        with open(Path(self.path) / ".metadata", "rb") as file:
            found = _MetadataUnpickler(file).load()
        if not isinstance(found, Metadata):
            raise ValueError(".metadata holds something else")
        if not all(isinstance(entry, TensorStorageMetadata) for entry in found.state_dict_metadata.values()):
            raise ValueError(".metadata names something that is no tensor")
        found.storage_meta = found.storage_meta or StorageMeta()
        found.storage_meta.load_id = self.load_id
        return found


class _MetadataUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        allowed = KNOWN.get(module, ())
        if name not in allowed:
            raise pickle.UnpicklingError(f".metadata asks for {module}.{name}"[:100])
        return super().find_class(module, name)


METADATA = "Metadata MetadataIndex TensorStorageMetadata TensorProperties ChunkStorageMetadata StorageMeta"
KNOWN = {
    "torch.distributed.checkpoint.metadata": (*METADATA.split(), "_MEM_FORMAT_ENCODING"),
    "torch.distributed.checkpoint.filesystem": ("_StorageInfo",),
    "torch.serialization": ("_get_layout",),
    "torch": ("Size", "float32"),
    **dict.fromkeys(("pathlib", "pathlib._local"), ("PosixPath", "WindowsPath", "PurePosixPath", "PureWindowsPath")),
}
DAMAGE = (dcp.CheckpointException, OSError, RuntimeError, ValueError, LookupError, EOFError, pickle.PickleError)


@contextmanager
def _explained(doing: str, folder: Path) -> Iterator[None]:
    try:
        yield
    except DAMAGE as error:
        if any(sign in str(error) for sign in ("gloo/", "NCCL")) and not isinstance(error, dcp.CheckpointException):
            raise
        failures = getattr(error, "failures", {})
        reason = " ".join(str(next(iter(failures.values()))[0] if failures else error).split())[:200]
        raise UserError(f"cannot {doing} the parts of the checkpoint in {folder}: {reason}") from error


def all_finite(model: nn.Module) -> bool:
    """Are all of this process's weights numbers?"""
    with torch.no_grad():
        parts = [getattr(p, "to_local", lambda p=p: p)() for p in model.parameters()]
        return all(bool(torch.isfinite(part).all()) for part in parts)
