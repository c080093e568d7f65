"""The manual calculation on its page, done again from the digits on the page, with Python's own floats alone."""

import math
import re

import pytest

from gpt_by_hand import UserError, trace_iteration
from gpt_by_hand.explain.worked_example import worked_example
from gpt_by_hand.views import html, latex, markdown, svg
from gpt_by_hand.views.text import plain
from tests.docs.markdown import ROOT, generated
from tests.docs.parts import ADDRESS, example_run
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
    """Each table of numbers as its columns: heading to numbers, without what stands below the rule, and the bars."""
    found = []
    for block in re.findall(r"(?:^\|.*\|\n)+", page, re.MULTILINE):
        head, rules, *rows = [[cell.strip() for cell in line[1:-2].split("|")] for line in block.splitlines()]
        if head[0] != "position":
            terms = [row for row in rows if row[0] != "sum"]
            numeric = [n for n, rule in enumerate(rules) if rule == "--:"]
            found.append({address(head[n]): Printed([row[n] for row in terms]) for n in numeric})
    return found


def address(heading):
    """The address that a heading is, as a formula or as text."""
    found = re.fullmatch(r"\$`?\\mathrm\{(.+)\}_\{(.+)\}`?\$", heading)
    said = f"{found[1]}[{found[2]}]" if found else heading
    return re.sub(r"\\(.)", r"\1", said)


def scalar(page, element):
    """The number that a calculation on the page ends with."""
    name, _, places = element.replace("_", r"\_").rstrip("]").partition("[")
    at = page.index(rf"\begin{{aligned}}\mathrm{{{name}}}_{{{places}}} &= ")
    return Printed([page[at:].split(r"\end{aligned}")[0].rsplit("&= ", 1)[1]])


TABLES = tables(PAGE)
ASKING, ASKED = "0,3", "0,1"  # "by" at position 3, "gpt" at position 1


def column(name):
    """The numbers of a column, which are the same wherever it is shown."""
    found = [table[name] for table in TABLES if name in table]
    assert found and all(one == found[0] and one.places == found[0].places for one in found)
    return found[0]


def ledger(first):
    """The table of a sum: what is added up, beside the operands; it is the one that begins with this column."""
    return next(table for table in TABLES if next(iter(table)) == first and {"value", "product"} & set(table))


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
    assert len(column("embed[0,3,c]")) == WIDTH
    assert len(column("h.0.attn.q[0,1,3,d]")) == HEAD_SIZE


def test_the_vectors_are_the_rows_of_the_first_weights():
    weights = example_run()
    words, places = weights["transformer.wte.weight"], weights["transformer.wpe.weight"]
    close(words[6].tolist(), column("tok_emb[0,3,c]"))
    close(words[8].tolist(), column("tok_emb[0,1,c]"))
    close(places[3].tolist(), column("pos_emb[3,c]"))
    close(places[1].tolist(), column("pos_emb[1,c]"))


@pytest.mark.parametrize(("word", "position"), [(ASKING, "3"), (ASKED, "1")])
def test_word_and_position_add_up(word, position):
    both = zip(column(f"tok_emb[{word},c]"), column(f"pos_emb[{position},c]"), strict=True)
    close([a + b for a, b in both], column(f"embed[{word},c]"))


@pytest.mark.parametrize("word", [ASKING, ASKED])
def test_the_layer_norm_step_by_step(word):
    embed, centred = column(f"embed[{word},c]"), column(f"h.0.ln_1.centred[{word},c]")
    mean, var, rstd = (scalar(PAGE, f"h.0.ln_1.{part}[{word}]") for part in ("mean", "var", "rstd"))
    close([math.fsum(embed) / WIDTH], mean)
    close([x - mean[0] for x in embed], centred)
    close([x * x for x in centred], ledger(f"h.0.ln_1.centred[{word},c]")["value"])
    close([dot(centred, centred) / WIDTH], var)
    close([1 / math.sqrt(var[0] + EPS)], rstd)
    gains = column("transformer.h.0.ln_1.weight[c]")
    close([x * rstd[0] * gain for x, gain in zip(centred, gains, strict=True)], column(f"h.0.ln_1[{word},c]"))


MADE = {"q[0,1,3,d]": ("0,3", 0), "k[0,1,1,d]": ("0,1", 1)}  # the word, and which of the weights


