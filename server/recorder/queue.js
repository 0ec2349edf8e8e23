// What waits on this phone, in words.

/** @import { LocalPhoto, LocalVisit } from "./types.js" */

/** @typedef {{name: "draft"|"waiting"|"sending"|"sent"|"needs-you", sent: number, of: number, words: string}} QueueState */

/**
 * Say where a visit stands between this phone and the server.
 * @param {LocalVisit} visit
 * @param {LocalPhoto[]} photos its own
 * @param {boolean} isSending whether it is on its way just now
 * @returns {QueueState}
 */
export function stateOf(visit, photos, isSending = false) {
  const travelling = photos.filter((photo) => photo.state !== "undecodable");
  const of = travelling.length;
  const sent = travelling.filter((photo) => photo.received).length;
  if (visit.state === "sent") return { name: "sent", sent: of, of, words: "On the server" };
  if (visit.state === "needs-you") {
    return { name: "needs-you", sent, of, words: `Needs you: ${visit.problem || "open it to see why"}` };
  }
  if (visit.state === "draft") {
    const isThere = visit.sync !== undefined && visit.sync.sent >= visit.sync.change;
    return { name: "draft", sent, of, words: isThere ? "Draft, a copy is on the server" : "Draft on this phone" };
  }
  if (photos.some((photo) => photo.state === "kept")) {
    return { name: "waiting", sent, of, words: "Waiting until its photos are made ready" };
  }
  if (isSending || sent > 0) {
    const words = of ? `Sending ${sent} of ${of} ${of === 1 ? "photo" : "photos"}` : "Sending";
    return { name: "sending", sent, of, words };
  }
  return { name: "waiting", sent, of, words: "Waiting to be sent" };
}

/**
 * Count the visits that are finished and have not reached the server.
 * @param {LocalVisit[]} visits
 */
export function countWaiting(visits) {
  return visits.filter((visit) => visit.state === "waiting").length;
}

/**
 * Whether this phone holds something of a visit that the server has not answered.
 * @param {LocalVisit} visit
 */
export function isChanged(visit) {
  return !visit.sync || visit.sync.sent < visit.sync.change;
}

/**
 * Show on the app's icon how many visits wait.
 * @param {number} count
 */
export async function showBadge(count) {
  try {
    if (count) await navigator.setAppBadge?.(count);
    else await navigator.clearAppBadge?.();
  } catch {
    // Not installed, or not allowed: the words on the screen say the same.
  }
}
