"""The pages name what is there: links, files, folders, flags, Python names, dependencies."""

import re
from dataclasses import fields

import pytest

import gpt_by_hand
from gpt_by_hand.cli import (
    COMMANDS,
    cache,
    exercise,
    explain,
    explore,
    generate,
    plot,
    prepare,
    show,
    trace,
    train,
    why,
    worksheet,
)
from gpt_by_hand.cli import print as print_command
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.training.config import TrainConfig
from gpt_by_hand.training.generation import Sampling
from tests.docs.markdown import PAGES, ROOT, blocks, dead_links, prose
from tests.docs.parts import example_run
from tests.docs.project import PROJECT

README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCS = ROOT / "docs"
SOURCE = ROOT / "src" / "gpt_by_hand"
TORCHRUN = {"standalone", "nproc_per_node", "nnodes", "node_rank", "rdzv_endpoint"}  # the launcher's own flags
each_page = pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])


@each_page
def test_links_lead_somewhere(page):
    assert dead_links(page, page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("target", ["docs/nowhere.md", "docs/train.md#nowhere", "#nowhere", "docs"])
def test_a_dead_link_is_found(target):
    assert dead_links(ROOT / "README.md", f"See [this]({target}) and [that](docs/train.md#engines).") == [target]


def test_the_first_page_is_short_and_no_page_is_long():
    assert len(README.encode()) <= 10_000
    assert [page.name for page in DOCS.glob("*.md") if page.stat().st_size > 22_000] == []


@each_page
def test_files_and_folders_are_there(page):
    for name in re.findall(r"`([\w/*-]+(?:/|\.py|\.toml|\.txt|\.md))`", prose(page.read_text(encoding="utf-8"))):
        if not name.startswith(("out/", "/")):
            places = (ROOT, SOURCE, ROOT / "data")
            assert any(list(place.glob(name.rstrip("/"))) for place in places), name


@each_page
def test_flags_exist(page):
    options = (train.Options, generate.Options, trace.Options, plot.Options, prepare.Options, cache.Options)
    options += (print_command.Options, exercise.Options, explain.Options, show.Options, why.Options, worksheet.Options)
    options += (explore.Options,)
    known = {field.name for kind in (*options, ModelConfig, TrainConfig, Sampling) for field in fields(kind)}
    for source in (ROOT / "bench").glob("*.py"):
        known |= set(re.findall(r'"--([a-z][\w-]*)"', source.read_text(encoding="utf-8")))
    flags = set(re.findall(r"(?<![\w-])--([a-z][\w-]*)", page.read_text(encoding="utf-8")))
    known |= {"help", "help_all", "version"} | TORCHRUN
    written = {flag.replace("-", "_") for flag in flags}
    assert {flag.removeprefix("no_") for flag in written - known} <= known


@each_page
def test_inline_commands_are_commands(page):
    text = prose(page.read_text(encoding="utf-8"))
    for command in re.findall(r"`gpt-by-hand (\w+)", text):
        assert command in COMMANDS
    for script in re.findall(r"`python ([\w/]+\.py)", text):
        assert (ROOT / script).is_file() or (ROOT / "data" / script).is_file()
    for target in re.findall(r"`make (\w+)`", text):
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_addresses_in_the_text_exist():
    trace = example_run()
    for page in PAGES:
        for name in re.findall(r"`((?:d\.|transformer\.)?h\.\d[\w.]*)\[?", prose(page.read_text(encoding="utf-8"))):
            assert name in ("h.0", "h.1") or name in trace or f"{name}.mean" in trace or name == "h.0.attn", name


def test_the_readme_says_what_this_is_and_shows_a_number_at_once():
    first = README.split("\n")[:10]
    assert first[0] == "# GPT-by-Hand"
    assert "GPT small enough to compute with a pencil" in first[2]
    assert any(re.search(r"\d\.\d{4}", line) for line in first)


def test_every_public_name_has_an_example():
    code = "".join(block.text for block in blocks(DOCS / "api.md") if block.language == "python")
    uses = re.sub(r"^>>> from .*$", "", code, flags=re.MULTILINE)
    assert [name for name in gpt_by_hand.__all__ if not re.search(rf"\b{name}\b", uses)] == []


def test_every_command_is_shown():
    commands = "".join(block.text for page in PAGES for block in blocks(page) if block.language == "bash")
    scripts = {"prepare": "prepare_tiny_demo.py", "train": "train.py", "generate": "generate.py"}
    for command in COMMANDS:
        assert f"gpt-by-hand {command}" in commands or scripts[command] in commands


def test_every_preset_and_recipe_is_named():
    text = "".join((DOCS / name).read_text(encoding="utf-8") for name in ("configuration.md", "train.md"))
    for name in ("`demo`", "`pocket`", "`pencil`", "`shakespeare`", "`documented`", "--recipe quick"):
        assert name in text


def test_every_dependency_has_its_reason():
    how = (ROOT / "docs" / "how-it-works.md").read_text(encoding="utf-8")
    table = how[how.index("## Dependencies") :]
    needed = {re.split(r"[>=<\[]", line)[0] for line in PROJECT["dependencies"]}
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == needed
    for extra in PROJECT["optional-dependencies"]:
        assert f"`{extra}`" in table


def test_only_the_twin_imports_torch():
    for path in SOURCE.rglob("*.py"):
        twin = path.parent == SOURCE / "engines" / "torch" or path.name.startswith("torch_")
        assert twin or not re.search(r"^(?:import|from) torch\b", path.read_text(encoding="utf-8"), re.MULTILINE), path


def test_the_changelog_knows_this_version():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "## [Unreleased]" in text
    assert re.search(rf"^## \[{re.escape(PROJECT['version'])}\] - \d{{4}}-\d\d-\d\d$", text, re.MULTILINE)
    assert gpt_by_hand.__version__ == PROJECT["version"]


def test_the_licence_is_the_one_that_the_project_names():
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert licence.startswith(f"{PROJECT['license']['text']} License\n\nCopyright (c) 2026 the GPT-by-Hand authors\n")


def test_the_index_has_every_page():
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    for page in (ROOT / "docs").glob("*.md"):
        assert page.name == "README.md" or f"({page.name})" in index


def test_the_glossary_explains_no_word_that_is_not_used():
    entries = re.findall(r"^\*\*(.+?)\*\*:", (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8"), re.MULTILINE)
    others = "".join(page.read_text(encoding="utf-8") for page in PAGES if page.name != "glossary.md").lower()
    source = "".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py")).lower()
    words = [word.strip("`").lower() for entry in entries for word in entry.split(", ")]
    assert len(words) == len(set(words))
    used = f"{others} {source}".replace("_", " ")
    unused = [word for word in words if word not in used]
    assert unused == []
