// What syncing takes from the server, and what it lets go of on the phone.

import { whileNobodyEdits } from "./locks.js";
import { isChanged } from "./queue.js";

/** @import { Store } from "./store.js" */
/** @import { LocalVisit, Sheet, VisitDocument } from "./types.js" */

const GRACE_MS = 7 * 24 * 3_600_000;
const LITTLE_ROOM = 100_000_000;
const OTHER_PERSON =
  "Somebody else is signed in on this phone. What you recorded is safe. Sign in as yourself to send it.";

/** Sent as somebody else, a visit would be theirs. */
export class OtherPerson extends Error {}

/**
 * Ask what there is to record, and go on with visits that were begun elsewhere or changed there.
 * @param {Store} store
 * @param {(path: string, wanted: import("./wire.js").Wanted) => Promise<import("./wire.js").Answer>} ask
 */
export async function takeSheet(store, ask) {
  const kept = await store.sheet();
  const answer = await ask("/api/v1/sheets", { etag: kept?.etag });
  /** @type {Sheet|undefined} */
  const sheet = answer.status === 304 ? kept?.sheet : answer.body;
  if (!sheet) return;
  if (String(sheet.person?.id) !== store.personKey) throw new OtherPerson(OTHER_PERSON);
  if (answer.status !== 304) await store.saveSheet(answer.etag, sheet);
  for (const document of sheet.visits) await takeNewer(store, document);
}

/** @param {Store} store @param {VisitDocument} document */
async function takeNewer(store, document) {
  const isNewer = (/** @type {LocalVisit|null} */ stored) => {
    if (!stored) return true;
    if ((document.revision ?? 0) <= stored.baseRevision) return false;
    if (stored.state === "sent") return true;
    return stored.state === "draft" && !isChanged(stored) && !stored.sync?.attempt;
  };
  if (isNewer(await store.visit(document.id))) {
    await whileNobodyEdits(document.id, async () => void (await store.takeDocument(document, isNewer)));
  }
}

/**
 * Let go of what the server has had for a week; of its photos sooner where there is little room.
 * @param {Store} store
 */
export async function tidy(store) {
  const sent = await store.eachVisit(({ id, state, sentAt }) => (state === "sent" && sentAt ? { id, sentAt } : null));
  const { usage, quota } = await store.room();
  const isTight = usage !== null && quota !== null && quota - usage < LITTLE_ROOM;
  for (const visit of sent) {
    if (!visit) continue;
    const photos = await store.photosOf(visit.id);
    const isOver = Date.now() - Date.parse(visit.sentAt) > GRACE_MS;
    // What the server never had, as it could not be decoded, only the person removes.
    if (isOver && photos.every((photo) => photo.received)) await store.removeVisit(visit.id);
    else if (isTight || isOver) await store.dropBytes(photos.map((photo) => photo.id));
  }
}
