"""The arithmetic of start-up times."""

from bench.start_up import MOST, NUMPY, row


def test_medians_and_ratios_of_the_same_turns() -> None:
    """A turn in which the machine was busy slows both down, so it does not change the ratio."""
    found = row("x", [(2.0, 0.25), (30.0, 0.5), (4.0, 1.0)], [(1.0, 0.125), (10.0, 0.125), (2.0, 0.25)])
    assert found == {"name": "x", "seconds": 4.0, "cpu_seconds": 0.5, "ratio": 2.0, "cpu_ratio": 4.0}


def test_numpys_import_is_the_measure() -> None:
    assert MOST[NUMPY] == 1.0
    assert all(name.split()[0] in ("train.py", "gpt-by-hand") for name in MOST if name != NUMPY)
