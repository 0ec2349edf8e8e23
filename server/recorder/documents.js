// A visit as it stands on this phone, and as it travels.

/** @import { LocalAnswer, LocalPhoto, LocalVisit, SentObservation, SyncFacts, VisitDocument } from "./types.js" */

/** The version of visit documents that this program writes. */
export const DOCUMENT_SCHEMA = 1;

/** @typedef {{appVersion: string, sentAt: Date, timeZone: string, clockOffsetMs: number|null}} DeviceFacts */

/** @returns {SyncFacts} */
export function neverSent() {
  return { change: 0, sent: -1, taken: 0, attempt: null, theirs: null };
}

/**
 * Return a visit that begins now.
 * @param {{channelId: number, editionId: number, startedAt?: string}} begun
 * @returns {LocalVisit}
 */
export function newVisit({ channelId, editionId, startedAt = new Date().toISOString() }) {
  return {
    schema: 1,
    id: crypto.randomUUID(),
    channelId,
    editionId,
    state: "draft",
    problem: "",
    problemCode: "",
    baseRevision: 0,
    startedAt,
    leftAt: null,
    firstImpression: "",
    lastImpression: "",
    wouldReturn: null,
    story: "",
    dueOn: null,
    quickNotes: [],
    answers: {},
    place: "",
    pendingPhoto: null,
    changedAt: startedAt,
    sentAt: null,
    sync: neverSent(),
  };
}

/** @returns {LocalAnswer} */
export function emptyAnswer() {
  return {
    value: null,
    notApplicable: false,
    longerThan: false,
    countedOf: null,
    note: "",
    openedAt: null,
    closedAt: null,
    answeredAt: null,
    clockDisagreed: false,
    watch: null,
    verdict: null,
  };
}

/**
 * Return a visit as it is sent. Photos that cannot be decoded stay on the phone.
 * @param {LocalVisit} visit
 * @param {LocalPhoto[]} photos
 * @param {DeviceFacts} device
 * @returns {VisitDocument}
 */
export function toDocument(visit, photos, device) {
  return {
    schema: DOCUMENT_SCHEMA,
    id: visit.id,
    channel_id: visit.channelId,
    edition_id: visit.editionId,
    state: visit.state === "waiting" || visit.state === "sent" ? "submitted" : "draft",
    base_revision: visit.baseRevision,
    app_version: device.appVersion,
    device: {
      sent_at: localInstant(device.sentAt),
      time_zone: device.timeZone,
      clock_offset_ms: device.clockOffsetMs,
    },
    started_at: visit.startedAt || null,
    left_at: visit.leftAt,
    first_impression: visit.firstImpression,
    last_impression: visit.lastImpression,
    would_return: visit.wouldReturn,
    story: visit.story,
    due_on: visit.dueOn,
    quick_notes: visit.quickNotes.map(({ at, text }) => ({ at, text })),
    observations: Object.entries(visit.answers)
      .filter(([, answer]) => saysSomething(answer))
      .map(([code, answer]) => toObservation(code, answer)),
    photos: photos
      .filter((photo) => photo.state !== "undecodable")
      .map((photo) => ({
        id: photo.id,
        code: photo.code,
        sha256: photo.sha256,
        caption: photo.caption,
        taken_at: photo.takenAt,
        blacked_out: photo.blackedOut ?? false,
      })),
  };
}

/**
 * Return a visit as the server has it, with what only this phone knows of it.
 * @param {VisitDocument} document
 * @param {LocalVisit|null} here
 * @returns {LocalVisit}
 */
export function fromDocument(document, here = null) {
  const isOpen = document.state === "draft" || document.state === "returned";
  const notes = [...(here?.quickNotes ?? [])];
  const facts = here?.sync ?? neverSent();
  /** @type {Record<string, LocalAnswer>} */
  const answers = {};
  for (const observation of document.observations) {
    const watch = here?.answers[observation.code]?.watch ?? null;
    const isRunning = observation.value === null && observation.closed_at === null;
    answers[observation.code] = { ...toAnswer(observation), watch: isRunning ? watch : null };
  }
  return {
    ...newVisit({
      channelId: document.channel_id,
      editionId: document.edition_id,
      startedAt: document.started_at ?? "",
    }),
    id: document.id,
    state: isOpen ? "draft" : "sent",
    baseRevision: document.revision ?? 0,
    leftAt: document.left_at,
    firstImpression: document.first_impression,
    lastImpression: document.last_impression,
    wouldReturn: document.would_return,
    story: document.story,
    dueOn: document.due_on,
    quickNotes: document.quick_notes.map(({ at, text }) => {
      const found = notes.findIndex((note) => note.at === at && note.text === text);
      return found < 0 ? { id: crypto.randomUUID(), at, text } : /** @type {any} */ (notes.splice(found, 1)[0]);
    }),
    answers,
    place: here?.place ?? "",
    pendingPhoto: isOpen ? (here?.pendingPhoto ?? null) : null,
    sync: { ...facts, sent: facts.change, taken: facts.taken + 1, attempt: null, theirs: null },
  };
}

