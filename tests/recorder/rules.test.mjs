// The recorder's rules are those of the program: the same cases, and the same scores.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import {
  answeredAs,
  editionsFor,
  isAllowed,
  isComplete,
  isLongWait,
  lacksEvidence,
  progressOf,
  scoreOf,
  sheetOf,
  touchpointsOf,
  verdictOf,
  waited,
  waitedInVain,
} from "../../server/recorder/rules.js";
import { sayClock, sayCoverage, sayNumber, sayPercent, sayScore, saySeconds, sayTarget, sayValue } from "../../server/recorder/words.js";

const cases = JSON.parse(readFileSync(new URL("../cases/verdicts.json", import.meta.url), "utf8"));

const standard = (facts = {}) => ({
  code: "A", touchpoint: "Till", statement: "Statement A", measure: "yes/no", comparator: "=", target: 1,
  unit: "", weight: 1, no_no: false, scope: "common", kinds: [], evidence: "never", job_aid: "", script: "",
  steps: [], ...facts,
});
const answer = (facts = {}) => ({
  value: null, notApplicable: false, longerThan: false, countedOf: null, note: "", openedAt: null,
  closedAt: null, answeredAt: null, clockDisagreed: false, watch: null, ...facts,
});
const visit = (answers) => ({ answers });

for (const one of cases) {
  test(`${one.measure}: ${one.why}`, () => {
    assert.equal(verdictOf(one, { value: one.value, longerThan: one.longer_than }), one.verdict);
    assert.ok(isAllowed(one, one.value));
  });
}

test("no value outside its measure is allowed", () => {
  for (const [measure, value] of [["yes/no", 2], ["duration", -1], ["count", 1.5], ["count", -1],
    ["number", NaN], ["number", Infinity], ["share", 101], ["share", -1], ["rating", 0], ["rating", 6], ["rating", 2.5]]) {
    assert.equal(isAllowed(standard({ measure }), value), false, `${measure} ${value}`);
  }
});

test("a competitor is asked only what is common, and each kind only its own", () => {
  const edition = { standards: [standard({ code: "A" }), standard({ code: "B", scope: "ours only" }), standard({ code: "C", kinds: ["phone"] })] };
  const codes = (kind, is_own) => sheetOf(edition, { kind, brand: { is_own } }).map((one) => one.code);
  assert.deepEqual(codes("shop", false), ["A"]);
  assert.deepEqual(codes("shop", true), ["A", "B"]);
  assert.deepEqual(codes("phone", true), ["A", "B", "C"]);
});

test("touchpoints keep the order of the visit", () => {
  const groups = touchpointsOf([standard({ touchpoint: "Door" }), standard({ touchpoint: "Till" }), standard({ touchpoint: "Door", code: "C" })]);
  assert.deepEqual([...groups.keys()], ["Door", "Till"]);
  assert.equal(groups.get("Door").length, 2);
});

test("of each set the newest edition is offered, the one about just this kind first", () => {
  const brand = { is_own: true, is_example: false };
  const edition = (set, number, kinds, more = {}) => ({ set, number, is_example: false, standards: [standard({ kinds })], ...more });
  const editions = [edition("Any", 1, []), edition("Shop", 1, ["shop"]), edition("Shop", 2, ["shop"]), edition("Phone", 1, ["phone"]), edition("Example", 1, [], { is_example: true })];
  assert.deepEqual(editionsFor(editions, { kind: "shop", brand }).map((one) => `${one.set} ${one.number}`), ["Shop 2", "Any 1"]);
});

test("not applicable leaves both sides of the score, nothing applied is no score", () => {
  const standards = [standard({ code: "A", weight: 2 }), standard({ code: "B" }), standard({ code: "C", no_no: true, target: 0 })];
  const score = scoreOf(visit({ A: answer({ value: 1 }), B: answer({ notApplicable: true }), C: answer({ value: 1 }) }), standards);
  assert.equal(score.points, 2);
  assert.equal(score.possible, 3);
  assert.equal(score.coverage, 1);
  assert.deepEqual(score.noNosMissed.map((one) => one.code), ["C"]);
  assert.equal(sayScore(score, true), "66.7 %, failed (1 no-no)");
  assert.equal(scoreOf(visit({ A: answer({ notApplicable: true }) }), standards).percent, null);
  assert.equal(sayScore(scoreOf(visit({}), standards), false), "incomplete: 0 % covered");
});

