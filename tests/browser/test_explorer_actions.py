"""What one can do on the page, by keys and by clicks: words, training, drawers, writing, asking why, tours."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest

from gpt_by_hand import GPT
from gpt_by_hand.data.random import RandomStream
from gpt_by_hand.explain.why import parts_of
from gpt_by_hand.layout.sentences import SENTENCES, many, said
from gpt_by_hand.training.generation import Generator, Sampling
from tests.page.cases import contents, trace
from tests.support.explorer import HAND, Pages, Visit, press, sideways, too_small, visited

WEIGHT = "transformer.h.0.attn.c_attn.weight[0,1,0,0]"
TOOLS = ("tools.train", "tools.write", "tools.why", "tools.settings", "tools.code")
LABELS = "nodes => nodes.map(node => node.getAttribute('aria-label') ?? node.textContent)"


def wait_for(visit: Visit, iteration: int) -> None:
    visit.page.wait_for_function("count => window.explorer.iteration() === count", arg=iteration)
    visit.settled()


def text(visit: Visit, selector: str) -> str:
    found: str = visit.page.locator(selector).inner_text()
    return " ".join(found.split())


def numbers_in(visit: Visit, selector: str) -> dict[str, float]:
    """Each number that has an address there, as it is in full."""
    read = "nodes => nodes.map(node => [node.dataset.address, node.dataset.value])"
    found = visit.page.locator(f"{selector} [data-address]").evaluate_all(read)
    return {address: float(value) for address, value in found}


def test_words_are_chosen_and_changed_by_keys(browser: Any, pages: Pages) -> None:
    words = contents("demo")["vocabulary"]["labels"]
    with visited(browser, pages("demo")) as visit:
        visit.page.locator(".chip").nth(3).focus()
        for key, position in (("ArrowRight", 4), ("End", 7), ("ArrowRight", 7), ("Home", 0), ("ArrowLeft", 0)):
            visit.page.keyboard.press(key)
            visit.settled()
            assert visit.call("state")["position"] == position
            assert visit.page.evaluate("() => document.activeElement.getAttribute('aria-pressed')") == "true"
        visit.page.keyboard.press("Tab")
        visit.page.keyboard.press("Enter")
        options = visit.page.locator(".word-picker").first.get_by_role("option")
        assert options.count() == len(words)
        visit.page.keyboard.type("ma")
        assert options.all_inner_texts() == ["machine", "amazing"]
        visit.page.keyboard.press("ArrowDown")
        active = visit.page.evaluate("() => document.activeElement.getAttribute('aria-activedescendant')")
        assert visit.page.locator(f"#{active}").inner_text() == "amazing"
        visit.page.keyboard.press("Enter")
        visit.settled()
        assert visit.call("value", "tokens[0,0]") == words.index("amazing")
        assert visit.page.locator(".chip b").first.inner_text() == "amazing"
        assert "amazing" in visit.page.evaluate("() => document.activeElement.getAttribute('aria-label')")
        visit.page.keyboard.press("Enter")
        visit.page.keyboard.type("xyzzy")
        assert text(visit, ".word-chips .hint") == said("words.none")
        visit.page.keyboard.press("Enter")
        visit.page.keyboard.press("Escape")
        assert visit.call("value", "tokens[0,0]") == words.index("amazing")
        assert visit.faults == []


def test_escape_stops_training(browser: Any, pages: Pages) -> None:
    with visited(browser, pages("demo")) as visit:
        press(visit, said("train.run"))
        visit.page.wait_for_function("() => window.explorer.iteration() > 3")
        visit.page.keyboard.press("Escape")
        visit.settled()
        stopped = visit.call("iteration")
        visit.page.wait_for_timeout(100)
        assert visit.call("iteration") == stopped
        assert text(visit, ".train-bar .run") == said("train.run")
        assert f"{visit.call('loss'):.4f}" in text(visit, "p[role=status].heard")


def test_losses_that_are_no_numbers_are_said_and_training_stops(browser: Any, pages: Pages) -> None:
    with visited(browser, pages("demo")) as visit:
        visit.call("set", "max_lr", 1e200)
        visit.call("set", "warmup_iters", 1)
        press(visit, said("train.run"))
        visit.page.wait_for_function("() => document.querySelector('.run').textContent === 'Train'")
        visit.settled()
        assert not math.isfinite(visit.call("loss") or math.nan)
        assert "nan" in text(visit, "#map > .note")
        assert visit.call("iteration") < 50


def test_the_chart_says_what_it_shows(browser: Any, pages: Pages) -> None:
    with visited(browser, pages("demo")) as visit:
        press(visit, "+100")
        wait_for(visit, 100)
        press(visit, said("tools.train"))
        sentence = text(visit, ".chart-sentence")
        assert f"{visit.call('loss'):.4f}" in sentence
        assert f"{math.log(32):.4f}" in sentence and f"{contents('demo')['perfect']:.4f}" in sentence
        rows = visit.page.locator(".evaluations tbody tr")
        assert [rows.nth(n).locator("th").inner_text() for n in range(rows.count())] == ["0", "100"]
        assert visit.page.locator(".loss-chart.large .held").count() == 2
        slider = visit.page.locator("#rewind")
        assert slider.get_attribute("aria-valuetext") == said("train.rewind.value", iteration=100)
        slider.press("ArrowLeft")
        visit.settled()
        assert visit.call("iteration") == 99
        assert f"{visit.call('loss'):.4f}" in text(visit, ".chart-sentence")


def test_changes_are_listed_and_removed_one_by_one(browser: Any, pages: Pages) -> None:
    with visited(browser, pages("demo")) as visit:
        for address, value in ((WEIGHT, 0.5), ("h.0.attn.scores[0,1,3,2]", -math.inf), ("beta1", 0.5)):
            visit.page.evaluate(
                "([address, value]) => window.explorer.set(address, Number(value))",
                [address, str(value).replace("inf", "Infinity")],
            )
        visit.settled()
        assert visit.call("value", "h.0.attn.weights[0,1,3,2]") == 0
        press(visit, many("edits.list", 3))
        listed = visit.page.locator("#edits-list .address")
        assert listed.all_inner_texts() == [WEIGHT, "h.0.attn.scores[0,1,3,2]", "beta1"]
        press(visit, said("edits.remove.name", address="h.0.attn.scores[0,1,3,2]"))
        assert [edit["address"] for edit in visit.call("state")["edits"]] == [WEIGHT, "beta1"]
        listed.first.click()
        visit.settled()
        assert visit.call("state")["address"] == WEIGHT
        press(visit, said("edits.remove.all"))
        assert visit.call("state")["edits"] == []
        assert visit.call("loss") == pytest.approx(float(trace("demo")["loss"]), rel=1e-12)
        assert visit.faults == []


def test_the_link_is_shown_where_the_clipboard_is_refused(browser: Any, pages: Pages) -> None:
    refused = "navigator.clipboard.writeText = () => Promise.reject(new Error('no'));"
    path = pages("demo")
    with visited(browser, path, script=refused) as visit:
        visit.call("set", WEIGHT, 0.25)
        visit.settled()
        press(visit, said("edits.share"))
        visit.page.wait_for_selector(".edits .link")
        link = visit.page.locator(".edits .link").input_value()
        loss = visit.call("loss")
    with visited(browser, path, link.partition("#")[2]) as visit:
        assert visit.call("loss") == loss


@pytest.mark.parametrize(
    ("kind", "how"),
    [
        ("demo", {}),
        ("demo", {"temperature": 1.5, "seed": 7}),
        ("prompt", {"temperature": 0.3, "top_k": 4}),
        ("pencil", {"temperature": 0.0}),
    ],
)
def test_written_words_are_those_of_generate(browser: Any, pages: Pages, kind: str, how: dict[str, float]) -> None:
    given = trace(kind)
    position = given.tokens.shape[1] - 1 if kind == "prompt" else min(3, given.tokens.shape[1] - 1)
    tokens = [int(token) for token in given.tokens[0, : position + 1]]
    weights = {tensor.name: np.asarray(given.arrays[tensor.name]) for tensor in given.program.parameters}
    model = given.model or (given.origin and given.origin.model)
    assert model is not None
    generator = Generator(model, given.tokenizer, weights)
    sampling = Sampling(11, **how)  # type: ignore[arg-type]
    steps = list(generator.steps(tokens, sampling, RandomStream(sampling.seed)))
    labels = contents(kind)["vocabulary"]["labels"]
    with visited(browser, pages(kind)) as visit:
        visit.page.locator(".chip").nth(position).click()
        press(visit, said("tools.write"))
        for name, value in how.items():
            visit.page.locator(f"#write-{name}").fill(str(value))
            visit.page.locator(f"#write-{name}").press("Enter")
        press(visit, many("write.several", 10))
        written = visit.page.locator(".written .word").all_inner_texts()
        assert [one.strip() for one in written[:-1]] == [labels[step.token].strip() for step in steps[:10]]
        visit.page.locator(".written .word").nth(2).click()
        visit.settled()
        drawn = text(visit, ".draw p")
        borders = np.cumsum(steps[2].probabilities)
        after, before = borders[steps[2].token], borders[steps[2].token] - steps[2].probabilities[steps[2].token]
        for number in (steps[2].draw, before, after):
            assert f"{number:.4f}" in drawn
        shares = visit.page.locator(".next-words tbody [data-value]").evaluate_all(
            "n => n.map(one => one.dataset.value)"
        )
        likeliest = sorted(steps[2].probabilities[steps[2].probabilities > 0], reverse=True)[:12]
        assert [float(share) for share in shares[:12]] == pytest.approx(likeliest, rel=1e-5)
        assert visit.page.locator(".next-words .drawn").count() == 1
        assert visit.faults == []


def test_a_temperature_that_makes_no_sense_is_said(browser: Any, pages: Pages) -> None:
    with visited(browser, pages("demo")) as visit:
        press(visit, said("tools.write"))
        visit.page.locator("#write-temperature").fill("-1")
        visit.page.locator("#write-temperature").press("Enter")
        visit.settled()
        assert "temperature is -1" in text(visit, "#write-temperature-problem")


@pytest.mark.parametrize("kind", ["demo", "prompt"])
def test_parts_add_up_and_lead_on(browser: Any, pages: Pages, kind: str) -> None:
    given = trace(kind)
    with visited(browser, pages(kind)) as visit:
        press(visit, said("tools.why"))
        state = visit.call("state")
        shown = numbers_in(visit, ".part-ledger tbody")
        *parts, total = shown
        wanted = {part.address: part.value for part in parts_of(given, total).parts if part.value}
        assert total.startswith(f"logits[0,{state['position']},")
        assert {part: shown[part] for part in parts} == pytest.approx(wanted, rel=1e-9, abs=1e-12)
        assert sum(shown[part] for part in parts) == pytest.approx(shown[total], rel=1e-9)
        lens = numbers_in(visit, ".lens tbody")
        assert [address.rpartition("[")[0] for address in lens][-1] == "probs"
        for address, value in lens.items():
            assert value == pytest.approx(float(given[address]), rel=1e-9)
        looks = numbers_in(visit, ".shares tbody")
        for address, value in looks.items():
            assert value == pytest.approx(float(given[address]), rel=1e-9)
        visit.page.locator(".part-ledger tbody [data-address]").nth(2).click()
        visit.settled()
        assert visit.call("state")["address"] == parts[2]
        assert visit.page.locator(".drawer:visible").count() == 0
        assert visit.faults == []


def test_the_first_minute_leads_from_the_loss_to_a_weight_and_its_update(browser: Any, pages: Pages) -> None:
    with visited(browser, pages("demo")) as visit:
        questions = visit.page.locator(".questions button")
        stops = [questions.nth(n).get_attribute("data-address") for n in range(questions.count())]
        assert stops[0] == "loss" and stops[-1] == f"new.{stops[-2]}" == f"new.{WEIGHT}"
        questions.first.focus()
        visit.page.keyboard.press("Enter")
        visit.settled()
        for stop in stops:
            assert visit.call("state")["address"] == stop
            assert visit.panel_value() == visit.call("value", stop)
            visit.page.locator(".tour-footer .next").focus()
            visit.page.keyboard.press("Enter")
            visit.settled()
        assert visit.call("state")["address"] is None
        assert visit.call("iteration") == 1 and visit.call("value", "learning_rate") > 0
        assert visit.page.locator(".tour-footer").is_hidden()
        assert visit.faults == []


def test_the_tour_by_level_ends_with_code(browser: Any, pages: Pages) -> None:
    with visited(browser, pages("demo")) as visit:
        press(visit, said("tour.levels"))
        for _ in range(5):
            visit.page.locator(".tour-footer .next").click()
            visit.settled()
        code = text(visit, ".code-sheet")
        assert "function" in code or "=>" in code
        assert said("code.python") in code
        python = visit.page.locator(".code-sheet pre").last.inner_text()
        address = visit.call("state")["address"]
        assert eval(python, {"math": math}) == visit.call("value", address)  # what the page printed itself
        assert visit.faults == []


@pytest.mark.parametrize("tool", TOOLS)
def test_drawers_open_and_close_by_keys(browser: Any, pages: Pages, tool: str) -> None:
    with visited(browser, pages("demo"), WEIGHT) as visit:
        button = visit.page.locator(".tools").get_by_role("button", name=said(tool), exact=True)
        button.focus()
        visit.page.keyboard.press("Enter")
        visit.settled()
        assert button.get_attribute("aria-expanded") == "true"
        assert visit.page.evaluate("() => document.activeElement.tagName") == "H2"
        visit.page.keyboard.press("Escape")
        visit.settled()
        assert button.get_attribute("aria-expanded") == "false"
        assert visit.page.evaluate(f"() => ({LABELS})([document.activeElement])[0]") == said(tool)
        assert visit.faults == []


@pytest.mark.parametrize("tool", TOOLS)
def test_drawers_fit_a_phone(browser: Any, pages: Pages, tool: str) -> None:
    with visited(browser, pages("demo"), size=HAND, has_touch=True) as visit:
        press(visit, said(tool), ".tools")
        assert sideways(visit.page) <= 0
        assert [one for one in too_small(visit.page) if "drawer" in one or "write" in one or "setting" in one] == []


def test_a_prompt_has_no_training(browser: Any, pages: Pages) -> None:
    with visited(browser, pages("prompt")) as visit:
        assert visit.page.locator(".train-bar").count() == 0
        tools = visit.page.locator(".tools button").all_inner_texts()
        assert said("tools.train") not in tools and said("tools.why") in tools
        assert visit.page.locator(".questions button").count() == 4
        assert visit.faults == []


def test_settings_say_what_they_mean_and_are_undone(browser: Any, pages: Pages) -> None:
    with visited(browser, pages("demo")) as visit:
        press(visit, said("tools.settings"))
        assert contents("demo")["settings"]["beta1"] in text(visit, ".settings-sheet")
        field = visit.page.locator("#setting-max_lr")
        field.fill("lots")
        field.press("Enter")
        assert SENTENCES["typed.none"].format(text="lots") == text(visit, "#setting-max_lr-problem")
        field.fill("1/3")
        field.press("Enter")
        visit.settled()
        assert visit.call("value", "max_lr") == 1 / 3
        assert field.input_value() == "1/3"
        press(visit, said("settings.back.name", name="max_lr"))
        assert visit.call("value", "max_lr") == 3e-4 and field.input_value() == "0.0003"


def test_a_word_is_offered_in_place_of_its_number(browser: Any, pages: Pages) -> None:
    """What stands for a word is changed by that word."""
    words = GPT.from_preset("demo").tokenizer.words
    with visited(browser, pages("demo"), "tokens[0,3]") as visit:
        field = visit.page.locator("#what-if")
        field.fill("world")
        field.press("Enter")
        visit.settled()
        assert visit.call("value", "tokens[0,3]") == words.index("world")
        field.fill("xyzzy")
        field.press("Enter")
        visit.settled()
        assert re.search(r"xyzzy", text(visit, "#what-if-problem"))
        assert visit.faults == []
