// Draws a photo anew: turned upright, small enough to send, without anything but its pixels. The worker and
// the page, where a browser's workers cannot draw, share it.

/** @import { PictureFacts } from "./exif.js" */
/**
 * A black box, in parts (0–1) of the upright photo.
 * @typedef {{x: number, y: number, width: number, height: number}} Box
 */
/** @typedef {{bytes: ArrayBuffer, width: number, height: number}} Drawn */
/** @typedef {HTMLCanvasElement|OffscreenCanvas} Canvas */

/** The longest side that leaves the phone, in pixels. */
export const LONGEST_SIDE = 2000;
export const SENT_TYPE = "image/jpeg";
export const SENT_QUALITY = 0.85;
// So many places are looked at to see whether anything was drawn at all.
const LOOKED_AT = 8;

/**
 * @param {number} width
 * @param {number} height
 * @returns {{width: number, height: number}} as large as may be sent, of the same shape
 */
export function fitted(width, height) {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/**
 * What to ask of a browser that decodes: no more than is needed. Only the width is named: so it keeps the shape.
 * @param {PictureFacts} facts
 * @returns {ImageBitmapOptions}
 */
export function decodingOf({ width, height }) {
  if (!width || !height || Math.max(width, height) <= LONGEST_SIDE) return {};
  return { resizeWidth: fitted(width, height).width, resizeQuality: "high" };
}

/**
 * Draw a picture upright, and boxes over it.
 * @param {Canvas} canvas
 * @param {ImageBitmap|HTMLImageElement} picture as the file has it
 * @param {{width: number, height: number}} size of the picture
 * @param {{orientation: number, boxes: Box[]}} how
 * @param {() => Canvas} another
 * @returns {{width: number, height: number}}
 */
export function draw(canvas, picture, size, { orientation, boxes }, another) {
  if (!size.width || !size.height) throw new Error("the picture is empty");
  const seen = fitted(size.width, size.height);
  const { width, height } = orientation >= 5 ? { width: seen.height, height: seen.width } : seen;
  canvas.width = width;
  canvas.height = height;
  const pen = penOf(canvas);
  // What is clear in a PNG would become black in a JPEG.
  pen.fillStyle = "#FFFFFF";
  pen.fillRect(0, 0, width, height);
  pen.imageSmoothingQuality = "high";
  pen.setTransform(...turnFor(orientation, seen));
  pen.drawImage(picture, 0, 0, seen.width, seen.height);
  pen.setTransform(1, 0, 0, 1, 0, 0);
  if (isBlack(canvas, another())) throw new Error("the browser drew nothing");
  pen.fillStyle = "#000000";
  for (const box of boxes) {
    const [left, top] = [Math.floor(box.x * width), Math.floor(box.y * height)];
    const [right, bottom] = [Math.ceil((box.x + box.width) * width), Math.ceil((box.y + box.height) * height)];
    pen.fillRect(left, top, right - left, bottom - top);
  }
  return { width, height };
}

/**
 * How a picture that lies some way is put upright.
 * @param {number} orientation Exif 2.32, tag 274
 * @param {{width: number, height: number}} seen before it is turned
 * @returns {[number, number, number, number, number, number]}
 */
function turnFor(orientation, { width, height }) {
  switch (orientation) {
    case 2:
      return [-1, 0, 0, 1, width, 0];
    case 3:
      return [-1, 0, 0, -1, width, height];
    case 4:
      return [1, 0, 0, -1, 0, height];
    case 5:
      return [0, 1, 1, 0, 0, 0];
    case 6:
      return [0, 1, -1, 0, height, 0];
    case 7:
      return [0, -1, -1, 0, height, width];
    case 8:
      return [0, -1, 1, 0, 0, width];
    default:
      return [1, 0, 0, 1, 0, 0];
  }
}

/**
 * Whether there is nothing but the deepest black: a phone short of memory gives that instead of the photo. No
 * camera does, not even in the dark.
 * @param {Canvas} canvas
 * @param {Canvas} small
 */
function isBlack(canvas, small) {
  small.width = small.height = LOOKED_AT;
  const pen = penOf(small);
  pen.drawImage(canvas, 0, 0, LOOKED_AT, LOOKED_AT);
  const seen = pen.getImageData(0, 0, LOOKED_AT, LOOKED_AT).data;
  return seen.every((part, index) => index % 4 === 3 || part === 0);
}

/** @param {Canvas} canvas */
function penOf(canvas) {
  const pen = /** @type {CanvasRenderingContext2D|OffscreenCanvasRenderingContext2D|null} */ (
    canvas.getContext("2d")
  );
  if (!pen) throw new Error("this browser cannot draw here");
  return pen;
}
