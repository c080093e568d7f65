"""Titles that speak of every element of a tensor, or of one: `What is {t|this word} looking for?`.

Between braces stand the letter of an index, what is said of all its positions, and, if it differs, what is said of
one of them, with `@` for its name: `{i|each query|the query of @}`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

PLACEHOLDER = re.compile(r"\{(?P<index>\w+)\|(?P<all>[^|{}]*)(\|(?P<one>[^|{}]*))?\}")


def of_all(title: str) -> str:
    """The title as it stands over a whole tensor.

    >>> of_all("How well does {i|each query|the query of @} match?")
    'How well does each query match?'
    """
    return PLACEHOLDER.sub(lambda found: found["all"], title)


def of_one(title: str, names: Mapping[str, str]) -> str:
    """The title of one element; `names` says what to call the position along each index.

    >>> of_one("How well does {i|each query|the query of @} match?", {"i": '"by"'})
    'How well does the query of "by" match?'
    """

    def said(found: re.Match[str]) -> str:
        if found["index"] not in names:
            return found["all"]
        return (found["one"] or "@").replace("@", names[found["index"]])

    return PLACEHOLDER.sub(said, title)


def spoken_of(title: str) -> set[str]:
    """The indices that the title itself names."""
    return {found["index"] for found in PLACEHOLDER.finditer(title)}
