"""Devices, also those that are not here: PyTorch's questions about GPUs are answered by the test."""

from __future__ import annotations

from typing import Any

import pytest

from gpt_by_hand.errors import UserError

pytest.importorskip("torch", reason="PyTorch finds the devices")

import torch

from gpt_by_hand.engines.torch.device import Device, fast_products, find_device, memory_explained

GPU = torch.device("cuda")


@pytest.mark.parametrize(
    ("name", "peak"),
    [
        ("NVIDIA H100 80GB HBM3", 989.0),
        ("NVIDIA H100 PCIe", 756.0),
        ("NVIDIA GH200 480GB", 989.0),
        ("NVIDIA GB200", 2500.0),
        ("NVIDIA A100-SXM4-80GB", 312.0),
        ("NVIDIA A100-SXM4-80GB MIG 3g.40gb", None),
        ("NVIDIA A10G", 70.0),
        ("NVIDIA RTX A1000", None),
        ("NVIDIA RTX A4000", None),
        ("Tesla V100-SXM2-16GB", 125.0),
        ("Tesla V100-PCIE-16GB", 112.0),
        ("Tesla T4", 65.0),
        ("NVIDIA T400 4GB", None),
        ("NVIDIA GeForce RTX 3090", 71.0),
        ("NVIDIA GeForce RTX 3090 Ti", None),
        ("NVIDIA GeForce RTX 4090 Laptop GPU", None),
        ("AMD Instinct MI250X/MI250", 191.5),
    ],
)
def test_peaks(monkeypatch: pytest.MonkeyPatch, name: str, peak: float | None) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: name)
    assert Device(GPU, torch.bfloat16).peak() == (None if peak is None else peak * 1e12)
    assert Device(GPU, torch.float32).peak() is None


@pytest.fixture
def two_gpus(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """An old GPU and a new one; the devices that have been made the current one."""
    current: list[Any] = []

    def has_bfloat16(including_emulation: bool) -> bool:  # as PyTorch does, it asks the current device
        assert not including_emulation
        return bool(current) and current[-1].index == 1

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "set_device", current.append)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", has_bfloat16)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: f"GPU {device.index or 0}")
    return current


def test_the_numbers_of_each_gpu(two_gpus: list[Any]) -> None:
    assert find_device("cuda").dtype == torch.float16
    assert find_device("cuda:1") == Device(torch.device("cuda:1"), torch.bfloat16)
    assert two_gpus == [torch.device("cuda:1")]
    assert find_device("cuda:1", "bfloat16").name == "GPU 1, bfloat16"
    with pytest.raises(UserError, match="GPU 0 cannot compute with bfloat16: use --dtype float16"):
        find_device("cuda:0", "bfloat16")
    with pytest.raises(UserError, match="there are 2 GPUs, cuda:0 to cuda:1"):
        find_device("cuda:2")


def test_a_cpu_keeps_all_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(torch, "set_float32_matmul_precision", said.append)
    fast_products(find_device("cpu"))
    assert said == []
    fast_products(Device(GPU, torch.float32))
    assert said == ["high"]


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB."),
        RuntimeError("MPS backend out of memory (MPS allocated: 18.11 GB, max allowed: 18.13 GB)"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
        RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory"),
    ],
)
def test_memory_that_is_full(error: Exception) -> None:
    with (
        pytest.raises(UserError, match=r"^the memory of mps is full: buy more$"),
        memory_explained("mps", ": buy more"),
    ):
        raise error


def test_other_errors_stay() -> None:
    with pytest.raises(RuntimeError, match="another"), memory_explained("cuda", ""):
        raise RuntimeError("another")
