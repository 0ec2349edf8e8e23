// Sends one visit: its draft, then its photos one at a time, then that it is finished. Everything may be
// sent twice; nothing leaves the phone here.

import { toDocument } from "./documents.js";
import { sha256Of } from "./photo_store.js";
import { isChanged } from "./queue.js";
import { Refused, TryLater } from "./wire.js";

/** @import { DeviceFacts } from "./documents.js" */
/** @import { Store } from "./store.js" */
/** @import { LocalPhoto, LocalVisit, VisitDocument } from "./types.js" */
/** @import { Answer, Wanted } from "./wire.js" */

/**
 * @typedef {object} Sender
 * @property {Store} store
 * @property {(path: string, wanted: Wanted) => Promise<Answer>} ask
 * @property {() => DeviceFacts} device
 * @property {(visitId: string) => void} onStep called after each thing that the server has taken
 */

// A slow network's worst: 5 kB a second.
const SLOWEST_BYTES_A_MS = 5;
const MOST_ROUNDS = 3;
const DAMAGED =
  "A photo of this visit is damaged on this phone. The answers and the other photos are safe. Remove that " +
  "photo, then send the visit.";
const ELSEWHERE =
  "A photo of this visit was taken on another device and has not come from there. Nothing is lost. Open the " +
  "recorder on that device, or remove the photo, then send the visit.";

/**
 * Bring the server to where this phone is with a visit.
 * @param {Sender} sender
 * @param {string} id
 * @param {boolean} isRested whether photos of a draft go as well: before that, boxes may still be drawn on them
 */
export async function sendVisit(sender, id, isRested) {
  const visit = await settleAttempt(sender, id);
  if (!visit || (visit.state !== "waiting" && visit.state !== "draft")) return;
  try {
    if (visit.state === "waiting") await sendFinished(sender, id);
    else await sendDraft(sender, id, isRested);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    await noteRefused(sender.store, visit, error);
  }
}

/**
 * An answer that was lost: ask for it again before anything newer is sent, or the server would take the newer
 * one for somebody else's. What was finished then and is changed now is left to the server to refuse.
 * @param {Sender} sender
 * @param {string} id
 */
async function settleAttempt(sender, id) {
  const visit = await sender.store.visit(id);
  const attempt = visit?.sync?.attempt;
  if (!visit || !attempt || attempt.document.state !== "draft") return visit;
  try {
    await putDocument(sender, attempt.change, attempt.document);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.visit) {
      await noteRefused(sender.store, visit, error);
    } else {
      await sender.store.changeVisit(id, (stored) => withSync(stored, { attempt: null }), false);
    }
  }
  return sender.store.visit(id);
}

/** @param {Sender} sender @param {string} id @param {boolean} isRested */
async function sendDraft(sender, id, isRested) {
  const visit = await sender.store.visit(id);
  if (!visit) return;
  if (isChanged(visit)) await put(sender, visit, "draft");
  if (!isRested) return;
  const missing = (await readyPhotos(sender.store, id)).filter((photo) => !photo.received && photo.byteCount);
  for (const photo of missing) await sendPhoto(sender, photo);
}

/** @param {Sender} sender @param {string} id */
async function sendFinished(sender, id) {
  for (let round = 1; round <= MOST_ROUNDS; round += 1) {
    const visit = await sender.store.visit(id);
    const photos = await sender.store.photosOf(id);
    // It is being shrunk, which ends the wait.
    if (!visit || visit.state !== "waiting" || photos.some((photo) => photo.state === "kept")) return;
    if (photos.some((photo) => isMissing(photo))) {
      if (await isThereAlready(sender, visit)) return;
      let isTaken = true;
      for (const photo of await readyPhotos(sender.store, id)) {
        if (isMissing(photo) && !(await sendPhoto(sender, photo))) isTaken = false;
      }
      if (!isTaken) continue;
    }
    const now = await sender.store.visit(id);
    if (!now || now.sync?.change !== visit.sync?.change) continue;
    try {
      if (await put(sender, now, "submitted")) return;
    } catch (error) {
      if (!(error instanceof Refused) || !error.photos.length || round === MOST_ROUNDS) throw error;
      await markMissing(sender.store, id, error.photos);
    }
  }
}

/**
 * Put the draft that names the photos to come; whether the whole visit came by another way before, out of its
 * export file.
 * @param {Sender} sender
 * @param {LocalVisit} visit
 */
async function isThereAlready(sender, visit) {
  try {
    await put(sender, visit, "draft");
    return false;
  } catch (error) {
    if (!(error instanceof Refused) || error.visit?.state !== "submitted") throw error;
    return put(sender, visit, "submitted");
  }
}

/**
 * Put a visit as it is now; whether the server has all of it.
 * @param {Sender} sender
 * @param {LocalVisit} visit
 * @param {"draft"|"submitted"} state
 */
