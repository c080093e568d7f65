"""The manual calculation on its page, done again from the digits on the page, with Python's own floats alone."""

import math
import re

import pytest

from gpt_by_hand import UserError
from gpt_by_hand.explain.worked_example import ADDRESS, worked_example
from tests.docs.markdown import ROOT, generated
from tests.docs.parts import example_run
from tests.support.confirmed import Exact, rounded

TEXT = (ROOT / "docs" / "by-hand.md").read_text(encoding="utf-8")
PAGE = generated(TEXT)["worked-example"]
WIDTH, HEAD_SIZE, EPS = 16, 8, 1e-5  # of the demo, as the page says
UNITS = 3  # "the last digit can be off by up to 3"


class Printed(list):
    """Numbers with the decimals that they are printed with."""

    def __init__(self, digits):
        super().__init__(map(float, digits))
        self.places = {len(text.partition(".")[2]) for text in digits}.pop()


def tables(page):
    """Each table as its columns: heading to numbers."""
    found = []
    for block in re.findall(r"(?:^\|.*\|\n)+", page, re.MULTILINE):
        head, _, *rows = [[cell.strip(" `") for cell in line.strip("| \n").split(" | ")] for line in block.splitlines()]
        if head[0] != "position":
            found.append({name: Printed([row[n] for row in rows]) for n, name in enumerate(head) if n})
    return found


def scalar(page, element):
    """The number that a calculation on the page ends with."""
    at = page.index(f"{element} = ")
    return Printed([re.split(r"\n```|\n\n", page[at:])[0].rsplit("= ", 1)[1]])


EMBED, CENTRED, NORMAL, TERMS, QUERY, QUERY_WEIGHTS, KEY, KEY_WEIGHTS, SCORE = tables(PAGE)
ASKING, ASKED = "0, 3", "0, 1"  # "by" at position 3, "gpt" at position 1


def close(found, printed):
    """Equal to what the page prints, but for the last digit."""
    assert len(found) == len(printed)
    assert max(abs(a - b) for a, b in zip(found, printed, strict=True)) < (UNITS + 0.01) * 10**-printed.places


def dot(a, b):
    return math.fsum(x * y for x, y in zip(a, b, strict=True))


def normalised(vector):
    mean = math.fsum(vector) / len(vector)
    centred = [x - mean for x in vector]
    rstd = 1 / math.sqrt(dot(centred, centred) / len(vector) + EPS)
    return [x * rstd for x in centred]


def test_the_sizes_are_the_ones_of_the_page():
    assert {len(column) for column in EMBED.values()} == {WIDTH}
    assert {len(column) for column in SCORE.values()} == {HEAD_SIZE}


def test_the_vectors_are_the_rows_of_the_first_weights():
    weights = example_run()
    words, places = weights["transformer.wte.weight"], weights["transformer.wpe.weight"]
    close(words[6].tolist(), EMBED["tok_emb[0, 3, c]"])
    close(words[8].tolist(), EMBED["tok_emb[0, 1, c]"])
    close(places[3].tolist(), EMBED["pos_emb[3, c]"])
    close(places[1].tolist(), EMBED["pos_emb[1, c]"])


@pytest.mark.parametrize(("word", "position"), [(ASKING, "3"), (ASKED, "1")])
def test_word_and_position_add_up(word, position):
    both = zip(EMBED[f"tok_emb[{word}, c]"], EMBED[f"pos_emb[{position}, c]"], strict=True)
    close([a + b for a, b in both], EMBED[f"embed[{word}, c]"])


@pytest.mark.parametrize("word", [ASKING, ASKED])
def test_the_layer_norm_step_by_step(word):
    embed, centred = EMBED[f"embed[{word}, c]"], CENTRED[f"h.0.ln_1.centred[{word}, c]"]
    mean, var, rstd = (scalar(PAGE, f"h.0.ln_1.{part}[{word}]") for part in ("mean", "var", "rstd"))
    close([math.fsum(embed) / WIDTH], mean)
    close([x - mean[0] for x in embed], centred)
    close([x * x for x in centred], CENTRED[f"h.0.ln_1.centred[{word}, c] ** 2"])
    close([dot(centred, centred) / WIDTH], var)
    close([1 / math.sqrt(var[0] + EPS)], rstd)
    close([x * rstd[0] for x in centred], NORMAL[f"h.0.ln_1[{word}, c]"])


