"""The commands' fixtures."""

from tests.support.commands import command, trained, trained_once

__all__ = ["command", "trained", "trained_once"]
