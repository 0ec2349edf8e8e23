// Photos: kept as they come, bytes first; then drawn anew, small, upright and without what a camera writes
// beside the pixels. Only what was drawn anew is sent.

import { SENT_QUALITY, SENT_TYPE, draw } from "./drawing.js";
import { forgetTurn, readPicture } from "./exif.js";

/** @import { Box, Drawn } from "./drawing.js" */
/** @import { Store } from "./store.js" */

const WORKER = "/recorder/photo_worker.js";
const EMPTY = "This photo came without anything in it. Nothing else was touched. Take it again, or choose another.";
const UNREAD =
  "This photo could not be read from the phone. What was kept before is safe. Take it again, or choose another.";
const ELSEWHERE = "This photo is on the server already, and not on this phone. It is safe there.";
const NOT_DRAWN = "This photo could not be drawn anew, so nothing was blacked out. It stays as it was.";
// Above this a phone may run out of memory on it: 20 megapixels are 80 MB when decoded.
const LARGE_PIXELS = 20_000_000;
const MOST_TRIES = 3;
const LONGEST_MS = 60_000;
const TRYING = "photo being shrunk";

// One after the other: a second photo of 48 megapixels does not fit beside the first.
let line = Promise.resolve();
/** @type {Set<string>} */
const inLine = new Set();
/** @type {Worker|null} */
let worker = null;

/** What happened, what is safe and what to do, for the person. */
export class PhotoProblem extends Error {
  /** @param {string} words @param {unknown} [cause] */
  constructor(words, cause) {
    super(words, { cause });
    this.name = "PhotoProblem";
    this.kind = "photo";
    this.words = words;
    this.copy = "";
  }
}

/**
 * Keep a photo, and have it shrunk afterwards. The answer comes when its bytes are safe.
 * @param {Store} store
 * @param {string} visitId
 * @param {string|null} code of the standard; null for the visit as a whole
 * @param {Blob} file as a camera or a gallery gives it
 * @returns {Promise<string>} the photo's id
 * @throws {PhotoProblem} nothing was kept of it
 */
export async function keepPhoto(store, visitId, code, file) {
  const bytes = await file.arrayBuffer().catch((error) => {
    throw new PhotoProblem(UNREAD, error);
  });
  if (bytes.byteLength === 0) throw new PhotoProblem(EMPTY);
  const id = crypto.randomUUID();
  const { takenAt } = readPicture(bytes);
  await store.addPhoto({ id, visitId, code, type: file.type || "application/octet-stream", bytes, takenAt });
  shrinkLater(store, id);
  return id;
}

/**
 * Shrink what was kept and not shrunk before the page ended.
 * @param {Store} store
 * @returns {Promise<void>} when all of them are done
 */
export async function finishPhotos(store) {
  for (const visit of await store.visits()) {
    if (visit.state === "sent") continue;
    for (const photo of await store.photosOf(visit.id)) {
      if (photo.state === "kept") shrinkLater(store, photo.id);
    }
  }
  await line;
}

/**
 * Burn black boxes into a photo. What they hide leaves this phone, for good.
 * @param {Store} store
 * @param {string} photoId
 * @param {Box[]} boxes in parts of the upright photo
 * @throws {PhotoProblem} the photo is as it was
 */
export function burnBoxes(store, photoId, boxes) {
  return inTurn(async () => {
    const photo = await store.photo(photoId);
    if (!photo) return;
    if (!photo.bytes) throw new PhotoProblem(ELSEWHERE);
    const drawn = await redrawn(store, { ...photo, bytes: photo.bytes }, boxes).catch((error) => {
      throw new PhotoProblem(NOT_DRAWN, error);
    });
    await store.changePhoto(photoId, { ...drawn, type: SENT_TYPE, state: "ready", blackedOut: true });
  });
}

/**
 * @param {Store} store
 * @param {string} photoId
 * @returns {Promise<string|null>} an address to show it by, to be revoked afterwards; null where there is none
 */
export async function photoUrl(store, photoId) {
  const photo = await store.photo(photoId);
  if (photo?.bytes) return URL.createObjectURL(new Blob([photo.bytes], { type: photo.type }));
  return photo?.received ? `/photos/${photoId}` : null;
}

