"""What was watched while a model was trained as heat maps, one for each record: side by side, or as a film."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from math import prod
from typing import Any, ClassVar

from gpt_by_hand.errors import UserError
from gpt_by_hand.explain import picture
from gpt_by_hand.explain.heats import hidden, panel_facts, panels
from gpt_by_hand.explain.picture import Picture
from gpt_by_hand.layout.document import Block, Emphasis, Heading, Heat, Panel, Paragraph, Reference, Scale
from gpt_by_hand.layout.sentences import said
from gpt_by_hand.records import dataclass
from gpt_by_hand.trace.trace import Trace
from gpt_by_hand.trace.watched import Watched

MOST = 100_000  # squares in all frames: a browser would be slow with more
FILMS = ("svg", "gif")
ENDINGS = {**picture.ENDINGS, ".gif": "gif"}


@dataclass(frozen=True, eq=False, repr=False)
class Film(Picture):
    """The only series of `run`, record by record, on one scale; `trace` is of its words, with the last weights."""

    endings: ClassVar = ENDINGS
    run: Watched
    trace: Trace
    largest: float | None = None

    @property
    def title(self) -> str:
        return self.run.addresses[0]

    @cached_property
    def heats(self) -> list[Heat]:
        """The heat maps of each record: what is masked is so in all of them."""
        part, values = self.trace.part(self.title), self.run.series[0].values
        masked = part.of(hidden(self.trace, part.tensor))
        scale = Scale.of(values[:, ~masked], self.largest)
        return [Heat(tuple(panels(self.trace, part, one, masked)), scale) for one in values]

    def document(self) -> list[Block]:
        """All of them, one behind the other."""
        times = [said("film.iteration", iteration=at) for at in self.run.iterations.tolist()]
        found = [_captioned(panel, time) for heat, time in zip(self.heats, times, strict=True) for panel in heat.panels]
        return [*self._above(), Heat(tuple(found), self.heats[0].scale, small=True)]

    def frames(self) -> Iterator[list[Block]]:
        """A document for each record."""
        for at, heat in zip(self.run.iterations.tolist(), self.heats, strict=True):
            yield [*self._above(), Paragraph((said("film.iteration", iteration=at),)), heat]

    def _above(self) -> list[Block]:
        """Where the numbers come from, and what they are."""
        run, title = self.run, self.trace.describe(self.title)["title"]
        computed = run.series[0].tensor in self.trace.program.definitions
        folder = str(run.folder)
        where = said("film.over", folder=folder, prompt=repr(run.prompt)) if computed else said("film", folder=folder)
        return [Paragraph((where,), "model"), Heading((Reference(self.title), "  ", Emphasis(title)), 3)]

    def data(self) -> dict[str, Any]:
        """The same for programs; a number that is not finite is a string, and null where it is masked."""
        frames = zip(self.run.iterations.tolist(), self.heats, strict=True)
        found = [{"iteration": at, "panels": [panel_facts(panel) for panel in heat.panels]} for at, heat in frames]
        scale = self.heats[0].scale
        return {
            "address": self.title,
            "scale": {"lowest": scale.lowest, "highest": scale.highest},
            "frames": found,
            "folder": str(self.run.folder),
            "prompt": self.run.prompt,
        }

    def film(self, form: str) -> str | bytes:
        """A frame for each record, as "svg" or "gif". Raises: UserError without matplotlib, which a GIF needs."""
        from gpt_by_hand.views.film import gif, svg_film

        return svg_film([*self.frames()], self.title) if form == "svg" else gif([*self.frames()], self.title)

    def _written(self, form: str) -> str | bytes:
        return self.film(form) if form in FILMS else super()._written(form)


def film(run: Watched, address: str, largest: float | None = None) -> Film:
    """What was recorded at an address. Raises: UserError where that is nothing, several things, or too much."""
    chosen = run.only([address])
    if len(chosen.series) > 1:
        raise UserError(f"a film is of one of them: choose {' or '.join(chosen.addresses)}")
    count, numbers = len(chosen.iterations), prod(chosen.series[0].values.shape[1:])
    if not count:
        raise UserError(f"there is nothing to show: no record of {address} in {run.folder}")
    if count * numbers > MOST:
        raise UserError(
            f"{address} is too large for a film: {count:,} records of {numbers:,} numbers are {count * numbers:,}, and "
            f"{MOST:,} can be shown; ask for a part of it, or record with a larger --every"
        )
    return Film(chosen, run.trace(), largest)


def _captioned(panel: Panel, time: str) -> Panel:
    caption = ", ".join(filter(None, [time, panel.matrix.caption]))
    return replace(panel, matrix=replace(panel.matrix, caption=caption))
