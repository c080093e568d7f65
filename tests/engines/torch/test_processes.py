"""Which process this is, what it is given to do, and the thread that ends it when another one is dead."""

from __future__ import annotations

import time
from typing import Any

import pytest

from gpt_by_hand.engines.processes import Alone, Rank, current, own_rank
from gpt_by_hand.engines.together import first_to_say, together
from gpt_by_hand.errors import UserError

pytest.importorskip("torch", reason="processes meet through PyTorch")

import torch.distributed as dist

from gpt_by_hand.engines.torch import processes
from gpt_by_hand.engines.torch.processes import Watch
from gpt_by_hand.training.config import TrainConfig
from gpt_by_hand.training.torch_compute import device_of

LOST = dist.DistBackendError("NCCL error in: ProcessGroupNCCL.cpp:3690\nLast error:\nno socket interface found")
VARIABLES = ("RANK", "WORLD_SIZE", "LOCAL_RANK")


def launched(monkeypatch: pytest.MonkeyPatch, *values: str) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in zip(VARIABLES, values, strict=False):
        monkeypatch.setenv(name, value)


def test_place(monkeypatch: pytest.MonkeyPatch) -> None:
    launched(monkeypatch)
    assert own_rank() == Rank(0, 1, 0)
    launched(monkeypatch, "5", "8", "1")
    assert own_rank() == Rank(5, 8, 1)
    launched(monkeypatch, "5", "8")
    assert own_rank() == Rank(5, 8, 5)
    launched(monkeypatch, "0", "1", "0")
    assert own_rank() == Rank()


@pytest.mark.parametrize("values", [("2", "2"), ("x", "2"), ("0", "two"), ("-1", "2"), ("0", "2", "a")])
def test_places_that_there_are_not(monkeypatch: pytest.MonkeyPatch, values: tuple[str, ...]) -> None:
    launched(monkeypatch, *values)
    with pytest.raises(UserError, match="torchrun"):
        own_rank()


def test_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    launched(monkeypatch)
    with together() as found:
        assert found is current()
        assert (found.first, found.least(7), found.in_turn(lambda: 3)) == (True, 7, 3)
        assert found.share(6) == slice(0, 6)
    assert first_to_say("a") and first_to_say("a")


def test_shares_cover_the_rows() -> None:
    made = []
    for rank in range(3):
        one = Alone()
        one.rank = Rank(rank, 3, rank)
        made += list(range(12))[one.share(12)]
        with pytest.raises(UserError, match=r"13 sequences an iteration .* among 3 processes: choose a multiple of 3"):
            one.share(13)
    assert made == list(range(12))


def test_a_gpu_for_each() -> None:
    assert device_of(TrainConfig(device="cuda"), Rank(9, 16, 1)) == "cuda:1"
    assert device_of(TrainConfig(device="cuda"), Rank()) == "cuda"
    assert device_of(TrainConfig(device="cpu"), Rank(1, 2, 1)) == "cpu"
    assert device_of(TrainConfig(device="cuda:1"), Rank(3, 4, 0)) == "cuda:1"
    with pytest.raises(UserError, match="cuda:1 is one GPU for several processes: --device cuda"):
        device_of(TrainConfig(device="cuda:1"), Rank(3, 4, 1))


class Ended(Exception):
    pass


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes watches that are quick and, in place of ending this process, keep the reason."""
    monkeypatch.setattr(processes, "BEAT", 0.01)
    monkeypatch.setattr(processes, "MISSED", 5)
    monkeypatch.setattr(processes, "GRACE", 0.05)
    made: list[Watch] = []

    def make(store: Any, rank: int, size: int = 2) -> Watch:
        found: Any = Watch(store, Rank(rank, size, rank))
        found.reasons = []

        def end(reason: str) -> None:
            found.reasons.append(reason)
            found.left.set()

        found.end = end
        made.append(found)
        return found

    yield make
    for one in made:
        one.left.set()
        if one.is_alive():
            one.join(5)


def until(holds: Any) -> None:
    end = time.monotonic() + 10
    while not holds() and time.monotonic() < end:
        time.sleep(0.01)
    assert holds()


def test_a_neighbour_that_falls_silent(watch: Any) -> None:
    store = dist.HashStore()
    store.add("beat/1", 3)
    one = watch(store, 0)
    one.start()
    until(lambda: one.reasons == ["process 1 does not answer any more"])


def test_all_learn_of_it(watch: Any) -> None:
    store = dist.HashStore()
    store.add("beat/2", 3)
    first, second = watch(store, 0, 3), watch(store, 1, 3)
    first.start()
    second.start()
    until(lambda: first.reasons == second.reasons == ["process 2 does not answer any more"])


def test_neighbours_that_beat_or_have_left(watch: Any) -> None:
    store = dist.HashStore()
    one, other = watch(store, 0), watch(store, 1)
    one.start()
    other.start()
    time.sleep(0.3)
    other.left.set()
    other.join(5)
    time.sleep(0.3)
    assert one.is_alive()
    assert one.reasons == other.reasons == []


def test_what_a_failing_process_says(watch: Any) -> None:
    store = dist.HashStore()
    one, other = watch(store, 0), watch(store, 1)
    one.start()
    other.tell(ValueError("a cosmic ray\nand more"))
    until(lambda: one.reasons == ["process 1 has failed (a cosmic ray)"])
    assert other.find_reason(LOST) == "process 1 has failed (a cosmic ray)"


def test_the_reason_of_a_lost_connection(watch: Any) -> None:
    store = dist.HashStore()
    for rank in (1, 2):
        store.add(f"beat/{rank}", 3)
    assert watch(store, 0, 3).find_reason(LOST) == "processes 1, 2 do not answer any more"


def test_processes_that_are_there_but_cannot_be_reached(watch: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    store = dist.HashStore()
    one, other = watch(store, 0), watch(store, 1)
    one.start()
    other.start()
    monkeypatch.setattr(processes, "GRACE", 0.5)  # time for some beats
    reason = "another process was lost (NCCL error in: ProcessGroupNCCL.cpp:3690 Last error: no socket interface found)"
    assert one.find_reason(LOST).endswith(reason)
    assert other.find_reason(LOST).endswith(reason)


def test_a_store_that_is_gone(watch: Any) -> None:
    class Gone:
        def add(self, *given: object) -> int:
            raise dist.DistNetworkError("no")

    one = watch(Gone(), 0)
    one.start()
    until(lambda: one.reasons == [processes.NOWHERE])
    assert one.find_reason(LOST) == processes.NOWHERE


@pytest.mark.parametrize(
    ("error", "lost"),
    [
        (RuntimeError("[gloo/transport/tcp/pair.cc:544] Connection closed by peer [127.0.0.1]:9"), True),
        (dist.DistBackendError("NCCL communicator was aborted on rank 1."), True),
        (RuntimeError("shapes do not match"), False),
        (UserError("Connection closed by peer"), False),
    ],
)
def test_what_the_loss_of_a_process_looks_like(error: Exception, lost: bool) -> None:
    assert processes._is_lost(error) == lost
