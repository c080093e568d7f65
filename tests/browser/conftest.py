"""What is meant for a browser is opened in one."""

from tests.support.browser import browser
from tests.support.explorer import pages

__all__ = ["browser", "pages"]