test("a wait given up before its limit is unanswered", () => {
  const wait = standard({ measure: "duration", comparator: "<=", target: 180, unit: "seconds" });
  assert.equal(answeredAs(wait, answer({ value: 90, longerThan: true })), null);
  assert.deepEqual(progressOf(visit({ A: answer({ value: 90, longerThan: true }) }), [wait]), { answered: 0, of: 1 });
  assert.equal(isLongWait(wait), false);
  assert.equal(isLongWait({ ...wait, target: 1800 }), true);
  assert.equal(isLongWait({ ...wait, target: 1, unit: "working days" }), true);
});

test("a coverage of exactly the minimum is enough, also when its sum was rounded in binary", () => {
  assert.ok(isComplete(0.1 + 0.2, 0.3));
  assert.ok(isComplete(0.6 - 1e-14, 0.6));
  assert.equal(isComplete(null, 0), false);
});

test("evidence is a photo or a note, and only where the verdict asks for it", () => {
  const asked = standard({ evidence: "if missed" });
  assert.equal(lacksEvidence(asked, answer({ value: 0 }), 0), true);
  assert.equal(lacksEvidence(asked, answer({ value: 0, note: "seen" }), 0), false);
  assert.equal(lacksEvidence(asked, answer({ value: 0, note: "  " }), 1), false);
  assert.equal(lacksEvidence(asked, answer({ value: 1 }), 0), false);
  assert.equal(lacksEvidence(standard({ evidence: "always" }), answer({ value: 1 }), 0), true);
  assert.equal(lacksEvidence(standard({ evidence: "always" }), answer({ notApplicable: true }), 0), false);
});

test("working days are counted on the channel's calendar", () => {
  const wait = standard({ measure: "duration", unit: "working days", target: 2, comparator: "<=" });
  const friday = new Date("2026-03-06T23:30:00Z");
  const monday = new Date("2026-03-09T09:00:00Z");
  assert.equal(waited(wait, friday, monday, "UTC"), 1);
  // In Auckland it is Saturday already when it is asked.
  assert.equal(waited(wait, friday, monday, "Pacific/Auckland"), 1);
  assert.equal(waited(wait, new Date("2026-03-05T13:00:00Z"), monday, "Pacific/Auckland"), 1);
  assert.equal(waited(wait, new Date("2026-03-05T13:00:00Z"), monday, "UTC"), 2);
  assert.equal(waitedInVain(wait, friday, monday, "UTC"), 0);
  assert.equal(waited({ ...wait, unit: "days" }, new Date(0), new Date(43200000), "UTC"), 0.5);
  assert.equal(waited({ ...wait, unit: "seconds" }, new Date(0), new Date(1999), "UTC"), 1);
});

test("values are said as the pages say them", () => {
  assert.equal(saySeconds(150), "2 min 30 s");
  assert.equal(saySeconds(10800), "3 h");
  assert.equal(saySeconds(187200), "2 days 4 h");
  assert.equal(saySeconds(0.5), "0.5 s");
  assert.equal(sayNumber(1250), "1\u202F250");
  assert.equal(sayNumber(-2.5), "-2.5");
  assert.equal(sayClock(98), "1:38");
  assert.equal(sayClock(7509), "2:05:09");
  assert.equal(sayPercent(99.99), "99.9 %");
  assert.equal(sayCoverage(0.599), "59 %");
  assert.equal(sayTarget(standard({ measure: "count", comparator: "<=", target: 1, unit: "rings" })), "at most 1 ring");
  assert.equal(sayTarget(standard({ measure: "rating", comparator: ">=", target: 4 })), "at least 4 of 5");
  assert.equal(sayValue(standard({ measure: "duration", unit: "days" }), 5, true), "longer than 5 days");
});
