"""`gpt-by-hand worksheet --read`: codes of real copies, from the command line and from lists."""

import io
import json
import sys

import pytest

from gpt_by_hand.cli.worksheet import each_read
from gpt_by_hand.language import speaking
from gpt_by_hand.layout.sentences import sentences
from gpt_by_hand.practice.browser import codes
from gpt_by_hand.practice.browser.codes import Outcome
from gpt_by_hand.practice.browser.contents import copy
from gpt_by_hand.practice.browser.order import PageOrder
from gpt_by_hand.practice.topics import KEYS
from tests.support.commands import Command, command, process, refused
from tests.support.node import needs_node, node
from tests.support.terminal import Terminal

__all__ = ["command"]
ORDERS = {
    "score": PageOrder((KEYS["score"],), seed=7),
    "next": PageOrder((KEYS["score"],), seed=8),
    "mean": PageOrder((KEYS["mean"],), seed=7, preset="pocket"),
    "exercise": PageOrder((KEYS["mix"],), seed=7, kind="exercise", count=2),
}


def questions_of(made):
    return [question for sheet in made["sheets"] for question in sheet["questions"]]


def scale(question):
    """1 + the place of the mistake of not dividing by sqrt(D)."""
    kinds = [question["kinds"][mistake[-1]] for box in question["boxes"] for mistake in box["mistakes"]]
    return 1 + kinds.index("scale") if "scale" in kinds else 0


@pytest.fixture(scope="module")
def copies():
    return {name: copy(order) for name, order in ORDERS.items()}


@pytest.fixture(scope="module")
def given(copies):
    """A code of each copy: the first question right in the end, after forgetting sqrt(D) where that can be, all else
    at once."""
    found = {}
    for name, order in ORDERS.items():
        first, *rest = questions_of(copies[name])
        outcomes = [Outcome(codes.IN_THE_END, scale(first)), *[Outcome(codes.AT_ONCE)] * len(rest)]
        found[name] = codes.code(codes.header(order), outcomes, [first, *rest])
    return found


def test_codes_on_the_command_line(command: Command, given):
    found = command("worksheet", "--read", given["score"], given["next"].lower().replace("-", " "))
    assert found.code == 0, found.err
    assert "2 codes, of 2 different copies: gpt-by-hand worksheet score --page" in found.out
    assert "--seed 7 --copies 2" in found.out
    assert "2  score  1         without dividing by sqrt(D)" in found.out
    assert "gpt-by-hand worksheet score --page -o score.html  Attention score" in found.out


def test_a_list_with_lines_that_cannot_be_read(command: Command, given, tmp_path):
    lines = [
        "Name;Code",
        f"Anna;{given['score']}",
        f"anna;{given['score']}",
        f"Ben;{given['score']}",
        f"Carl;{given['next'][:-1]}",
        f"Dora;{given['next']}",
        "",
        "# nobody else",
        f"Eve;{given['mean']}",
    ]
    (tmp_path / "codes.csv").write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode())
    found = command("worksheet", "--read", "codes.csv")
    assert found.code == 2
    assert "codes.csv, line 3 (anna): the same code as codes.csv, line 2 (Anna); counted once" in found.err
    assert "codes.csv, line 4 (Ben): the same code as codes.csv, line 2 (Anna); both are counted" in found.err
    assert f"error: codes.csv, line 5: '{given['next'][:-1]}' cannot be read: it" in found.err
    assert "3 codes, of 2 different copies" in found.out
    assert "1 code: gpt-by-hand worksheet mean --page --preset pocket" in found.out


def test_the_same_code_of_several_is_counted_where_all_have_the_same_copy(command: Command, given, tmp_path):
    found = command("worksheet", "--read", given["exercise"], given["exercise"], given["exercise"])
    assert (
        found.err == f"{given['exercise']} is there 3 times, as may be where all have the same copy; each is counted\n"
    )
    assert "3 codes, all of the same copy" in found.out
    (tmp_path / "codes.txt").write_text(
        f"Anna {given['exercise']}\nBen {given['exercise']}\nANNA {given['exercise']}\n"
    )
    found = command("worksheet", "--read", "codes.txt")
    assert "codes.txt, line 3 (ANNA): the same code as codes.txt, line 1 (Anna); counted once" in found.err
    assert "is there 2 times" in found.err and "2 codes, all of the same copy" in found.out


