"""For all tests: none finds what another has compiled, or what the user has; so `--engine auto` is the same in each.

Hypothesis tries the same examples each time, fewer of them in the quick tier; with `--hypothesis-seed`, those of that
seed.
"""

from __future__ import annotations

import gc
import os
import shutil
import signal
from collections.abc import Generator, Iterator
from uuid import uuid4

import pytest
from hypothesis import settings

from tests.support.compilers import REAL, SCRIPTS, remembering
from tests.tiers import mark

if "PYTEST_XDIST_WORKER" in os.environ:  # there is one for each core: more threads would only wait for each other
    os.environ.update({"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"})
for name in ("LC_ALL", "LC_MESSAGES", "LANGUAGE"):  # whoever runs them, the tests speak English
    os.environ.pop(name, None)
os.environ["LANG"] = "C.UTF-8"
settings.register_profile("fixed", derandomize=True, deadline=None)
settings.register_profile("quick", settings.get_profile("fixed"), max_examples=30)
settings.register_profile("explore", derandomize=False, deadline=None, print_blob=True)


@pytest.fixture(scope="session", autouse=True)
def cache_of_the_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """For what lasts longer than a test: fixtures of a module or of the whole session."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GPT_BY_HAND_CACHE", str(tmp_path_factory.getbasetemp() / "compiled"))
        yield


@pytest.fixture(scope="session", autouse=True)
def compiler_of_the_session(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[None]:
    """In front of the real one, for all workers of a run: what one of them has compiled is not compiled again."""
    base = tmp_path_factory.getbasetemp()
    with pytest.MonkeyPatch.context() as patch:
        if REAL and SCRIPTS and shutil.which("sha256sum"):
            folder = remembering(base / "cc", (base if worker_id == "master" else base.parent) / "compiled-before")
            patch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
        yield


@pytest.fixture(autouse=True)
def cache_of_the_test(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that is not there yet, outside of the test's own."""
    monkeypatch.setenv("GPT_BY_HAND_CACHE", str(tmp_path_factory.getbasetemp() / f"compiled-{uuid4().hex}"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    mark(items)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected stays to the end: Python need not look through it again and again for what could go."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_configure(config: pytest.Config) -> None:
    fixed = "quick" if config.getoption("-m") == "not slow" else "fixed"
    settings.load_profile(fixed if config.getoption("--hypothesis-seed") is None else "explore")
    # A shell turns Ctrl-C off for what it runs in the background, and whatever that starts inherits it.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
