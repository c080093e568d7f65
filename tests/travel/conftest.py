"""The commands' fixtures, and Hypothesis with the same examples each time."""

from hypothesis import settings

from tests.support.commands import command, trained, trained_once

__all__ = ["command", "trained", "trained_once"]
settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")