async function put(sender, visit, state) {
  const { store } = sender;
  const photos = await readyPhotos(store, visit.id);
  const document = { ...toDocument(visit, photos, sender.device()), state };
  const change = visit.sync?.change ?? 0;
  // Kept first: if this page ends before the answer comes, the next one asks for the same answer.
  await store.changeVisit(visit.id, (stored) => withSync(stored, { attempt: { change, document } }), false);
  return putDocument(sender, change, document);
}

/**
 * @param {Sender} sender
 * @param {number} change
 * @param {VisitDocument} document
 */
async function putDocument({ store, ask, onStep }, change, document) {
  const { body } = await ask(`/api/v1/visits/${document.id}`, {
    method: "PUT",
    type: "application/json",
    body: JSON.stringify(document),
  });
  if (body.id !== document.id || !Number.isInteger(body.revision) || !Array.isArray(body.photos)) {
    throw new TryLater("Something other than the server answered.");
  }
  /** @type {Map<string, {sha256: string, received: boolean}>} */
  const there = new Map(body.photos.map((/** @type {{id: string}} */ photo) => [photo.id, photo]));
  let isWhole = body.state !== "draft" && body.state !== "returned" && document.state === "submitted";
  for (const photo of document.photos) {
    const kept = there.get(photo.id);
    const isReceived = Boolean(kept?.received && kept.sha256 === photo.sha256);
    isWhole &&= isReceived;
    await store.noteReceived(photo.id, photo.sha256, isReceived);
  }
  const sentAt = new Date().toISOString();
  const stored = await store.changeVisit(
    document.id,
    (visit) => {
      const noted = withSync(visit, { sent: Math.max(visit.sync?.sent ?? -1, change), attempt: null });
      noted.baseRevision = body.revision;
      // Changed while it was on its way: the server says next what becomes of that.
      const isSent = isWhole && visit.sync?.change === change;
      return isSent ? { ...noted, state: "sent", sentAt, problem: "", problemCode: "" } : noted;
    },
    isWhole,
  );
  onStep(document.id);
  return stored?.state === "sent";
}

/**
 * Send one photo's bytes; false where the server's copy of the visit names others.
 * @param {Sender} sender
 * @param {LocalPhoto} facts
 */
async function sendPhoto({ store, ask, onStep }, { id, visitId }) {
  const photo = await store.photo(id);
  if (!photo) return false;
  if (!photo.bytes) throw new Refused(0, { code: "PHOTO-AWAY", detail: ELSEWHERE });
  const { bytes, sha256, code } = photo;
  const query = new URLSearchParams({ visit: visitId, ...(code ? { code } : {}) });
  const { body } = await ask(`/api/v1/photos/${id}?${query}`, {
    method: "PUT",
    type: photo.type.startsWith("image/") ? photo.type : "image/jpeg",
    body: bytes,
    patienceMs: 30_000 + bytes.byteLength / SLOWEST_BYTES_A_MS,
  });
  if (body.id !== id || body.sha256 !== sha256) {
    if ((await sha256Of(bytes)) !== sha256) throw new Refused(0, { code: "PHOTO-DAMAGED", detail: DAMAGED });
    throw new TryLater("A photo was damaged on its way.", { isForAll: false });
  }
  await store.noteReceived(id, sha256, body.received);
  onStep(visitId);
  return body.received;
}

/** @param {Store} store @param {string} visitId @param {string[]} ids */
async function markMissing(store, visitId, ids) {
  for (const photo of await store.photosOf(visitId)) {
    if (ids.includes(photo.id)) await store.noteReceived(photo.id, photo.sha256, false);
  }
}

/**
 * Mark a visit as needing the person, unless they have changed it meanwhile: then it is sent anew.
 * @param {Store} store
 * @param {LocalVisit} sent
 * @param {Refused} refused
 */
async function noteRefused(store, sent, refused) {
  await store.changeVisit(sent.id, (visit) => {
    const isOld = visit.sync?.change !== sent.sync?.change && !refused.visit;
    const noted = withSync(visit, { attempt: null, theirs: refused.visit });
    if (isOld) return noted;
    return { ...noted, state: "needs-you", problem: refused.message, problemCode: refused.code };
  });
}

/** @param {Store} store @param {string} visitId */
async function readyPhotos(store, visitId) {
  return (await store.photosOf(visitId)).filter((photo) => photo.state === "ready");
}

/** @param {LocalPhoto} photo */
function isMissing(photo) {
  return photo.state === "ready" && !photo.received;
}

/**
 * @param {LocalVisit} visit
 * @param {Partial<import("./types.js").SyncFacts>} facts
 * @returns {LocalVisit}
 */
function withSync(visit, facts) {
  const sync = visit.sync ?? { change: 0, sent: -1, taken: 0, attempt: null, theirs: null };
  return { ...visit, sync: { ...sync, ...facts } };
}
