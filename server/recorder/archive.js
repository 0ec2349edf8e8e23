// The export file of one visit: a ZIP that opens without this program, and that the server imports.

import { toDocument } from "./documents.js";
import { sha256Of } from "./photo_store.js";

/** @import { Store } from "./store.js" */

/** @type {Record<string, string>} */
const ENDINGS = {
  "image/jpeg": "jpg",
  "image/png": "png",
  "image/webp": "webp",
  "image/heic": "heic",
  "image/heif": "heif",
};
// Photos are packed already; stored as they are, the file needs no code to unpack and little to write.
const STORED = 0;
const UTF8_NAMES = 0x0800;
const VERSION = 20;

/**
 * Pack a visit as it stands, with the photos that are on this phone and the SHA-256 of each part. One photo
 * is in memory at a time: the browser keeps what a Blob holds where it likes.
 * @param {Store} store
 * @param {string} visitId
 * @returns {Promise<Blob>}
 */
export async function exportVisit(store, visitId) {
  const visit = await store.visit(visitId);
  if (!visit) throw new Error("This visit is not on this phone any more.");
  const facts = await store.photosOf(visitId);
  const file = new Zip();
  /** @type {Record<string, string>} */
  const hashes = {};
  /** @param {string} name @param {Uint8Array} content */
  const add = async (name, content) => {
    hashes[name] = await sha256Of(/** @type {Uint8Array<ArrayBuffer>} */ (content));
    file.add(name, content);
  };
  const device = {
    appVersion: "export",
    sentAt: new Date(),
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    clockOffsetMs: null,
  };
  await add("visit.json", asJson(toDocument(visit, facts, device)));
  for (const { id } of facts) {
    const photo = await store.photo(id);
    if (!photo?.bytes) continue;
    const folder = photo.state === "undecodable" ? "not-readable" : "photos";
    await add(`${folder}/${id}.${ENDINGS[photo.type] ?? "bin"}`, new Uint8Array(photo.bytes));
  }
  file.add("hashes.json", asJson(hashes));
  return file.end();
}

/** @param {unknown} value */
function asJson(value) {
  return new TextEncoder().encode(JSON.stringify(value, null, 1));
}

/** A ZIP file as PKWARE's APPNOTE.TXT describes it, without compression. */
export class Zip {
  /** @type {Blob[]} */
  #parts = [];
  /** @type {BlobPart[]} */
  #directory = [];
  #at = 0;
  #count = 0;
  #directoryBytes = 0;

  /** @param {string} name @param {Uint8Array} content */
  add(name, content) {
    const encoded = new TextEncoder().encode(name);
    const [date, time] = dosMoment(new Date());
    const facts = [
      [2, VERSION], [2, UTF8_NAMES], [2, STORED], [2, time], [2, date],
      [4, crc32(content)], [4, content.length], [4, content.length], [2, encoded.length], [2, 0],
    ];
    const head = fields([[4, 0x04034b50], ...facts]);
    const entry = fields([[4, 0x02014b50], [2, VERSION], ...facts, [2, 0], [2, 0], [2, 0], [4, 0], [4, this.#at]]);
    this.#parts.push(new Blob([head, encoded, /** @type {Uint8Array<ArrayBuffer>} */ (content)]));
    this.#directory.push(entry, encoded);
    this.#directoryBytes += entry.length + encoded.length;
    this.#at += head.length + encoded.length + content.length;
    this.#count += 1;
  }

  /** @returns {Blob} */
  end() {
    const counts = [[2, this.#count], [2, this.#count], [4, this.#directoryBytes], [4, this.#at]];
    const end = fields([[4, 0x06054b50], [2, 0], [2, 0], ...counts, [2, 0]]);
    return new Blob([...this.#parts, ...this.#directory, end], { type: "application/zip" });
  }
}

const CRC_TABLE = new Uint32Array(256).map((_, byte) => {
  let left = byte;
  for (let bit = 0; bit < 8; bit += 1) left = left & 1 ? (left >>> 1) ^ 0xedb88320 : left >>> 1;
  return left;
});

/** @param {Uint8Array} content */
export function crc32(content) {
  let crc = 0xffffffff;
  for (let at = 0; at < content.length; at += 1) {
    crc = (crc >>> 8) ^ /** @type {number} */ (CRC_TABLE[(crc ^ /** @type {number} */ (content[at])) & 0xff]);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/**
 * Write numbers one after another, lowest byte first.
 * @param {number[][]} numbers each with its bytes
 */
function fields(numbers) {
  const made = [];
  for (const [bytes = 0, value = 0] of numbers) {
    for (let byte = 0; byte < bytes; byte += 1) made.push(Math.floor(value / 256 ** byte) % 256);
  }
  return new Uint8Array(made);
}

/** @param {Date} at */
function dosMoment(at) {
  const date = ((at.getFullYear() - 1980) << 9) | ((at.getMonth() + 1) << 5) | at.getDate();
  return [date, (at.getHours() << 11) | (at.getMinutes() << 5) | (at.getSeconds() >> 1)];
}
