// Shrinks photos beside the page, so that no tap waits for it. Safari before 16.4 cannot draw in a worker:
// it says so, and the page draws itself.

import { SENT_QUALITY, SENT_TYPE, decodingOf, draw } from "./drawing.js";
import { forgetTurn, readPicture } from "./exif.js";

/** @import { Box, Drawn } from "./drawing.js" */
/** @typedef {{bytes: ArrayBuffer, type: string, boxes: Box[]}} Work */

const worker = /** @type {DedicatedWorkerGlobalScope} */ (/** @type {unknown} */ (self));

worker.addEventListener("message", async (event) => {
  try {
    const drawn = await drawnHere(event.data);
    worker.postMessage(drawn, [drawn.bytes]);
  } catch (error) {
    worker.postMessage({ error: String(error) });
  }
});

/** @param {Work} work @returns {Promise<Drawn>} */
async function drawnHere({ bytes, type, boxes }) {
  const facts = readPicture(bytes);
  forgetTurn(bytes, facts);
  const picture = await createImageBitmap(new Blob([bytes], { type }), decodingOf(facts));
  try {
    const canvas = new OffscreenCanvas(1, 1);
    const size = draw(canvas, picture, picture, { ...facts, boxes }, () => new OffscreenCanvas(1, 1));
    const made = await canvas.convertToBlob({ type: SENT_TYPE, quality: SENT_QUALITY });
    return { bytes: await made.arrayBuffer(), ...size };
  } finally {
    picture.close();
  }
}
