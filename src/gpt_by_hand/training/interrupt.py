"""Ctrl-C that waits for the end of an iteration, so that what was done can be saved."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class StopRequest:
    """Whether somebody has asked for the end."""

    requested = False


@contextmanager
def stop_requests() -> Iterator[StopRequest]:
    """Inside, the first Ctrl-C (or SIGTERM) only sets `requested`; a second one interrupts as usual.

    Outside of the main thread, where Python allows no signal handlers, nothing changes.
    """
    stop = StopRequest()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = {number: signal.getsignal(number) or signal.SIG_DFL for number in SIGNALS}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def ask(number: int, frame: FrameType | None) -> None:
        stop.requested = True
        restore()

    for number in SIGNALS:
        signal.signal(number, ask)
    try:
        yield stop
    finally:
        restore()
