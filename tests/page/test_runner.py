"""Training in slices: as many iterations as were asked for, at the speed that was, and never longer than a picture."""

from __future__ import annotations

from tests.support.node import needs_node, node

pytestmark = needs_node
# A clock that goes on by 16 ms from picture to picture, and by what training and its picture take.
CODE = """
import { Runner } from "app/view/runner.js";
let [now, asked] = [0, null];
const clock = { now: () => now, ask: (callback) => ((asked = callback), 1), cancel: () => (asked = null) };
const explorer = {
  losses: [[0, 3]], slices: [],
  train(count) {
    if (given.fails && this.losses.length > given.fails) throw new Error("it fails");
    now += given.shown + given.each * count;
    this.slices.push(count);
    for (let n = 0; n < count; n++) {
      const at = this.losses.length;
      this.losses.push([at, at === given.diverges ? NaN : 3]);
      if (at === given.diverges) break;
    }
    if (this.losses.length > given.stops) runner.stop();
  },
};
const told = [];
const runner = new Runner(explorer, clock, (how) => told.push(how instanceof Error ? how.message : how));
runner.speed = given.speed;
runner.start(given.count);
for (let pictures = 0; asked && pictures < given.pictures; pictures++) {
  const callback = asked;
  asked = null;
  now = Math.ceil((now + 0.001) / 16) * 16;
  callback();
}
send({ made: explorer.losses.length - 1, slices: explorer.slices, told, running: runner.running, now });
"""
USUAL = {"speed": "full", "count": 100, "pictures": 1000, "each": 0.6, "shown": 6, "stops": 1e9}


def run(**given):
    return node(CODE, USUAL | given)


def test_it_makes_as_many_iterations_as_were_asked_for():
    found = run()
    assert found["made"] == sum(found["slices"]) == 100
    assert found["told"] == [None, "asked"] and not found["running"]


def test_slices_grow_to_what_a_picture_has_time_for():
    found = run(count=1000)
    assert found["slices"][:4] == [1, 2, 4, 8]
    longest = max(found["slices"])
    assert longest > 10 and 0.6 * longest < 0.6 + 2 * 24  # twice as many as the last ones that fitted


def test_where_an_iteration_takes_long_there_is_one_to_a_picture():
    assert max(run(count=20, each=80)["slices"]) <= 2


def test_a_page_that_takes_long_to_show_does_not_hold_training_up():
    """Iterations that cost little beside the picture are not made one by one."""
    assert len(run(count=200, shown=60, each=0.1)["slices"]) < 12


def test_slow_is_one_a_second():
    found = run(speed="slow", pictures=300)
    assert found["slices"] == [1] * found["made"]
    assert found["made"] in (5, 6) and found["running"]  # 300 pictures of 16 ms


def test_steady_is_ten_a_second():
    found = run(speed="steady", pictures=126)
    assert 19 <= found["made"] <= 22


def test_it_stops_when_it_is_told_to():
    found = run(count=10**9, stops=30)
    assert found["made"] < 80 and found["told"] == [None, "stopped"] and not found["running"]


def test_it_stops_where_the_loss_is_no_number():
    found = run(count=10**9, diverges=20)
    assert found["made"] == 20 and found["told"] == [None, "diverged"] and not found["running"]


def test_what_goes_wrong_is_told():
    found = run(fails=10)
    assert found["told"] == [None, "it fails"] and not found["running"]
