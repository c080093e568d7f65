"""Which processor this is."""

from __future__ import annotations

from pathlib import Path

import pytest

from gpt_by_hand.engines import processor

X86 = "processor\t: 0\nmodel name\t: A\ncpu MHz\t: {}\nflags\t: sse2 avx\n\nprocessor\t: 1\nmodel name\t: B\n"


def test_the_processor_on_linux(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processor, "CPUINFO", str(tmp_path / "cpuinfo"))
    (tmp_path / "cpuinfo").write_text(X86.format(1000))
    assert processor.processor() == "model name\t: A\nflags\t: sse2 avx\n"
    (tmp_path / "cpuinfo").write_text("processor\t: 0\nFeatures\t: fp asimd\nCPU part\t: 0xd0c\nBogoMIPS\t: 50\n")
    assert processor.processor() == "Features\t: fp asimd\nCPU part\t: 0xd0c\n"


@pytest.mark.parametrize("content", [None, "", "nothing : known\n"])
def test_the_processor_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None) -> None:
    monkeypatch.setattr(processor, "CPUINFO", str(tmp_path / "cpuinfo"))
    monkeypatch.setattr("platform.machine", lambda: "arm64")
    monkeypatch.setattr("platform.processor", lambda: "arm")
    if content is not None:
        (tmp_path / "cpuinfo").write_text(content)
    assert processor.processor() == "arm64 arm"