/**
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
function inTurn(work) {
  const done = line.then(work);
  line = done.then(
    () => undefined,
    () => undefined,
  );
  return done;
}

/** @param {Store} store @param {string} id */
function shrinkLater(store, id) {
  if (inLine.has(id)) return;
  inLine.add(id);
  inTurn(() => shrink(store, id))
    // It stays as it came; the next start tries again.
    .catch(() => undefined)
    .finally(() => inLine.delete(id));
}

/** @param {Store} store @param {string} id */
async function shrink(store, id) {
  const photo = await store.photo(id);
  if (photo?.state !== "kept" || !photo.bytes) return;
  const { width, height } = readPicture(photo.bytes);
  const isLarge = (width ?? 0) * (height ?? 0) > LARGE_PIXELS;
  if (isLarge && !(await mayTry(store, id))) {
    await store.changePhoto(id, { state: "undecodable" });
    return;
  }
  let drawn;
  try {
    drawn = await redrawn(store, { ...photo, bytes: photo.bytes }, []);
  } catch {
    await store.changePhoto(id, { state: "undecodable" });
    return;
  } finally {
    if (isLarge) await store.saveSetting(TRYING, null);
  }
  await store.changePhoto(id, { ...drawn, type: SENT_TYPE, state: "ready" });
}

/**
 * Count a try at a large photo, before it: one that ends the page each time must not do so for ever.
 * @param {Store} store
 * @param {string} id
 */
async function mayTry(store, id) {
  const last = await store.setting(TRYING);
  const tries = last?.id === id ? last.tries : 0;
  if (tries >= MOST_TRIES) return false;
  await store.saveSetting(TRYING, { id, tries: tries + 1 });
  return true;
}

/**
 * @param {Store} store
 * @param {{id: string, type: string, bytes: ArrayBuffer}} photo its bytes are handed over, and empty afterwards
 * @param {Box[]} boxes
 * @returns {Promise<Drawn>}
 */
async function redrawn(store, { id, type, bytes }, boxes) {
  if (!canDrawBeside()) return drawnHere(bytes, type, boxes);
  try {
    return await drawnBeside(bytes, type, boxes);
  } catch (error) {
    // Safari's page shows some photos that its worker does not decode, HEIC among them.
    const kept = (await store.photo(id))?.bytes;
    if (!kept) throw error;
    return drawnHere(kept, type, boxes);
  }
}

function canDrawBeside() {
  return typeof OffscreenCanvas !== "undefined" && typeof Worker !== "undefined";
}

/** @param {ArrayBuffer} bytes @param {string} type @param {Box[]} boxes @returns {Promise<Drawn>} */
function drawnBeside(bytes, type, boxes) {
  const at = (worker ??= new Worker(WORKER, { type: "module" }));
  return new Promise((resolve, reject) => {
    const giveUp = () => {
      // It did not start, or a photo was too much for it: the next one gets another.
      at.terminate();
      worker = null;
      reject(new Error("the worker ended"));
    };
    const waiting = setTimeout(giveUp, LONGEST_MS);
    at.onmessage = ({ data }) => {
      clearTimeout(waiting);
      if ("error" in data) reject(new Error(data.error));
      else resolve(data);
    };
    at.onerror = at.onmessageerror = () => {
      clearTimeout(waiting);
      giveUp();
    };
    at.postMessage({ bytes, type, boxes }, [bytes]);
  });
}

/** @param {ArrayBuffer} bytes @param {string} type @param {Box[]} boxes @returns {Promise<Drawn>} */
async function drawnHere(bytes, type, boxes) {
  const facts = readPicture(bytes);
  forgetTurn(bytes, facts);
  const address = URL.createObjectURL(new Blob([bytes], { type }));
  const canvas = document.createElement("canvas");
  try {
    const picture = new Image();
    picture.src = address;
    await picture.decode();
    const shown = { width: picture.naturalWidth, height: picture.naturalHeight };
    const size = draw(canvas, picture, shown, { ...facts, boxes }, () => document.createElement("canvas"));
    /** @type {Blob|null} */
    const made = await new Promise((resolve) => canvas.toBlob(resolve, SENT_TYPE, SENT_QUALITY));
    if (!made) throw new Error("the picture could not be written");
    return { bytes: await made.arrayBuffer(), ...size };
  } finally {
    URL.revokeObjectURL(address);
    // Safari counts a canvas until it is collected, and has room for few.
    canvas.width = canvas.height = 0;
  }
}