def test_one_element_of_the_query_term_by_term():
    normal, weight, term = TERMS.values()
    assert normal == NORMAL["h.0.ln_1[0, 3, c]"]
    assert weight == QUERY_WEIGHTS["d = 0"]
    close([x * w for x, w in zip(normal, weight, strict=True)], term)
    element = scalar(PAGE, "h.0.attn.q[0, 1, 3, 0]")
    close([math.fsum(term)], element)
    close(QUERY["h.0.attn.q[0, 1, 3, d]"][:1], element)


def test_all_of_the_query_and_the_key_from_the_weights_on_the_page():
    for word, made, weights in ((ASKING, QUERY, QUERY_WEIGHTS), (ASKED, KEY, KEY_WEIGHTS)):
        normal, (printed,) = NORMAL[f"h.0.ln_1[{word}, c]"], made.values()
        close([dot(normal, weights[f"d = {d}"]) for d in range(HEAD_SIZE)], printed)


def test_the_score_from_the_last_table():
    query, key, term = SCORE.values()
    assert [query, key] == [*QUERY.values(), *KEY.values()]
    close([a * b for a, b in zip(query, key, strict=True)], term)
    score = scalar(PAGE, "h.0.attn.scores[0, 1, 3, 1]")
    close([dot(query, key) / math.sqrt(HEAD_SIZE)], score)
    assert f"{dot(query, key) / math.sqrt(HEAD_SIZE):.8f}" in PAGE[PAGE.rindex("From the rounded") :]


def test_the_score_from_the_first_table_to_the_end():
    query, key = (
        [dot(normalised(EMBED[f"embed[{word}, c]"]), weights[f"d = {d}"]) for d in range(HEAD_SIZE)]
        for word, weights in ((ASKING, QUERY_WEIGHTS), (ASKED, KEY_WEIGHTS))
    )
    score = dot(query, key) / math.sqrt(HEAD_SIZE)
    assert f"{score:.6f}" == "-0.004229"
    assert re.search(r"you\s+should\s+get\s+-0\.004229,", TEXT)
    assert abs(score - scalar(PAGE, "h.0.attn.scores[0, 1, 3, 1]")[0]) < 1e-7  # so two more digits may differ


def test_the_run_in_float32_gives_the_same_score():
    exact = Exact(example_run())
    (score,) = scalar(PAGE, "h.0.attn.scores[0, 1, 3, 1]")
    assert rounded(exact[ADDRESS], f"{score:.8f}")
    assert exact.allows(ADDRESS, repr(example_run()[ADDRESS]))
    assert not exact.allows(ADDRESS, "-0.00422895")


def test_this_test_finds_a_wrong_digit():
    close([0.060839], Printed(["0.060842"]))
    with pytest.raises(AssertionError):
        close([0.060839], Printed(["0.060849"]))
    with pytest.raises(AssertionError):
        close([1.0, 2.0], Printed(["1.000000", "2.000004"]))


@pytest.mark.parametrize(
    ("where", "says"),
    [
        ("h.0.attn.scores[0,1,1,3]", "masked"),
        ("h.1.attn.scores[0,1,3,1]", "no score of the first block"),
        ("h.0.attn.scores", "no score of the first block"),
        ("h.0.attn.q[0,1,3,1]", "no score of the first block"),
        ("h.0.attn.scores[0,2,3,1]", "does not exist"),
        ("nothing at [all", "no address"),
    ],
)
def test_other_addresses_are_refused(where, says):
    with pytest.raises(UserError, match=says):
        worked_example(example_run(), where)


def test_another_score_is_worked_out_as_well():
    page = worked_example(example_run(), "h.0.attn.scores[1,0,7,2]")
    (score,) = scalar(page, "h.0.attn.scores[1, 0, 7, 2]")
    assert math.isclose(score, example_run()["h.0.attn.scores[1,0,7,2]"], rel_tol=1e-4)
    assert "the query of position 7" in page
