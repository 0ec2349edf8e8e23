// Reads from a photo's file what is needed before it is drawn anew: when it was taken, which way is up, and
// how large it is. Nothing else of what a camera writes is looked at. Pure: bytes in, facts out.

/**
 * @typedef {object} PictureFacts
 * @property {string|null} takenAt instant in UTC
 * @property {number} orientation 1–8, as Exif numbers them
 * @property {number|null} width as the file has it, before it is turned
 * @property {number|null} height
 * @property {{at: number, little: boolean}[]} turns where in the file the orientation stands
 */

const JPEG = 0xffd8;
const PNG = 0x89504e47;
const RIFF = 0x52494646;
const WEBP = 0x57454250;
const EXIF = 0x45786966;
const ORIENTATION = 0x0112;
const EXIF_PART = 0x8769;
const TAKEN_AT = 0x9003;
const TAKEN_OFFSET = 0x9011;
// Cameras write a few dozen; a file that names more is broken or means harm.
const MOST_ENTRIES = 500;
const MOST_PARTS = 10_000;

/**
 * Source: Exif 2.32; ITU T.81, annex B; PNG, third edition; the WebP container specification.
 * @param {ArrayBuffer} bytes of a JPEG, PNG or WebP; anything else has no facts
 * @param {(text: string, offset: string) => string|null} toInstant
 * @returns {PictureFacts}
 */
export function readPicture(bytes, toInstant = instantOf) {
  const view = new DataView(bytes);
  /** @type {PictureFacts} */
  const facts = { takenAt: null, orientation: 1, width: null, height: null, turns: [] };
  try {
    if (view.getUint16(0) === JPEG) readJpeg(view, facts, toInstant);
    else if (view.getUint32(0) === PNG) readPng(view, facts, toInstant);
    else if (view.getUint32(0) === RIFF && view.getUint32(8) === WEBP) readWebp(view, facts, toInstant);
  } catch (error) {
    // The file ends before it should: what was read until there counts.
    if (!(error instanceof RangeError)) throw error;
  }
  return facts;
}

/**
 * Have the file say that it is upright. Browsers do not agree for which kinds they turn a picture themselves:
 * of one that needs no turning there is one opinion.
 * @param {ArrayBuffer} bytes changed in place
 * @param {PictureFacts} facts
 */
export function forgetTurn(bytes, { turns }) {
  const view = new DataView(bytes);
  for (const { at, little } of turns) view.setUint16(at, 1, little);
}

/** @typedef {(text: string, offset: string) => string|null} ToInstant */

/** @param {DataView} view @param {PictureFacts} facts @param {ToInstant} toInstant */
function readJpeg(view, facts, toInstant) {
  let at = 2;
  for (let part = 0; part < MOST_PARTS; part += 1) {
    const marker = view.getUint16(at);
    if (marker === 0xffff) {
      at += 1;
      continue;
    }
    const length = view.getUint16(at + 2);
    if (marker === 0xffe1 && view.getUint32(at + 4) === EXIF) readTiff(view, at + 10, facts, toInstant);
    // All frame headers but those numbers that stand for tables.
    if (marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker)) {
      facts.height = view.getUint16(at + 5);
      facts.width = view.getUint16(at + 7);
      return;
    }
    if (marker === 0xffda) return;
    at += 2 + length;
  }
}

/** @param {DataView} view @param {PictureFacts} facts @param {ToInstant} toInstant */
function readPng(view, facts, toInstant) {
  facts.width = view.getUint32(16);
  facts.height = view.getUint32(20);
  let at = 8;
  for (let part = 0; part < MOST_PARTS; part += 1) {
    if (view.getUint32(at + 4) === 0x65584966) readTiff(view, at + 8, facts, toInstant);
    at += 12 + view.getUint32(at);
  }
}

