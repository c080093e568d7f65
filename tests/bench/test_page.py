"""The tables of the page's times."""

from bench.page import of_iterations, of_visits


def test_how_many_times_numpys_time_it_takes() -> None:
    times = {"numpy": {"microseconds": 1000.4, "ratio": 1.0}, "page": {"microseconds": 740.0, "ratio": 0.7349}}
    table = of_iterations([("2 x 8", times)])
    assert table.rows == [["the demo, 2 sequences of 8", "740", "1000", "0.73"]]


def test_medians_of_what_a_visitor_waits_for() -> None:
    assert of_visits({"first render": [900.0, 300.4, 400.0]}).rows == [["first render", "400", "300"]]
