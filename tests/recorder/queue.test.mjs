// What waits on a phone, in words (contract line 16), and visits as they stand and as they travel.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import { Zip, crc32 } from "../../server/recorder/archive.js";
import { asText, emptyAnswer, fromDocument, localInstant, newVisit, photosIn, toDocument } from "../../server/recorder/documents.js";
import { SCHEMA, broughtUp, isNewer } from "../../server/recorder/migrations.js";
import { countWaiting, stateOf } from "../../server/recorder/queue.js";
import { pauseOf, retryAfterMs } from "../../server/recorder/wire.js";

const FIXTURES = new URL("./fixtures/", import.meta.url);
const DEVICE = { appVersion: "1", sentAt: new Date("2026-03-10T11:00:00Z"), timeZone: "Europe/Berlin", clockOffsetMs: 12 };
const aVisit = (changes = {}) => ({ ...newVisit({ channelId: 3, editionId: 4 }), ...changes });
const aPhoto = (changes = {}) => ({
  schema: 1, id: crypto.randomUUID(), visitId: "v", code: "A", type: "image/jpeg", sha256: "0".repeat(64), byteCount: 9,
  width: null, height: null, takenAt: null, caption: "", state: "ready", received: false, ...changes,
});

test("line 16: states read in words", () => {
  const words = (visit, photos = [], isSending = false) => stateOf(aVisit(visit), photos, isSending).words;
  assert.equal(words({}), "Draft on this phone");
  assert.equal(words({ sync: { change: 3, sent: 3 } }), "Draft, a copy is on the server");
  assert.equal(words({ state: "waiting" }, [aPhoto()]), "Waiting to be sent");
  assert.equal(words({ state: "waiting" }, [aPhoto({ state: "kept" })]), "Waiting until its photos are made ready");
  assert.equal(words({ state: "waiting" }, [aPhoto({ received: true }), aPhoto()]), "Sending 1 of 2 photos");
  assert.equal(words({ state: "waiting" }, [aPhoto()], true), "Sending 0 of 1 photo");
  assert.equal(words({ state: "waiting" }, [], true), "Sending");
  assert.equal(words({ state: "sent" }, [aPhoto({ received: true })]), "On the server");
  assert.equal(words({ state: "needs-you", problem: "A wait is still open." }), "Needs you: A wait is still open.");
});

test("line 16: a photo that cannot be decoded is not counted among those that travel", () => {
  const found = stateOf(aVisit({ state: "waiting" }), [aPhoto({ received: true }), aPhoto({ state: "undecodable" })]);
  assert.deepEqual([found.name, found.sent, found.of], ["sending", 1, 1]);
});

test("line 16: what waits is what is finished and not on the server", () => {
  const visits = ["draft", "waiting", "waiting", "sent", "needs-you"].map((state) => aVisit({ state }));
  assert.equal(countWaiting(visits), 2);
});

test("a visit that goes to the server and back is the same", () => {
  const visit = aVisit({
    leftAt: "2026-03-10T11:00:00.000Z", firstImpression: "tidy", wouldReturn: 8, story: "Grüße 😀",
    quickNotes: [{ id: "n", at: "2026-03-10T10:00:00.000Z", text: "two tills" }],
    answers: {
      A: { ...emptyAnswer(), value: 1, note: "by the door" },
      B: { ...emptyAnswer(), notApplicable: true },
      C: { ...emptyAnswer(), value: 3, countedOf: 4 },
      D: { ...emptyAnswer(), openedAt: "2026-03-10T10:00:00.000Z" },
      E: { ...emptyAnswer(), verdict: "met" },
    },
  });
  const photos = [aPhoto({ visitId: visit.id, caption: "till" })];
  const document = toDocument(visit, photos, DEVICE);
  const back = fromDocument({ ...document, revision: 7 }, visit);
  assert.deepEqual(toDocument(back, photosIn(document), DEVICE), { ...document, base_revision: 7 });
  assert.equal(back.quickNotes[0].id, "n");
  assert.equal(back.sync.taken, visit.sync.taken + 1);
});

test("a photo that was blacked out travels as such, and one of an older program as one that was not", () => {
  const document = toDocument(aVisit(), [aPhoto({ id: "a", blackedOut: true }), aPhoto({ id: "b" })], DEVICE);
  assert.deepEqual(document.photos.map((photo) => photo.blacked_out), [true, false]);
  assert.deepEqual(photosIn(document).map((photo) => photo.blackedOut), [true, false]);
  const [older] = document.photos;
  delete older.blacked_out;
  assert.equal(photosIn({ ...document, photos: [older] })[0].blackedOut, false);
});

test("an answer that says nothing is left out, and one that runs says since when", () => {
  const watch = { startedAt: "2026-03-10T10:00:00.000Z", performanceAt: 1, bootKey: "b" };
  const answers = { A: emptyAnswer(), B: { ...emptyAnswer(), watch } };
  const { observations } = toDocument(aVisit({ answers }), [], DEVICE);
  assert.deepEqual(observations.map(({ code, opened_at: openedAt }) => [code, openedAt]), [["B", watch.startedAt]]);
});