def weights(made):
    """The weights of the query or of the key: a column for each of its channels."""
    return [table for table in TABLES if "d = 0" in table][MADE[made][1]]


@pytest.mark.parametrize("made", MADE)
def test_one_element_term_by_term(made):
    word, part = MADE[made]
    normal, weight, term = ledger(f"h.0.ln_1[{word},c]").values()
    assert normal == column(f"h.0.ln_1[{word},c]")
    assert weight == column(f"transformer.h.0.attn.c_attn.weight[{part},1,0,c]") == weights(made)["d = 0"]
    close([x * w for x, w in zip(normal, weight, strict=True)], term)
    element = scalar(PAGE, f"h.0.attn.{made.replace('d', '0')}")
    close([math.fsum(term)], element)
    close(column(f"h.0.attn.{made}")[:1], element)


@pytest.mark.parametrize("made", MADE)
def test_all_of_the_query_and_the_key_from_the_weights_on_the_page(made):
    normal, rows = column(f"h.0.ln_1[{MADE[made][0]},c]"), weights(made)
    close([dot(normal, rows[f"d = {d}"]) for d in range(HEAD_SIZE)], column(f"h.0.attn.{made}"))


def test_the_score_from_the_last_table():
    query, key, term = TABLES[-1].values()
    assert [query, key] == [column(f"h.0.attn.{made}") for made in MADE]
    close([a * b for a, b in zip(query, key, strict=True)], term)
    score = scalar(PAGE, ADDRESS)
    close([dot(query, key) / math.sqrt(HEAD_SIZE)], score)
    assert f"{dot(query, key) / math.sqrt(HEAD_SIZE):.8f}" in PAGE[PAGE.rindex("From the rounded") :]


def test_the_score_from_the_first_table_to_the_end():
    query, key = (
        [dot(normalised(column(f"embed[{word},c]")), weights(made)[f"d = {d}"]) for d in range(HEAD_SIZE)]
        for made, (word, _) in MADE.items()
    )
    score = dot(query, key) / math.sqrt(HEAD_SIZE)
    assert f"{score:.6f}" == "-0.004229"
    assert re.search(r"you\s+should\s+get\s+-0\.004229,", TEXT)
    assert abs(score - scalar(PAGE, ADDRESS)[0]) < 1e-7  # so two more digits may differ


def test_the_run_in_float32_gives_the_same_score():
    exact = Exact(example_run())
    (score,) = scalar(PAGE, ADDRESS)
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
    page = markdown.page(worked_example(example_run(), "h.0.attn.scores[1,0,7,2]"))
    (score,) = scalar(page, "h.0.attn.scores[1,0,7,2]")
    assert math.isclose(score, example_run()["h.0.attn.scores[1,0,7,2]"], rel_tol=1e-4)
    assert "sequence 1, head 0: how well does the query of" in page


def test_a_word_that_looks_at_itself_is_worked_out_once():
    page = markdown.page(worked_example(example_run(), "h.0.attn.scores[0,1,3,3]"))
    assert page.count(r"{aligned}\mathrm{h.0.ln\_1.mean}_{0,3}") == page.count("| tok\\_emb\\[0,3,c\\] |") == 1


def test_biases_are_shown_beside_what_they_are_added_to():
    trace = trace_iteration(0, "pencil", use_bias=True)
    page = markdown.page(worked_example(trace, "h.0.attn.scores[0,0,3,1]"))
    (query,) = [table for table in tables(page) if "h.0.attn.q[0,0,3,d]" in table and "d" not in table][:1]
    assert list(query) == ["transformer.h.0.attn.c_attn.bias[0,0,d]", "h.0.attn.q[0,0,3,d]"]


def test_heads_of_two_channels_need_no_ledger():
    trace = trace_iteration(0, num_heads=8)
    page = markdown.page(worked_example(trace, "h.0.attn.scores[0,7,3,1]"))
    (score,) = scalar(page, "h.0.attn.scores[0,7,3,1]")
    assert math.isclose(score, trace["h.0.attn.scores[0,7,3,1]"], rel_tol=1e-4)


def test_every_view_prints_it():
    document = worked_example(example_run(), ADDRESS)
    views = (html.fragment, plain, markdown.page, latex.page, lambda said: svg.page(said, "A score"))
    for page in (view(document) for view in views):
        assert "-0.00422875" in page.replace("\N{MINUS SIGN}", "-")
        assert "0.12773" in page  # of the query