def test_the_same_code_is_counted_once_where_copies_differ(command: Command, given):
    found = command("worksheet", "--read", given["score"], given["next"], given["score"])
    assert found.err == f"{given['score']}: the same code as {given['score']}; counted once\n"
    assert "2 codes, of 2 different copies" in found.out


def test_codes_of_another_sheet(command: Command, given):
    found = command("worksheet", "score", "--read", given["score"], given["mean"], given["exercise"])
    assert found.code == 2
    assert f"error: {given['mean']} is of another sheet: gpt-by-hand worksheet mean --page" in found.err
    assert f"error: {given['exercise']} is of another sheet: gpt-by-hand exercise mix --page" in found.err
    assert "1 code: " in found.out


def test_standard_input_and_json(command: Command, given, monkeypatch):
    typed = f"Anna {given['score']}\nBen {given['score'][:-1]}?\n".encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed)))
    found = command("worksheet", "--read", "-", "--json")
    assert found.code == 2
    data = json.loads(found.out)
    assert [pupil["name"] for pupil in data["sheets"][0]["pupils"]] == ["Anna"]
    assert [unread["where"] for unread in data["unread"]] == ["standard input, line 2"]


@pytest.mark.parametrize("ending", ["csv", "html", "md"])
def test_files(command: Command, given, tmp_path, ending):
    path = tmp_path / f"class.{ending}"
    assert command("worksheet", "--read", given["score"], "-o", path).code == 0
    assert "sqrt(D)" in path.read_text(encoding="utf-8").replace("\\", "")
    refused(command("worksheet", "--read", given["score"], "-o", path), "is there already")
    assert command("worksheet", "--read", given["score"], "-o", path, "--force").code == 0


def test_german(command: Command, given, tmp_path):
    assert (
        "1 Code: gpt-by-hand worksheet score" in command("worksheet", "--read", given["score"], "--language", "de").out
    )
    command("worksheet", "--read", given["score"], "--language", "de", "-o", "class.csv")
    assert (tmp_path / "class.csv").read_text(encoding="utf-8").startswith("\ufeffName;Code;Blatt;")


def test_a_copy_in_german_gives_the_same_code(copies, given):
    with speaking("de"):
        found = questions_of(copy(ORDERS["score"]))
    assert codes.read(given["score"]).outcomes(found) == codes.read(given["score"]).outcomes(
        questions_of(copies["score"])
    )


@needs_node
def test_a_page_gives_the_code_that_is_read(copies, given):
    data = [
        {
            "copy": {**copies[name], "header": codes.header(order)},
            "outcomes": [one._asdict() for one in codes.read(given[name]).outcomes(questions_of(copies[name]))],
        }
        for name, order in ORDERS.items()
    ]
    script = """
import { codeOf } from "app/practice/code.js";
send(given.map(({ copy, outcomes }) => codeOf(copy, outcomes)));
"""
    assert node(script, data) == list(given.values())


@needs_node
def test_what_is_answered_on_a_page_is_what_the_class_reads(command: Command, copies):
    """The first question after forgetting sqrt(D), the second at once, the third skipped, the fourth not at all."""
    made = {**copies["score"], "header": codes.header(ORDERS["score"])}
    first = questions_of(made)[0]
    box = next(box for box in first["boxes"] if any(first["kinds"][one[-1]] == "scale" for one in box["mistakes"]))
    wrong = next(value for _, value, *_, kind in box["mistakes"] if first["kinds"][kind] == "scale")
    script = """
import { useSentences } from "app/explain/sentences.js";
import { Sheet } from "app/practice/sheet.js";
useSentences(given.sentences);
const sheet = new Sheet(given.copy);
const right = (q) => sheet.questions[q].boxes.forEach(({ shown }, b) => sheet.answer(q, b, shown));
sheet.answer(0, given.box, given.wrong);
right(0);
right(1);
sheet.skip(2);
send(sheet.code());
"""
    given = {"copy": made, "box": first["boxes"].index(box), "wrong": str(wrong), "sentences": sentences()}
    code = node(script, given)
    found = command("worksheet", "--read", code, "--json")
    (pupil,) = json.loads(found.out)["sheets"][0]["pupils"]
    assert [question["state"] for question in pupil["questions"]] == [
        "in the end",
        "at once",
        "not solved",
        "untouched",
    ]
    assert pupil["questions"][0]["mistake"]["says"] == "without dividing by sqrt(D)"
    assert pupil["questions"][0]["mistake"]["address"] == box["address"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--read", "K7QM"), "'K7QM' cannot be read: it is too short: it has 4 letters"),
        (("--read", "K" * 300 + "7"), "it has a typing error"),
        (("--read", "nothing.txt"), "cannot read nothing.txt: No such file"),
        (("--read", "x", "--seed", 5), "--seed says how to make sheets, and --read says what came of them"),
        (("--read", "x", "-o", "class.pdf"), "class.pdf ends in '.pdf': choose a name ending in .csv"),
        (("--read", "x", "--json", "-o", "class.csv"), "choose a name ending in .json"),
        (("--read",), "--read needs a value"),
        (("score", "--json"), "--json prints what --read has read"),
        (("skore", "--read", "x"), "there is no topic 'skore'"),
    ],
)
def test_what_makes_no_sense(command: Command, words, said):
    refused(command("worksheet", *words), said)


