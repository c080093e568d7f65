"""A trace that can be asked: where a number comes from, why a word, what if, what differs, and for a picture."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gpt_by_hand.errors import UserError
from gpt_by_hand.trace import trace as traces
from gpt_by_hand.trace.changed import with_set

if TYPE_CHECKING:
    from gpt_by_hand.explain.difference import Difference
    from gpt_by_hand.explain.explanation import Explanation
    from gpt_by_hand.explain.picture import Picture
    from gpt_by_hand.explain.why_author import Answer
    from gpt_by_hand.page.write import Page


class Trace(traces.Trace):
    """Every number of a forward pass or of an iteration, under its address; each can be asked where it comes from.

    `trace["h.0.attn.scores"]` is an array; `trace["h.0.attn.scores[0,1,3,2]"]` (or `[b=0,h=1,i=3,j=2]`) one number. A
    word may stand for its number, `:` for all: `trace["logits[0,4,world]"]`, `trace["logits[0,4,:]"]`.
    """

    def explain(self, where: str, depth: int = 1, check: bool = False) -> Explanation:
        """Where one number comes from: its meaning, its formula with its numbers put in, and where those come from.

        `depth` levels down; with `check`, its gradient is compared with a finite difference. Raises: AddressError, with
        the nearest names or the ranges, if there is no such number; UserError if it has no gradient to check.

        >>> from gpt_by_hand import GPT
        >>> explained = GPT.from_preset("demo").trace("gpt by hand").explain("h.0.attn.scores[0,1,3,2]")
        >>> print(explained.meaning)
        head 1: how well does the query of ' ' (position 3) match the key of "by"?
        """
        from gpt_by_hand.explain.explainer import Explainer

        return Explainer(self).explain(where, depth, check)

    def set(self, settings: Mapping[str, Any]) -> Trace:
        """What if? The trace with the numbers at some addresses set, and all that follows from them computed anew.

        `settings` has for each address (of a weight, a word, a setting such as `beta1`, or of what is computed on the
        way) a number, an array that fits what is there, or a word. Of a gradient, nothing passes through a number that
        is set. Raises: UserError for an address that there is not, a value that does not fit or is NaN, and one number
        that is set twice.

        >>> from gpt_by_hand import GPT
        >>> trace = GPT.from_preset("demo").trace("gpt by hand")
        >>> changed = trace.set({"h.0.attn.weights[0,1,3,:]": 0.25, "tokens[0,4]": "world"})
        >>> f"{trace['logits[0,4,world]']:.4f} {changed['logits[0,4,world]']:.4f}"
        '-0.2121 0.2306'
        """
        return Trace(**vars(with_set(self, settings).computed()))

    def diff(self, other: traces.Trace) -> Difference:
        """Which numbers of another trace differ from this one's, by address, the largest change first.

        Positions are compared where both sequences have them.

        >>> from gpt_by_hand import GPT
        >>> model = GPT.from_preset("demo")
        >>> difference = model.trace("gpt by hand").diff(model.trace("hand by gpt"))
        >>> [(change.address, change.before, change.after) for change in difference.largest(2)]
        [('tokens[0,0]', 8, 9), ('tokens[0,4]', 9, 8)]
        """
        from gpt_by_hand.explain.difference import Difference

        return Difference(self, other)

    def why(self, word: str, against: str | None = None, features: int = 0, hold: Collection[str] = ()) -> Answer:
        """Why the model gives a word the score that it has behind the prompt: the parts that add up to it.

        With `against`, why it prefers the word to that one; with `features`, so many of the strongest features of each
        feed-forward layer as parts of their own. `hold` names tensors that are held as they are, beside the norms'
        scales and attention's shares. The answer has `document()`, `text()` and `to_dict()`, and shows itself in a
        notebook. Raises: UserError for an unknown word, and for a trace that is of no prompt.

        >>> from gpt_by_hand import GPT
        >>> parts = GPT.from_preset("demo").trace("hello ").why("world").to_dict()["parts"]
        >>> print(parts[0]["address"], f"{parts[0]['value']:.6f}")
        why.tok_emb[0,1,31] 0.053755
        """
        from gpt_by_hand.explain.why import following, holding, why
        from gpt_by_hand.explain.why_author import Answer

        prompt = self.tokenizer.decode(self.tokens[0]) if self.tokens is not None else ""
        token = following(self.tokenizer, prompt, word)[1]
        other = None if against is None else following(self.tokenizer, prompt, against)[1]
        return Answer(why(holding(self, hold), prompt, token, other, features))

    def show(self, where: str, scale: float | None = None, two_d: bool = False, before: Trace | None = None) -> Picture:
        """What is at an address as a picture: a heat map with words on both axes, for each head, sequence, ... one.

        A place of the model, such as h.0.attn or h.0, means all that is computed there. `scale` is the number that has
        the strongest colour; else it is each tensor's own largest. With `two_d`, each row, such as a word's vector, is
        a point in the plane of the rows' first two principal components; with another model's trace `before`, there is
        an arrow to it from where it is there, along the same axes.

        A notebook shows it; `save` writes it to a file, as its ending says. Raises: AddressError where there is nothing
        like it; UserError where it is too much to be seen, or has no rows.

        >>> from gpt_by_hand import GPT
        >>> picture = GPT.from_preset("demo").trace("gpt by").show("h.0.attn.weights[0,1,:,:]")
        >>> print(picture.text(width=80).splitlines()[-1])
          0 +░░+▒▒+▓▓+██ 1   . masked
        """
        from gpt_by_hand.explain.heats import show
        from gpt_by_hand.explain.plane import plane

        return plane(self, where, before) if two_d else show(self, where, scale)

    def page(self) -> Page:
        """The page of the trace: in a browser, any number answers a click, and what is changed, everything follows.

        A notebook shows it; `save` writes it to a file, which needs nothing else. Raises: UserError for more numbers
        than a browser bears.
        """
        from gpt_by_hand.page.write import Page

        return Page(self)

    def to_page(self, path: str | Path) -> None:
        """Write the page of the trace to one HTML file. What is there already is replaced.

        Raises: UserError for more numbers than a browser bears, and where it cannot be written.

        >>> from gpt_by_hand import GPT
        >>> GPT.from_preset("pencil").trace("I see you").to_page("out/explorer.html")
        """
        self.page().save(path)

    def _repr_html_(self) -> str:
        """For notebooks: the tensors as a table; a single one, if it is not too large, as a picture."""
        if len(self) == 1:
            with suppress(UserError):
                return self.show(self.names[0])._repr_html_()
        return super()._repr_html_()
