"""Pictures of numbers: what all of them can do, whether heat maps or points in a plane."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar

from gpt_by_hand.errors import UserError
from gpt_by_hand.files import line_of, write_atomically
from gpt_by_hand.layout.document import Block
from gpt_by_hand.nearest import alternatives

ENDINGS = {
    ".svg": "svg",
    ".png": "png",
    ".html": "html",
    ".json": "json",
    ".md": "markdown",
    ".tex": "latex",
    ".typ": "typst",
    ".txt": "text",
}  # of files, and the forms that they mean


class Picture(ABC):
    """Numbers to be looked at, which a notebook shows; `endings` of files, and the forms that they mean."""

    endings: ClassVar[Mapping[str, str]] = ENDINGS

    @property
    @abstractmethod
    def title(self) -> str:
        """The addresses of the numbers."""

    @abstractmethod
    def document(self) -> Iterable[Block]:
        """The picture as every view prints it. Raises: UserError where it is too much to be seen."""

    @abstractmethod
    def data(self) -> Any:
        """The same for programs, at full precision: what `--format json` prints."""

    def json(self) -> str:
        """The data as a file has them."""
        return line_of(self.data())

    def text(self, width: int = 100) -> str:
        """The picture in lines of text, without colours."""
        from gpt_by_hand.views.text import plain

        return plain(self.document(), width)

    def save(self, path: str | Path) -> None:
        """Write it to a file, as its ending says: .svg, .png (with matplotlib), .html, .json, .md, .tex, .typ or .txt.

        A film can be a .gif (with matplotlib) too, and moves as .svg. What is there already is replaced. Raises:
        UserError for another ending, and where it cannot be written.
        """
        where = Path(path)
        form = self.endings.get(where.suffix.lower())
        if form is None:
            known = alternatives(list(self.endings))
            raise UserError(f"{path} ends in {where.suffix!r}: choose a name ending in {known}")
        content = self._written(form)
        write_atomically(where, content.encode() if isinstance(content, str) else content)

    def _written(self, form: str) -> str | bytes:
        from gpt_by_hand.views import page

        if form == "json":
            return self.json()
        return self.text() + "\n" if form == "text" else page(self.document(), form, self.title)

    def __repr__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        """For notebooks."""
        from gpt_by_hand.views.html import fragment

        return fragment(list(self.document()))
