// What is read from a photo's file, and how large it leaves the phone.

import assert from "node:assert/strict";
import { test } from "node:test";

import { decodingOf, fitted } from "../../server/recorder/drawing.js";
import { forgetTurn, instantOf, readPicture } from "../../server/recorder/exif.js";

/** Return the bytes of texts, numbers (two bytes each, the larger half first) and lists of bytes. */
function bytesOf(...parts) {
  const made = parts.flatMap((part) => {
    if (typeof part === "string") return [...part].map((letter) => letter.charCodeAt(0));
    return typeof part === "number" ? [part >> 8, part & 255] : part;
  });
  return Uint8Array.from(made).buffer;
}

const long = (number) => [number >>> 24, (number >> 16) & 255, (number >> 8) & 255, number & 255];

/** Return a TIFF block as cameras write it. */
function tiff({ orientation = 6, takenAt = "2026:05:04 12:30:00", offset = "+02:00", little = false } = {}) {
  const two = (number) => (little ? [number & 255, number >> 8] : [number >> 8, number & 255]);
  const four = (number) => (little ? long(number).reverse() : long(number));
  const text = (words) => [...words, "\0"].map((letter) => letter.charCodeAt(0));
  const inner = 8 + 2 + 24 + 4;
  const texts = inner + 2 + 24 + 4;
  return [
    ...text(little ? "II" : "MM").slice(0, 2), ...two(42), ...four(8),
    ...two(2),
    ...two(0x0112), ...two(3), ...four(1), ...two(orientation), ...two(0),
    ...two(0x8769), ...two(4), ...four(1), ...four(inner),
    ...four(0),
    ...two(2),
    ...two(0x9003), ...two(2), ...four(takenAt.length + 1), ...four(texts),
    ...two(0x9011), ...two(2), ...four(offset.length + 1), ...four(texts + takenAt.length + 1),
    ...four(0),
    ...text(takenAt), ...text(offset),
  ];
}

const exifPart = (block) => [0xff, 0xe1, ...bytesAsList(bytesOf(block.length + 8)), ...bytesAsList(bytesOf("Exif\0\0")), ...block];
const frame = (width, height) => [0xff, 0xc2, 0, 11, 8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 17, 0];
const bytesAsList = (buffer) => [...new Uint8Array(buffer)];
const jpeg = (...parts) => bytesOf([0xff, 0xd8], ...parts, [0xff, 0xd9]);

for (const little of [false, true]) {
  test(`time, way up and size of a JPEG are read, ${little ? "Intel's" : "Motorola's"} order`, () => {
    const bytes = jpeg(exifPart(tiff({ little })), frame(4000, 3000));
    const facts = readPicture(bytes);
    const { width, height, orientation, takenAt } = facts;
    assert.deepEqual([width, height, orientation, takenAt], [4000, 3000, 6, "2026-05-04T10:30:00.000Z"]);
    forgetTurn(bytes, facts);
    assert.equal(readPicture(bytes).orientation, 1);
  });
}

test("a PNG and a WebP tell the same", () => {
  const block = tiff();
  const png = bytesOf(long(0x89504e47), long(0x0d0a1a0a), long(13), "IHDR", long(640), long(480), [8, 2, 0, 0, 0], long(0), long(block.length), "eXIf", block, long(0), long(0), "IEND", long(0));
  const size = (number) => long(number).reverse();
  const webp = bytesOf("RIFF", size(99), "WEBP", "VP8X", size(10), [8, 0, 0, 0, 127, 2, 0, 223, 1, 0], "EXIF", size(block.length), block);
  for (const bytes of [png, webp]) {
    const { width, height, orientation, takenAt } = readPicture(bytes);
    assert.deepEqual([width, height, orientation, takenAt], [640, 480, 6, "2026-05-04T10:30:00.000Z"]);
  }
});

test("a file cut at any byte, or of another kind, is no error", () => {
  const whole = bytesAsList(jpeg(exifPart(tiff()), frame(4000, 3000)));
  for (let end = 0; end < whole.length; end += 1) {
    const { orientation } = readPicture(Uint8Array.from(whole.slice(0, end)).buffer);
    assert.ok([1, 6].includes(orientation));
  }
  assert.equal(readPicture(bytesOf("no picture at all")).width, null);
});

test("nonsense in it is not believed", () => {
  assert.equal(readPicture(jpeg(exifPart(tiff({ orientation: 0 })))).orientation, 1);
  assert.equal(readPicture(jpeg(exifPart(tiff({ orientation: 9 })))).orientation, 1);
  assert.equal(readPicture(jpeg(exifPart(tiff({ takenAt: "0000:00:00 00:00:00" })))).takenAt, null);
  assert.equal(readPicture(jpeg(exifPart(tiff({ takenAt: "yesterday" })))).takenAt, null);
});

test("a camera without an offset means the phone's own time", () => {
  assert.equal(instantOf("2026:05:04 12:30:00", ""), new Date(2026, 4, 4, 12, 30).toISOString());
});

test("what leaves the phone has at most 2,000 pixels on a side, and its shape", () => {
  assert.deepEqual(fitted(8064, 6048), { width: 2000, height: 1500 });
  assert.deepEqual(fitted(1500, 12000), { width: 250, height: 2000 });
  assert.deepEqual(fitted(20000, 3), { width: 2000, height: 1 });
  assert.deepEqual(fitted(640, 480), { width: 640, height: 480 });
});

test("a browser is asked for no more than is sent", () => {
  const facts = { takenAt: null, orientation: 6, turns: [] };
  assert.equal(decodingOf({ ...facts, width: 4000, height: 3000 }).resizeWidth, 2000);
  assert.equal(decodingOf({ ...facts, width: 3000, height: 4000 }).resizeWidth, 1500);
  assert.deepEqual(decodingOf({ ...facts, width: 800, height: 600 }), {});
  assert.deepEqual(decodingOf({ ...facts, width: null, height: null }), {});
});
