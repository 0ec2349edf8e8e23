// A visit that was changed here and elsewhere: the person says which to go on with. Nothing is merged.

/** @import { Store } from "./store.js" */
/** @import { LocalVisit } from "./types.js" */

/**
 * Go on with the server's document; what this phone had of the visit is given up.
 * @param {Store} store
 * @param {string} visitId
 * @returns {Promise<LocalVisit|null>} the visit as it is now; null where nothing was in conflict
 */
export function takeServers(store, visitId) {
  return store.settle(visitId, false);
}

/**
 * Make a new draft of what this phone has, photos and all, and go on with the server's document under the old
 * id. Photos that only the server has stay with that.
 * @param {Store} store
 * @param {string} visitId
 * @returns {Promise<LocalVisit|null>} the copy; null where nothing was in conflict
 */
export function keepAsCopy(store, visitId) {
  return store.settle(visitId, true);
}
