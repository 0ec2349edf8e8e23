// Photos on this phone: facts apart from bytes, so that lists need no bytes.

import { StoreProblem, asked } from "./connection.js";
import { neverSent } from "./documents.js";
import { Keeping } from "./keeping.js";
import { SCHEMA, broughtUp, isNewer } from "./migrations.js";

/** @import { LocalPhoto, LocalVisit } from "./types.js" */
/** @typedef {{id: string, visitId: string, code: string|null, type: string, bytes: ArrayBuffer, takenAt: string|null}} NewPhoto */
/** @typedef {Partial<LocalPhoto> & {bytes?: ArrayBuffer}} PhotoChanges */

const PHOTO_FAILED =
  "This photo could not be kept on the phone. What was kept before is safe. Save the photo in the phone's " +
  "gallery, reload the page, then add it from there.";
export const ON_SERVER = "This visit is on the server already and cannot be changed here. It is safe there.";
const BY_NEWER =
  "A newer version of the recorder has written this. It is kept as it is. Reload the page to update the recorder.";


/** @type {["visits", "photos", "photo_bytes"]} */
export const OF_A_VISIT = ["visits", "photos", "photo_bytes"];

/** The part of `Store` about photos. */
export class PhotoStore extends Keeping {
  /** @param {string} visitId @returns {Promise<LocalPhoto[]>} what is known of its photos, without their bytes */
  async photosOf(visitId) {
    const found = await this.read(["photos"], (reading) =>
      asked(reading.objectStore("photos").index("visitId").getAll(visitId)),
    );
    return found.filter((photo) => !isNewer(photo)).map((photo) => broughtUp("photos", photo));
  }

  /**
   * @param {string} id
   * @returns {Promise<(LocalPhoto & {bytes: ArrayBuffer|null})|null>} `bytes` is null where only the server has them
   */
  photo(id) {
    return this.read(["photos", "photo_bytes"], async (reading) => {
      const facts = await asked(reading.objectStore("photos").get(id));
      if (!facts || isNewer(facts)) return null;
      const kept = await asked(reading.objectStore("photo_bytes").get(id));
      return { ...broughtUp("photos", facts), bytes: kept?.bytes ?? null };
    });
  }

  /**
   * Keep a photo as it came from the camera.
   * @param {NewPhoto} photo
   * @returns {Promise<LocalPhoto>}
   */
  async addPhoto({ bytes, ...given }) {
    /** @type {LocalPhoto} */
    const facts = {
      schema: SCHEMA,
      ...given,
      ...(await factsOf(bytes)),
      width: null,
      height: null,
      caption: "",
      state: "kept",
      received: false,
    };
    return this.#writePhoto(facts.visitId, async (writing) => {
      writing.objectStore("photos").put(facts);
      putBytes(writing, facts, bytes);
      return facts;
    });
  }

  /**
   * Change what is known of a photo, or its bytes: those of before leave the phone in the same step.
   * @param {string} id
   * @param {PhotoChanges} changes
   * @returns {Promise<LocalPhoto|null>} null where it has been removed meanwhile
   */
  async changePhoto(id, { bytes, ...changes }) {
    const now = bytes && { ...(await factsOf(bytes)), received: false };
    const before = await this.get("photos", id);
    return this.#writePhoto(before?.visitId, async (writing) => {
      const photos = writing.objectStore("photos");
      const stored = readable(await asked(photos.get(id)));
      if (!stored) return null;
      /** @type {LocalPhoto} */
      const made = { ...stored, ...changes, ...now };
      photos.put(made);
      if (bytes) putBytes(writing, made, bytes);
      return made;
    });
  }

  /** @param {string} id */
  async removePhoto(id) {
    const before = await this.get("photos", id);
    await this.#writePhoto(before?.visitId, async (writing) => forget(writing, id));
  }

  /**
   * Note whether the server has a photo; only if these are the bytes that are here now.
   * @param {string} id
   * @param {string} sha256
   * @param {boolean} received
   */
  noteReceived(id, sha256, received) {
    return this.writeQuietly(["photos"], async (writing) => {
      const photos = writing.objectStore("photos");
      const stored = readable(await asked(photos.get(id)));
      if (stored?.sha256 === sha256) photos.put({ ...stored, received });
    });
  }

  /**
   * Delete the bytes of photos that the server has.
   * @param {string[]} ids
   * @returns {Promise<number>} how many
   */
  dropBytes(ids) {
    return this.writeQuietly(["photos", "photo_bytes"], async (writing) => {
      let dropped = 0;
      for (const id of ids) {
        const stored = await asked(writing.objectStore("photos").get(id));
        if (!stored?.received) continue;
        dropped += await asked(writing.objectStore("photo_bytes").count(id));
        writing.objectStore("photo_bytes").delete(id);
      }
      return dropped;
    });
  }

  /**
   * Write a photo together with its visit, whose document names it.
   * @template T
   * @param {string|undefined} visitId
   * @param {(writing: IDBTransaction) => Promise<T>} work
   */
  async #writePhoto(visitId, work) {
    const otherwise = { words: PHOTO_FAILED, copy: () => "" };
    const made = await this.write(OF_A_VISIT, otherwise, async (writing) => {
      const visits = writing.objectStore("visits");
      const visit = visitId === undefined ? null : readable(await asked(visits.get(visitId)));
      if (visit?.state === "sent") throw new StoreProblem("closed-visit", ON_SERVER);
      if (visit) visits.put(touched(visit));
      return work(writing);
    });
    this.tellChanged(visitId ?? null);
    return made;
  }
}

/**
 * Return a visit or a photo that is to be changed, as this version writes it; null where there is none.
 * @param {any} stored
 */
export function readable(stored) {
  if (!stored) return null;
  if (isNewer(stored)) throw new StoreProblem("newer", BY_NEWER);
  return broughtUp("visits", stored);
}

/**
 * Count a change of the person's, whatever the clocks say.
 * @param {LocalVisit} visit
 * @returns {LocalVisit}
 */
export function touched(visit) {
  const sync = visit.sync ?? neverSent();
  return {
    ...visit,
    schema: SCHEMA,
    changedAt: new Date().toISOString(),
    sync: { ...sync, change: sync.change + 1 },
  };
}

/** @param {IDBTransaction} writing @param {IDBValidKey} photoId */
export function forget(writing, photoId) {
  writing.objectStore("photos").delete(photoId);
  writing.objectStore("photo_bytes").delete(photoId);
}

/** @param {IDBTransaction} writing @param {LocalPhoto} photo @param {ArrayBuffer} bytes */
function putBytes(writing, { id, type, sha256 }, bytes) {
  writing.objectStore("photo_bytes").put({ schema: SCHEMA, id, type, sha256, bytes });
}

/**
 * @param {ArrayBuffer} bytes
 * @returns {Promise<{sha256: string, byteCount: number}>}
 */
async function factsOf(bytes) {
  // iOS has lost files that were stored as such.
  if (!(bytes instanceof ArrayBuffer)) throw new TypeError("a photo is stored as an ArrayBuffer");
  return { sha256: await sha256Of(bytes), byteCount: bytes.byteLength };
}

/** @param {BufferSource} bytes @returns {Promise<string>} */
export async function sha256Of(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
