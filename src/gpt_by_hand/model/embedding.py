"""Tokens and positions become vectors."""

from __future__ import annotations

from gpt_by_hand.model import concepts
from gpt_by_hand.model.parts import GPTWriter
from gpt_by_hand.notation import Operand, Start, Tensor


def embedding(write: GPTWriter) -> tuple[Operand, Tensor]:
    """Writes `tok_emb`, `pos_emb` and `embed` [b, t, c]; returns the last of them and the word table `wte` [v, c].

    Source: Radford et al. 2018, equation 2 (h_0 = U W_e + W_p).
    """
    b, t, c, v, p = write.axes.b, write.axes.t, write.axes.c, write.axes.v, write.axes.p
    tokens = write.input("tokens", b, t, kind="integer", title="the words, as numbers", concept=concepts.TOKENS)
    title = "the places that they stand at"
    positions = write.input("positions", t, kind="integer", title=title, concept=concepts.POSITIONS)
    start = Start(std=write.config.init_std, table=True, tied=True)  # the head has the same weight
    title, concept, part = "a vector for each word", concepts.WORD_TABLE, "transformer.wte"
    wte = write.parameter(f"{part}.weight", v, c, title=title, start=start, concept=concept, part=part)
    start = Start(std=write.config.init_std, table=True)
    title, concept, part = "a vector for each position", concepts.POSITION_TABLE, "transformer.wpe"
    wpe = write.parameter(f"{part}.weight", p, c, title=title, start=start, concept=concept, part=part)
    tok_emb = write.define("tok_emb", "Which vector stands for {t|this word}?", concepts.TOKEN_VECTOR)
    tok_emb[b, t, c] = wte[tokens[b, t], c]
    pos_emb = write.define("pos_emb", "Which vector stands for {t|this position}?", concepts.POSITION_VECTOR)
    pos_emb[t, c] = wpe[positions[t], c]
    question = "What does the model know about the word and its place, before it looks around?"
    embed = write.define("embed", question, concepts.EMBEDDING)
    embed[b, t, c] = tok_emb[b, t, c] + pos_emb[t, c]
    return write.dropout("drop", embed, b, t, c), wte
