"""Typst, where it is installed."""

import importlib.util

import pytest

needs_typst = pytest.mark.skipif(
    importlib.util.find_spec("typst") is None, reason="typst is not installed: pip install 'gpt-by-hand[worksheets]'"
)


def compiled(source: str) -> bytes:
    """The PDF. Raises: typst.TypstError, which says where the source is wrong."""
    import typst

    found = typst.compile(source.encode())
    assert found.startswith(b"%PDF")
    return found


def svg(source: str) -> list[bytes]:
    """Each page as a picture."""
    import typst

    found = typst.compile(source.encode(), format="svg")
    return found if isinstance(found, list) else [found]
