"""`failing.py OPTIONS`: train, but process 1 meets an error at iteration 50."""

import os
import sys
from typing import Any

from gpt_by_hand.cli import main
from gpt_by_hand.training.torch_compute import TorchCompute

iterate = TorchCompute.iterate


def failing(self: TorchCompute, state: Any, batches: Any, count: int) -> Any:
    if state.iteration >= 50:
        raise ValueError("a cosmic ray")
    return iterate(self, state, batches, count)


if __name__ == "__main__":
    if os.environ["RANK"] == "1":
        TorchCompute.iterate = failing  # type: ignore[method-assign]
    sys.exit(main(["train", *sys.argv[1:]]))
