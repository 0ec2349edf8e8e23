// What becomes of a visit on this phone when the server's document takes its place. Each runs inside one
// transaction: it happens whole or not at all.

import { asked } from "./connection.js";
import { fromDocument, neverSent, photosIn } from "./documents.js";
import { forget, touched } from "./photo_store.js";

/** @import { LocalPhoto, LocalVisit, VisitDocument } from "./types.js" */

/**
 * Put a document in the place of what is here, with the photos it names; bytes of those stay.
 * @param {IDBTransaction} writing over all that belongs to a visit
 * @param {VisitDocument} document
 * @param {LocalVisit|null} stored
 * @param {boolean} keepsUnsent whether photos stay that the server has never had
 * @returns {Promise<LocalVisit>}
 */
export async function replaceBy(writing, document, stored, keepsUnsent) {
  const photos = writing.objectStore("photos");
  /** @type {LocalPhoto[]} */
  const known = await asked(photos.index("visitId").getAll(document.id));
  const here = new Map(known.map((photo) => [photo.id, photo]));
  for (const named of photosIn(document)) {
    const photo = here.get(named.id);
    here.delete(named.id);
    if (photo?.sha256 === named.sha256) {
      const { code, caption, takenAt, blackedOut } = named;
      photos.put({ ...photo, code, caption, takenAt, blackedOut });
    } else if (photo && !photo.received && keepsUnsent) {
      // Drawn on since the server got it: what is drawn over must not come back.
      here.set(photo.id, photo);
    } else {
      forget(writing, named.id);
      photos.put(named);
    }
  }
  let made = fromDocument(document, stored);
  for (const photo of here.values()) {
    if (photo.received || !keepsUnsent) forget(writing, photo.id);
    else if (made.state === "draft") made = touched(made);
  }
  if (made.state === "sent") made.sentAt = stored?.sentAt ?? new Date().toISOString();
  writing.objectStore("visits").put(made);
  return made;
}

/**
 * Make a new draft of a visit and of those of its photos that are here, one photo at a time. Photos have one
 * visit each, so the copies have ids of their own.
 * @param {IDBTransaction} writing
 * @param {LocalVisit} visit
 * @returns {Promise<LocalVisit>}
 */
export async function copyOf(writing, visit) {
  const copy = touched({
    ...visit,
    id: crypto.randomUUID(),
    state: "draft",
    problem: "",
    problemCode: "",
    baseRevision: 0,
    sentAt: null,
    dueOn: null,
    sync: neverSent(),
  });
  const [photos, allBytes] = [writing.objectStore("photos"), writing.objectStore("photo_bytes")];
  for (const id of await asked(photos.index("visitId").getAllKeys(visit.id))) {
    const kept = await asked(allBytes.get(id));
    if (!kept) continue;
    const facts = await asked(photos.get(id));
    const own = crypto.randomUUID();
    photos.put({ ...facts, id: own, visitId: copy.id, received: false });
    allBytes.put({ ...kept, id: own });
  }
  writing.objectStore("visits").put(copy);
  return copy;
}
