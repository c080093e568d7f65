"""What is meant for a browser is opened in one."""

from tests.support.browser import browser

__all__ = ["browser"]