test("a value given now stands above a verdict given at a desk", () => {
  const given = { ...emptyAnswer(), verdict: "met", value: 0 };
  const [observation] = toDocument(aVisit({ answers: { A: given } }), [], DEVICE).observations;
  assert.deepEqual([observation.value, observation.verdict], [0, null]);
});

test("line 3: a photo that cannot be decoded does not travel", () => {
  const document = toDocument(aVisit(), [aPhoto({ state: "undecodable" }), aPhoto({ id: "p" })], DEVICE);
  assert.deepEqual(document.photos.map(({ id }) => id), ["p"]);
});

test("a running stopwatch goes on after the visit was changed elsewhere, and ends where it was answered there", () => {
  const watch = { startedAt: "2026-03-10T10:00:00.000Z", performanceAt: 1, bootKey: "b" };
  const here = aVisit({ answers: { A: { ...emptyAnswer(), watch }, B: { ...emptyAnswer(), watch } } });
  const document = toDocument(here, [], DEVICE);
  document.observations[1].value = 40;
  const { answers } = fromDocument(document, here);
  assert.deepEqual([answers.A.watch, answers.B.watch], [watch, null]);
});

test("all that was written can be copied by hand", () => {
  const text = asText(aVisit({ story: "long", quickNotes: [{ id: "n", at: "now", text: "till" }], answers: { A: { ...emptyAnswer(), value: 2, note: "why" } } }));
  for (const part of ["long", "till", "A: 2", "why"]) assert.ok(text.includes(part), part);
});

test("an instant carries the phone's offset", () => {
  const said = localInstant(new Date("2026-03-10T11:00:00.123Z"));
  assert.match(said, /^2026-03-1\dT\d\d:\d\d:00\.123[+-]\d\d:\d\d$/);
  assert.equal(new Date(said).getTime(), Date.parse("2026-03-10T11:00:00.123Z"));
});

test("line 8: each version that phones hold is brought up to the newest", () => {
  const found = readdirSync(FIXTURES).map((name) => /^visit_(\d+)\.json$/.exec(name)?.[1]).filter(Boolean).map(Number);
  assert.deepEqual(found.sort((a, b) => a - b), Array.from({ length: SCHEMA }, (_, at) => at + 1));
  for (const version of found) {
    const made = broughtUp("visits", JSON.parse(readFileSync(new URL(`visit_${version}.json`, FIXTURES), "utf8")));
    assert.equal(made.schema, SCHEMA);
    const { id, observations } = toDocument(made, [], DEVICE);
    assert.equal(id, "0f8fad5b-d9cb-469f-a165-70867728950e");
    assert.deepEqual(observations.map(({ code, value }) => [code, value]), [["A", 1], ["B", 42.5]]);
  }
});

test("line 8: steps are taken one after another, and a kind without one keeps its content", () => {
  const steps = { visits: { 1: (one) => ({ ...one, b: one.a }), 2: ({ schema, b }) => ({ schema, b }) } };
  assert.deepEqual(broughtUp("visits", { schema: 1, a: 5 }, steps, 3), { schema: 3, b: 5 });
  assert.deepEqual(broughtUp("photos", { schema: 1, a: 5 }, steps, 3), { schema: 3, a: 5 });
});

test("line 8: what a newer program wrote is known as such", () => {
  assert.ok(isNewer({ schema: SCHEMA + 1 }));
  assert.ok(isNewer({}));
  assert.ok(!isNewer({ schema: SCHEMA }));
});

test("line 24: pauses grow to five minutes, spread out, and give way to what the server asks", () => {
  for (const random of [0, 0.5, 1]) {
    const pauses = [1, 2, 3, 8, 9, 40].map((tries) => pauseOf(tries, null, random));
    assert.deepEqual(pauses, [...pauses].sort((a, b) => a - b));
    assert.equal(pauses.at(-1), 300_000 * (0.5 + random / 2));
    assert.ok(pauses[0] >= 1000);
    assert.ok(pauseOf(1, 90_000, random) >= 90_000);
  }
  assert.notEqual(pauseOf(3, null, 0.1), pauseOf(3, null, 0.9));
  // No two phones wait alike.
  assert.ok(new Set(Array.from({ length: 20 }, () => pauseOf(3, null))).size > 1);
});

test("line 24: Retry-After is seconds or a date", () => {
  const now = Date.parse("2026-03-10T11:00:00Z");
  assert.equal(retryAfterMs("120", now), 120_000);
  assert.equal(retryAfterMs("Tue, 10 Mar 2026 11:00:30 GMT", now), 30_000);
  assert.equal(retryAfterMs("Tue, 10 Mar 2026 10:00:00 GMT", now), 0);
  assert.equal(retryAfterMs("soon", now), null);
  assert.equal(retryAfterMs(null, now), null);
});

test("line 10: the CRC-32 is the one that ZIP programs check", () => {
  assert.equal(crc32(new TextEncoder().encode("123456789")), 0xcbf43926);
  assert.equal(crc32(new Uint8Array()), 0);
});

test("line 10: an empty archive is an archive", async () => {
  const bytes = new Uint8Array(await new Zip().end().arrayBuffer());
  assert.deepEqual([...bytes.slice(0, 4)], [0x50, 0x4b, 5, 6]);
  assert.equal(bytes.length, 22);
});
