"""SHA-256 is SHA-256, whoever computes it."""

import hashlib
import sys

import pytest

from gpt_by_hand import digests


@pytest.fixture(autouse=True)
def fresh() -> None:
    digests._library.cache_clear()


@pytest.mark.parametrize("size", [0, 1, 1000, digests.LARGE - 1, digests.LARGE, digests.LARGE + 1])
@pytest.mark.parametrize("there", [True, False])
def test_as_hashlib(monkeypatch: pytest.MonkeyPatch, size: int, there: bool) -> None:
    if not there:
        monkeypatch.setitem(sys.modules, digests.OWN, None)
    content = bytes(range(256)) * (size // 256 + 1)
    assert digests.sha256(content[:size]) == hashlib.sha256(content[:size]).hexdigest()


def test_as_published() -> None:
    assert digests.sha256(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_large_contents_are_for_openssl(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    import_module = digests.import_module
    monkeypatch.setattr(digests, "import_module", lambda name: asked.append(name) or import_module(name))
    digests.sha256(bytes(digests.LARGE - 1))
    digests.sha256(bytes(digests.LARGE))
    assert asked == [digests.OWN, "hashlib"]