/** @param {DataView} view @param {PictureFacts} facts @param {ToInstant} toInstant */
function readWebp(view, facts, toInstant) {
  let at = 12;
  for (let part = 0; part < MOST_PARTS; part += 1) {
    const name = view.getUint32(at);
    const length = view.getUint32(at + 4, true);
    const start = at + 8;
    if (name === 0x56503858) {
      facts.width = 1 + (view.getUint32(start + 4, true) & 0xffffff);
      facts.height = 1 + (view.getUint16(start + 7, true) | (view.getUint8(start + 9) << 16));
    } else if (name === 0x56503820 && facts.width === null) {
      facts.width = view.getUint16(start + 6, true) & 0x3fff;
      facts.height = view.getUint16(start + 8, true) & 0x3fff;
    } else if (name === 0x5650384c && facts.width === null) {
      const packed = view.getUint32(start + 1, true);
      facts.width = 1 + (packed & 0x3fff);
      facts.height = 1 + ((packed >>> 14) & 0x3fff);
    } else if (name === EXIF || name === 0x45584946) {
      // Some programs put the JPEG's heading before it.
      readTiff(view, view.getUint32(start) === EXIF ? start + 6 : start, facts, toInstant);
    }
    at = start + length + (length % 2);
  }
}

/** @param {DataView} view @param {number} start @param {PictureFacts} facts @param {ToInstant} toInstant */
function readTiff(view, start, facts, toInstant) {
  const order = view.getUint16(start);
  if (order !== 0x4949 && order !== 0x4d4d) return;
  const little = order === 0x4949;
  const first = entriesOf(view, start, view.getUint32(start + 4, little), little);
  const turned = first.get(ORIENTATION);
  const orientation = turned === undefined ? 1 : view.getUint16(turned + 8, little);
  if (turned !== undefined && orientation >= 2 && orientation <= 8) {
    facts.orientation = orientation;
    facts.turns.push({ at: turned + 8, little });
  }
  const inner = first.get(EXIF_PART);
  if (inner === undefined) return;
  const second = entriesOf(view, start, view.getUint32(inner + 8, little), little);
  const takenAt = textAt(view, start, second.get(TAKEN_AT), little);
  const offset = textAt(view, start, second.get(TAKEN_OFFSET), little);
  if (takenAt) facts.takenAt = toInstant(takenAt, offset);
}

/**
 * @param {DataView} view @param {number} start @param {number} offset @param {boolean} little
 * @returns {Map<number, number>} where each entry stands, by its tag
 */
function entriesOf(view, start, offset, little) {
  const found = new Map();
  const count = Math.min(view.getUint16(start + offset, little), MOST_ENTRIES);
  for (let entry = 0; entry < count; entry += 1) {
    const at = start + offset + 2 + 12 * entry;
    found.set(view.getUint16(at, little), at);
  }
  return found;
}

/** @param {DataView} view @param {number} start @param {number|undefined} entry @param {boolean} little */
function textAt(view, start, entry, little) {
  if (entry === undefined || view.getUint16(entry + 2, little) !== 2) return "";
  const length = Math.min(view.getUint32(entry + 4, little), 40);
  const at = length <= 4 ? entry + 8 : start + view.getUint32(entry + 8, little);
  let text = "";
  for (let index = 0; index < length; index += 1) {
    const letter = view.getUint8(at + index);
    if (letter === 0) break;
    text += String.fromCharCode(letter);
  }
  return text.trim();
}

/**
 * Return a camera's time as an instant. Without an offset it is taken for this phone's time.
 * @param {string} text "2026:05:04 12:30:00"
 * @param {string} offset "+02:00", or empty
 * @returns {string|null}
 */
export function instantOf(text, offset) {
  const parts = /^(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)$/.exec(text);
  if (!parts) return null;
  const [, year, month, day, hour, minute, second] = parts;
  const zone = /^[+-]\d\d:\d\d$/.test(offset) ? offset : "";
  const instant = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`);
  return Number.isNaN(instant.getTime()) ? null : instant.toISOString();
}
