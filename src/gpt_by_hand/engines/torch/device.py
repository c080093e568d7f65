"""The device that computes, the kind of numbers that it computes with, and how fast it could be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import torch

from gpt_by_hand.errors import UserError

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}

# Multiply-add peaks in units of 10^12 floating-point operations a second: dense, 16-bit numbers with 32-bit sums, from
# the makers' data sheets, for what the driver calls one device: of an MI250X, that is one of its two halves. A name is
# found where it stands in the driver's, whole; longer names come first. With `OTHERS` behind it, it is another device.
PEAKS = {"GB200": 2500.0, "B200": 2250.0, "GH200": 989.0, "H200 NVL": 835.0, "H200": 989.0, "H100 NVL": 835.0}
PEAKS |= {"H100 PCIe": 756.0, "H100": 989.0, "A100": 312.0, "A800": 312.0, "A40": 149.7, "A30": 165.0, "A10G": 70.0}
PEAKS |= {"A10": 125.0, "L40S": 362.0, "L40": 181.0, "L4": 121.0, "V100-PCIE": 112.0, "V100": 125.0, "T4": 65.0}
PEAKS |= {"RTX 6000 Ada": 364.0, "RTX 5090": 209.5, "RTX 4090": 165.2, "RTX 4080": 97.5, "RTX 3090": 71.0}
PEAKS |= {"RTX 3080": 59.5, "MI300X": 1307.0, "MI250X": 191.5}
OTHERS = r"(?! (Ti|SUPER|D|Laptop)\b)(?!.* MIG\b)"

# What the end of memory is called that is no OutOfMemoryError: by MPS and the CUDA driver, a CPU, and cuBLAS.
FULL = ("out of memory", "can't allocate memory", "STATUS_ALLOC_FAILED")


@dataclass(frozen=True)
class Device:
    """Where the twin computes: a device, and the kind of numbers of its products (sums and weights are float32)."""

    device: torch.device
    dtype: torch.dtype

    @property
    def scaled(self) -> bool:
        """Do gradients need scaling, so that small ones do not become 0? In float16 they do (Micikevicius 2018)."""
        return self.dtype == torch.float16

    def autocast(self) -> AbstractContextManager[Any]:
        """What the forward pass runs in: 16-bit products where that is wanted."""
        if self.dtype == torch.float32:
            return nullcontext()
        return torch.autocast(self.device.type, self.dtype)

    def peak(self) -> float | None:
        """Operations a second that the device could do at most, in its numbers; None if it is not known."""
        if self.device.type != "cuda" or self.dtype == torch.float32:
            return None
        name = torch.cuda.get_device_name(self.device)
        found = [part for part in PEAKS if re.search(rf"(?<!\w){part}(?!\w){OTHERS}", name)]
        return PEAKS[max(found, key=len)] * 1e12 if found else None

    @property
    def name(self) -> str:
        """What a person calls it."""
        what = torch.cuda.get_device_name(self.device) if self.device.type == "cuda" else str(self.device)
        return f"{what}, {str(self.dtype).removeprefix('torch.')}"


def find_device(device: str, dtype: str = "auto") -> Device:
    """The device of that name (cpu, cuda, cuda:1, mps), with `dtype` auto, float32, bfloat16 or float16.

    `auto` takes bfloat16 where a GPU has it, float16 on other GPUs, and float32 on a CPU. Raises: UserError when the
    device is not there, or it cannot compute with such numbers.
    """
    found = _device(device)
    if dtype == "auto":
        return Device(found, _best(found))
    if dtype not in DTYPES:
        raise UserError(f"dtype is {dtype!r}: it must be auto, {', '.join(DTYPES)}")
    if dtype == "bfloat16" and found.type == "cuda" and not torch.cuda.is_bf16_supported(including_emulation=False):
        raise UserError(f"{torch.cuda.get_device_name(found)} cannot compute with bfloat16: use --dtype float16")
    if dtype == "float16" and found.type == "cpu":
        raise UserError("a CPU does not train with float16: use --dtype bfloat16 or float32")
    return Device(found, DTYPES[dtype])


def fast_products(device: Device) -> None:
    """Let a GPU multiply float32 numbers as TF32 (10 bits of mantissa), as is usual for training; a CPU keeps all."""
    if device.device.type == "cuda":
        torch.set_float32_matmul_precision("high")


@contextmanager
def memory_explained(device: str, advice: str) -> Iterator[None]:
    """Turn the end of a device's memory into a UserError of one line that says what to do."""
    try:
        yield
    except RuntimeError as error:
        if not isinstance(error, torch.OutOfMemoryError) and not any(sign in str(error) for sign in FULL):
            raise
        raise UserError(f"the memory of {device} is full{advice}") from error


def _device(name: str) -> torch.device:
    try:
        found = torch.device(name)
    except RuntimeError:
        raise UserError(f"device is {name!r}: it must be cpu, cuda, cuda:0 (and so on) or mps") from None
    if found.type == "cuda":
        if not torch.cuda.is_available():
            raise UserError(f"device {name!r} is not here: PyTorch finds no GPU (use --device cpu)")
        if found.index is not None and found.index >= torch.cuda.device_count():
            many = torch.cuda.device_count()
            raise UserError(f"device {name!r} is not here: there are {many} GPUs, cuda:0 to cuda:{many - 1}")
        if found.index is not None:
            torch.cuda.set_device(found)  # else what asks for no device in particular, as pinned memory, takes cuda:0
    elif found.type == "mps":
        if not torch.backends.mps.is_available():
            raise UserError("device 'mps' is not here: it needs a Mac with Apple silicon (use --device cpu)")
    elif found.type != "cpu":
        raise UserError(f"device is {name!r}: it must be cpu, cuda, cuda:0 (and so on) or mps")
    return found


def _best(device: torch.device) -> torch.dtype:
    if device.type != "cuda":
        return torch.float32
    return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16
