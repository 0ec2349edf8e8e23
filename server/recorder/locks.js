// Two tabs on one phone: one edits a visit, the other reads it.

export const READ_ONLY_WORDS =
  "This visit is open in another tab. Here you can read it. Close the other tab, or take it over.";

/**
 * Ask to edit a visit. Where another tab edits it, wait for that tab to let go.
 *
 * A tab that is closed or killed lets go by itself. Browsers without locks let every tab edit: the store
 * then keeps whole records, the last one wins.
 * @param {string} visitId
 * @param {(isMine: boolean) => void} onChange called at once, and whenever it changes; when it becomes true
 *   later, read the visit anew
 * @returns {{release: () => void, take: () => void}} `take` takes it from the other tab, which then reads
 */
export function holdVisit(visitId, onChange) {
  if (!navigator.locks) {
    onChange(true);
    return { release: () => undefined, take: () => undefined };
  }
  const name = editLock(visitId);
  let isReleased = false;
  let waiting = new AbortController();
  /** @type {() => void} */
  let letGo = () => undefined;
  const untilReleased = () => {
    if (isReleased) return undefined;
    const released = new Promise((resolve) => {
      letGo = () => resolve(undefined);
    });
    // Who hears of it may let go at once, to open the visit anew.
    onChange(true);
    return released;
  };
  const wait = () => {
    const { signal } = (waiting = new AbortController());
    navigator.locks.request(name, { signal }, untilReleased).catch(() => {
      if (!signal.aborted) lost();
    });
  };
  // Another tab edits it; when that one is done, this one may.
  const lost = () => {
    if (isReleased) return;
    onChange(false);
    wait();
  };
  navigator.locks
    .request(name, { ifAvailable: true }, (lock) => (lock ? untilReleased() : lost()))
    .catch(lost);
  return {
    release() {
      isReleased = true;
      waiting.abort();
      letGo();
    },
    take() {
      waiting.abort();
      navigator.locks.request(name, { steal: true }, untilReleased).catch(lost);
    },
  };
}

/**
 * Do something with a visit that nobody edits just now; false where somebody does.
 * @param {string} visitId
 * @param {() => Promise<void>} work
 * @returns {Promise<boolean>}
 */
export async function whileNobodyEdits(visitId, work) {
  if (!navigator.locks) {
    await work();
    return true;
  }
  return navigator.locks.request(editLock(visitId), { ifAvailable: true }, async (lock) => {
    if (!lock) return false;
    await work();
    return true;
  });
}

/** @param {string} visitId */
function editLock(visitId) {
  return `second-visit-edit-${visitId}`;
}
