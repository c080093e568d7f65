"""Numbers as all tables show them."""

from __future__ import annotations

import numpy as np


def number(value: float) -> str:
    """Eight significant digits, or fewer where fewer tell this float32 from its neighbours; tiny numbers keep eight."""
    fewest = str(np.float32(value) + np.float32(0)).removesuffix(".0")
    tiny = "e" in fewest and len(fewest) > len("-1.25e-06")
    return f"{value:.8g}" if tiny else min(fewest, f"{value:.8g}", key=len)


def scalar(value: np.ndarray) -> str:
    """A single number: eight digits of a float32; all of them of a float64, such as the learning rate."""
    return repr(value.item()) if value.dtype == np.float64 else number(value.item())