/**
 * Return the photos that a document names, as the phone knows them before it has any of their bytes.
 * @param {VisitDocument} document
 * @returns {LocalPhoto[]}
 */
export function photosIn(document) {
  return document.photos.map((photo) => ({
    schema: 1,
    id: photo.id,
    visitId: document.id,
    code: photo.code,
    type: "",
    sha256: photo.sha256,
    byteCount: 0,
    width: null,
    height: null,
    takenAt: photo.taken_at,
    caption: photo.caption,
    blackedOut: photo.blacked_out ?? false,
    state: "ready",
    received: true,
  }));
}

/**
 * Return everything written in a visit as lines, to be copied by hand when nothing else works.
 * @param {LocalVisit} visit
 */
export function asText(visit) {
  const lines = [
    `Visit ${visit.id}`,
    `Channel ${visit.channelId}, edition ${visit.editionId}`,
    `From ${visit.startedAt} to ${visit.leftAt ?? "(not left yet)"}`,
    `First impression: ${visit.firstImpression}`,
  ];
  for (const [code, answer] of Object.entries(visit.answers)) {
    const said = answer.notApplicable ? "not applicable" : `${answer.longerThan ? "longer than " : ""}${answer.value ?? "–"}`;
    const counted = answer.countedOf ? ` of ${answer.countedOf}` : "";
    lines.push(`${code}: ${said}${counted}${answer.note ? ` (${answer.note})` : ""}`);
  }
  lines.push(
    `Last impression: ${visit.lastImpression}`,
    `Would come back: ${visit.wouldReturn ?? "–"}`,
    `Story: ${visit.story}`,
    ...visit.quickNotes.map((note) => `${note.at} ${note.text}`),
  );
  return lines.join("\n");
}

/**
 * Return an instant in the phone's own zone, with its offset.
 * @param {Date} at
 */
export function localInstant(at) {
  const offset = -at.getTimezoneOffset();
  const local = new Date(at.getTime() + offset * 60_000).toISOString().slice(0, -1);
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
  return `${local}${offset < 0 ? "-" : "+"}${String(hours).padStart(2, "0")}:${String(minutes).padStart(2, "0")}`;
}

/** @param {LocalAnswer} answer */
function saysSomething(answer) {
  const { value, notApplicable, note, openedAt, closedAt, verdict, watch } = answer;
  return value !== null || notApplicable || note !== "" || Boolean(openedAt ?? closedAt ?? verdict ?? watch);
}

/**
 * @param {string} code
 * @param {LocalAnswer} answer
 * @returns {SentObservation}
 */
function toObservation(code, answer) {
  return {
    code,
    value: answer.notApplicable ? null : answer.value,
    not_applicable: answer.notApplicable,
    longer_than: answer.longerThan,
    counted_of: answer.countedOf,
    note: answer.note,
    opened_at: answer.openedAt ?? answer.watch?.startedAt ?? null,
    closed_at: answer.closedAt,
    answered_at: answer.answeredAt,
    clock_disagreed: answer.clockDisagreed,
    // What is seen now stands above what was judged at a desk.
    verdict: answer.value === null && !answer.notApplicable ? (answer.verdict ?? null) : null,
  };
}

/**
 * @param {SentObservation} observation
 * @returns {LocalAnswer}
 */
function toAnswer(observation) {
  return {
    value: observation.value,
    notApplicable: observation.not_applicable,
    longerThan: observation.longer_than,
    countedOf: observation.counted_of,
    note: observation.note,
    openedAt: observation.opened_at,
    closedAt: observation.closed_at,
    answeredAt: observation.answered_at,
    clockDisagreed: observation.clock_disagreed,
    watch: null,
    verdict: observation.verdict ?? null,
  };
}
