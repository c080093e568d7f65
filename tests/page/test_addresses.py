"""Addresses are read by the page as by Python: numbers, names, words, what is stored; and wrong ones say the same."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from gpt_by_hand.errors import UserError
from gpt_by_hand.explain.explainer import Explainer
from gpt_by_hand.trace import address
from gpt_by_hand.trace.address import stored_at
from tests.page.cases import trace
from tests.page.explained import explainer, of_case
from tests.support.node import needs_node

pytestmark = needs_node
FIND = """
send(given.asked.map((where) => failing(() => {
  const [tensor, place] = explainer.find(where);
  return [tensor.name, place];
})));
"""
WRITTEN = (
    *(
        "",
        "[0]",
        "a[0",
        "a]0[",
        "a[0][1]",
        "a[[0]]",
        "a[0]b",
        "loss[]",
        " loss ",
        "loss[0]",
        "loss[b=0]",
        "lose",
        "d.lose",
    ),
    *("h.0.attn.scores", "h.0.attn.scores[0,1,3]", "h.0.attn.scores [0,1,3,2]", "h.0.attn.scores[b = 0,h =1,i= 3,j=2]"),
    *("h.0.attn.scores[j=2, i=3, h=1, b=0]", "h.0.attn.scores[0,1,3,2,0]", "h.0.attn.scores[9,0,0,0]"),
    *("h.0.attn.scores[0,0,0,-1]", "h.0.attn.scores[+0,-0,0,00]", "h.0.attn.scores[0,0,0,]", "h.0.attn.scores[,,,]"),
    *("h.0.attn.scores[b=0,b=0,i=3,j=2]", "h.0.attn.scores[b=0,h=1,i=3,2]", "h.0.attn.scores[b==0,h=1,i=3,j=2]"),
    *("h.0.attn.scores[b=0,h=1,i=3,d=2]", "h.0.attn.scores[0.0,0,0,0]", f"h.0.attn.scores[{'9' * 50},0,0,0]"),
    *("h.0.attn.scores[0,1,:,2]", "h.0.attn.scores[:,:,:,:]", "h.0.attn.score[0,1,3,2]", "h.9.attn.scores[0,0,0,0]"),
    *("logits[0,4,world]", "logits[0,4,World]", "logits[0, 4, ' ']", 'logits[0,4," "]', "logits[v=world,b=0,t=4]"),
    *("logits[0,hand,by]", 'logits[0,"hand","by"]', "logits[0,'hand', 'by' ]", "logits[0,world,3]", "logits[0,' ',3]"),
    *(
        "logits[0,3,hello world]",
        "logits[0,3,'wrold']",
        "logits[0,3,'a','b']",
        "logits[0,3,'a\\'b']",
        "logits[0,3,[x]]",
    ),
    *(
        "logits[world,3,3]",
        "logits[0,3,'']",
        'logits[0,3,"a,b"]',
        "logits[0,3,💡]",
        "logits[0,3,ü]",
        "logits[0,gtp,gpt]",
    ),
    *("transformer.wte.weight[gpt,3]", "transformer.wte.weight[gtp,3]", "transformer.wte.weight[3,gpt]"),
    *("transformer.h.0.attn.c_attn.weight[17,3]", "transformer.h.0.attn.c_attn.weight[1,0,1,3]"),
    *("transformer.h.0.attn.c_attn.weight[48,3]", "transformer.h.0.attn.c_attn.weight[by,3]"),
    *("transformer.h.0.attn.c_attn.weight[:,3]", "d.transformer.h.0.attn.c_attn.weight[17,3]", "lm_head.weight[3,4]"),
    *("transformer.h.0.attn.c_attn.weight[s=0,c=1]", "lm_head.weight", "d.lm_head.weight[0,0]", "d.tokens[0,0]"),
    *(
        "d.probs.max[0,0]",
        "d.learning_rate",
        "d.transformer.wte.weight[0]",
        "d.h.0.attn.max[0,0,0]",
        "d.loss",
        "targets[0,0]",
    ),
    *("new.transformer.wte.weight[0,0]", "learning_rate", "adamw.m.transformer.wte.weight[0,0]", "d.h.0.out[0,0,0]"),
    *("random", "random[]", "random[-1]", "random[x]", "random[268435456]", "random[n=7]", "starts[2]", "starts[0]"),
    *(
        "data[0]",
        "data[99999999]",
        "uniform[3]",
        "uniform53[3]",
        "unifrom[3]",
        "datum",
        "d.random[0]",
        "tok_emb[' ',0,0]",
    ),
    *("x" * 300, "é[0]", "h.0.attn.scores[b=é]", "a\nb", "a'b", "a'\"b", "\x00", "\u202e\u200b[0]", "💡" * 20, "\\"),
    *("h.0.attn.scores[\u00a00,\u20030\x1f,0\x85,0]", "h.0.attn.scores[\ufeff0,0,0,0]", "\x1floss\u3000", "\ufeffloss"),
)


def said(explain: Explainer, where: str) -> object:
    """What an address means, or what is wrong with it."""
    try:
        tensor, place = explain.find(where)
    except UserError as error:
        return str(error)
    return [tensor.name, list(place)]


def everywhere(case: str) -> Iterator[str]:
    """Each tensor with numbers, names, words, what is stored, and slightly wrong."""
    found, rng = trace(case), random.Random(case)
    for tensor in found.program.tensors.values():
        place = tuple(rng.randrange(extent) for extent in tensor.shape)
        names = [index.name for index in tensor.indices]
        yield address.of(tensor.name, place)
        yield f"{tensor.name}[{', '.join(f'{name}={at}' for name, at in zip(names, place, strict=True))}]"
        spoken = found.words.spoken(tensor, place).values()
        yield f"{tensor.name}[{','.join(spoken)}]"
        labels = (found.words.label(tensor, place, n, at).partition(" ") for n, at in enumerate(place))
        yield f"{tensor.name}[{','.join(word or number for number, _, word in labels)}]"
        if (stored := stored_at(tensor, place)) is not None:
            yield address.of(tensor.name, stored)  # type: ignore[arg-type]
        yield tensor.name
        cut = rng.randrange(len(tensor.name))
        yield address.of(tensor.name[:cut] + tensor.name[cut + 1 :], place)
        yield address.of(f"d.{tensor.name}", place)


@pytest.mark.parametrize("case", ["demo", "pencil at 1", "biases", "prompt", "gradients"])
def test_every_form_is_read_alike(case: str) -> None:
    asked = [*WRITTEN, *everywhere(case)]
    for where, found in zip(asked, of_case(case, FIND, asked=asked), strict=True):
        assert found == said(explainer(case), where), where


pieces = st.one_of(
    st.sampled_from(
        [*"[],:='\" \\", "0", "1", "12", "-1", "by", "gpt", "' '", "b=", "i=", "h.0.attn.scores", "logits"]
    ),
    st.text(st.characters(exclude_categories=("Cn", "Cs")), max_size=2),  # Node knows newer ones than Python
)


@settings(max_examples=6, phases=[Phase.explicit, Phase.generate])
@given(asked=st.lists(st.lists(pieces, max_size=10).map("".join), min_size=100, max_size=200))
def test_what_nobody_would_write_is_read_alike(asked: list[str]) -> None:
    found = of_case("demo", FIND, asked=[*asked, *(f"logits[{inside}]" for inside in asked)])
    for where, there in zip([*asked, *(f"logits[{inside}]" for inside in asked)], found, strict=True):
        assert there == said(explainer("demo"), where), where
