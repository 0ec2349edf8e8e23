// Stopwatches survive a moved clock, a sleeping phone, a reload and days.
import assert from "node:assert/strict";
import test from "node:test";

import { clocksNow, elapsed, noteHidden, settled, start, stop, watchSince } from "../../server/recorder/stopwatch.js";

const NOON = Date.parse("2026-03-10T12:00:00Z");
const clocks = (wall, page = wall, more = {}) => ({ wall: NOON + wall * 1000, performance: page * 1000, bootKey: "one", slept: 0, ...more });

test("two clocks that agree give whole seconds", () => {
  const ended = stop(start(clocks(0)), clocks(25.9));
  assert.deepEqual(ended, { seconds: 25, disagreed: false, closedAt: "2026-03-10T12:00:25.900Z" });
});

for (const moved of [3600, -3600, 90]) {
  test(`a clock moved by ${moved} s does not change a duration, and is flagged`, () => {
    const ended = stop(start(clocks(0)), clocks(30 + moved, 30));
    assert.equal(ended.seconds, 30);
    assert.equal(ended.disagreed, true);
  });
}

test("small drifts are no disagreement", () => {
  assert.equal(elapsed(start(clocks(0)), clocks(31.9, 30)).disagreed, false);
  assert.equal(elapsed(start(clocks(0)), clocks(10060, 10000)).disagreed, false);
});

test("after a reload the clock on the wall counts, over days too", () => {
  const watch = start(clocks(0, 500));
  const later = clocks(3 * 86400, 4, { bootKey: "two" });
  assert.deepEqual(elapsed(watch, later), { seconds: 3 * 86400, disagreed: false });
  const kept = settled(watch, later);
  assert.deepEqual(elapsed(kept.watch, clocks(3 * 86400 + 3600 + 5, 9, { bootKey: "two" })), { seconds: 3 * 86400 + 5, disagreed: true });
});

test("a clock set back across a reload is flagged", () => {
  assert.deepEqual(elapsed(start(clocks(0)), clocks(-3600, 1, { bootKey: "two" })), { seconds: 0, disagreed: true });
});

test("a moved clock is settled at once, so that a reload afterwards keeps the duration", () => {
  const kept = settled(start(clocks(0)), clocks(3600 + 20, 20));
  assert.equal(kept.disagreed, true);
  assert.equal(elapsed(kept.watch, clocks(3600 + 50, 1, { bootKey: "two" })).seconds, 50);
  assert.equal(settled(kept.watch, clocks(3600 + 21, 21)), null);
});

test("a phone that slept while the page was hidden has its sleep counted", () => {
  const now = clocksNow();
  const watch = start(now);
  const at = (wall, page) => ({ ...clocksNow(), wall: now.wall + wall * 1000, performance: now.performance + page * 1000 });
  noteHidden(true, at(5, 5));
  noteHidden(false, at(605, 6));
  assert.deepEqual(elapsed(watch, at(610, 11)), { seconds: 610, disagreed: false });
});

test("a wait opened elsewhere runs from its instant", () => {
  const watch = watchSince("2026-03-10T11:59:00.000Z", clocks(0, 7));
  assert.equal(elapsed(watch, clocks(30, 37)).seconds, 90);
});
