"""A language beside English, from its tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, lru_cache

from gpt_by_hand.notation.titles import of_all
from gpt_by_hand.records import dataclass

KEPT = 2**12  # texts: addresses stand in some


@dataclass(frozen=True, eq=False)
class Translation:
    """`sentences` are templates by key. `model` is what formulas and topics say of themselves, by the English text.

    Braces with nothing in them stand for a name, in the text and in its translation, and what stands there is told too.
    `problems` are told likewise: what is wrong with what somebody typed on a page.
    """

    sentences: dict[str, str]
    model: Mapping[str, str]
    problems: Mapping[str, str]

    @cached_property
    def told(self) -> Callable[[str], str]:
        """The text of a model, or of a topic; as it is, where nobody has translated it."""
        texts = {of_all(key): of_all(text) for key, text in self.model.items()} | dict(self.model)
        patterns = [(re.compile(re.escape(key).replace(r"\{\}", "(.+)")), key) for key in texts if "{}" in key]

        @lru_cache(maxsize=KEPT)
        def found(text: str) -> str:
            capital = text[:1].upper() + text[1:]  # of a question that goes on behind a colon
            if text in texts or capital in texts:
                return texts.get(text) or texts[capital]
            matches = ((pattern.fullmatch(text), key) for pattern, key in patterns)
            return next((filled(texts[key], map(found, match.groups())) for match, key in matches if match), text)

        return found


def filled(text: str, names: Iterator[str]) -> str:
    """With names in empty braces; other braces are placeholders of a title.

    >>> filled("Wie viel von {} kommt aus {}?", iter(["h.0.mid", "embed"]))
    'Wie viel von h.0.mid kommt aus embed?'
    """
    return re.sub(r"\{\}", lambda place: next(names), text)