def test_an_empty_list(command: Command, tmp_path):
    (tmp_path / "codes.txt").write_text("# 9b\n\n")
    refused(command("worksheet", "--read", "codes.txt"), "codes.txt: there is no code in it")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_list_as_spreadsheets_save_it(command: Command, given, tmp_path, encoding):
    (tmp_path / "codes.csv").write_bytes(f"Name;Code\r\nJörg Müßig;{given['score']}\r\n".encode(encoding))
    done = command("worksheet", "--read", "codes.csv")
    assert done.code == 0, done
    assert "Jörg Müßig " in done.out


def test_a_list_that_is_no_text(command: Command, tmp_path):
    (tmp_path / "codes.txt").write_bytes(b"%PDF-1.7\n\xff\x00\x01")
    refused(command("worksheet", "--read", "codes.txt"), "codes.txt", "is not UTF-8 text")
    (tmp_path / "class").mkdir()
    refused(command("worksheet", "--read", "class"), "cannot read class: Is a directory")
    (tmp_path / "codes.txt").write_bytes(b"x" * (2**20 + 1))
    refused(command("worksheet", "--read", "codes.txt"), "a list of codes is at most")


def test_words_behind_read_are_codes():
    line = ["score", "--read", "A", "B", "-o", "x.csv", "mix"]
    assert each_read(line) == ["score", "--read", "A", "--read", "B", "-o", "x.csv", "mix"]
    assert each_read(["--read=A", "B", "--json"]) == ["--read=A", "--read", "B", "--json"]
    assert each_read(["score", "-o", "x.pdf"]) == ["score", "-o", "x.pdf"]


def many_codes(count):
    """Codes whose letters are as they should be; only their copies could tell that their seals are not."""
    header = [codes.header(PageOrder((KEYS["score"],), seed=seed)) for seed in range(count)]
    return [codes._written([*digits, (1, 4), (5, 2**15)]) for digits in header]


def test_a_terminal_shows_it(tmp_path, given):
    (tmp_path / "codes.txt").write_text(f"Anna\t{given['score']}\nBen\t{given['next']}\n")
    terminal = Terminal(tmp_path, "worksheet", "--read", "codes.txt", PAGER="cat")
    assert terminal.wait() == 0
    lines = terminal.lines
    assert max(map(len, lines)) <= 80
    assert any(line.startswith("codes ━") and "100%" in line for line in lines)
    at = next(n for n, line in enumerate(lines) if line.startswith("  Anna"))
    assert lines[at - 1].split() == ["name", "seed", "right", "1", "2", "3", "4"]
    assert lines[at].split() == ["Anna", "7", "4/4", "○", "✓", "✓", "✓"]
    assert lines[at + 1].split() == ["Ben", "8", "4/4", "○", "✓", "✓", "✓"]


def test_ctrl_c_is_quiet(tmp_path):
    (tmp_path / "codes.txt").write_text("\n".join(many_codes(200)))
    terminal = Terminal(tmp_path, "worksheet", "--read", "codes.txt", "-o", "class.csv")
    terminal.until("codes ")
    terminal.until("1%")
    terminal.type("\x03")
    assert terminal.wait() == 130
    assert "Traceback" not in terminal.shown and terminal.lines[-1] == "interrupted"
    assert not (tmp_path / "class.csv").exists()


def test_a_pipe_gets_no_bar(tmp_path, given):
    found = process("worksheet", "--read", given["score"], given["next"], cwd=tmp_path)
    assert (found.code, found.err) == (0, "") and "\x1b" not in found.out
