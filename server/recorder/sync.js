// When to sync: on load, when the network or the person comes back, each minute while somebody looks, after a
// change, and on a button. One tab at a time; what fails waits longer each time and is never given up.

import { countWaiting, isChanged, showBadge } from "./queue.js";
import { sendVisit } from "./sending.js";
import { OtherPerson, takeSheet, tidy } from "./taking.js";
import { SignedOut, TryLater, ask, pauseOf } from "./wire.js";

export { keepAsCopy, takeServers } from "./conflicts.js";

/** @import { DeviceFacts } from "./documents.js" */
/** @import { Store } from "./store.js" */
/** @import { Fetch } from "./wire.js" */

/**
 * What syncing tells of itself.
 * @typedef {object} Syncing
 * @property {"idle"|"sending"|"waiting"|"signed-out"|"other-person"} phase
 * @property {string|null} visitId which visit is on its way
 * @property {boolean} needsSignIn
 * @property {number|null} until when it tries again by itself, in ms since 1970
 * @property {string} words why it waits
 */

const LOCK = "second-visit-sync";
const EACH_MS = 60_000;
// A draft is sent when the thumb rests, its photos when there was time to draw boxes on them.
const REST_MS = 5_000;
const PHOTO_REST_MS = 120_000;
const SOON_MS = 200;

/**
 * @param {Store} store
 * @param {{fetch: Fetch, onChange?: (told: Syncing) => void}} means
 * @returns {{now: () => Promise<void>, stop: () => void}} `now` is the person's button
 */
export function startSync(store, { fetch, onChange = () => undefined }) {
  const stopped = new AbortController();
  const { signal } = stopped;
  /** @type {Promise<void>|null} */
  let running = null;
  /** @type {{isAsked: boolean}|null} */
  let wanted = null;
  let timer = 0;
  let tries = 0;
  // By the clock that nobody can set.
  let notBefore = 0;
  let isServersWish = false;
  /** @type {Map<string, {tries: number, notBefore: number}>} */
  const stumbled = new Map();
  /** @type {DeviceFacts} */
  const device = { appVersion: "unknown", sentAt: new Date(), timeZone: "", clockOffsetMs: null };
  const sender = {
    store,
    ask: async (/** @type {string} */ path, /** @type {import("./wire.js").Wanted} */ wanted) => {
      const answer = await ask(fetch, path, signal, wanted);
      device.clockOffsetMs = answer.clockOffsetMs;
      return answer;
    },
    device: () => ({ ...device, sentAt: new Date(), timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone }),
    onStep: (/** @type {string} */ visitId) => tell({ phase: "sending", visitId }),
  };

  /** @param {Partial<Syncing>} facts */
  const tell = (facts) => {
    if (signal.aborted) return;
    onChange({ phase: "idle", visitId: null, needsSignIn: false, until: null, words: "", ...facts });
  };

  /** @param {number} ms */
  const runIn = (ms, isAsked = false) => {
    clearTimeout(timer);
    if (!signal.aborted) timer = setTimeout(() => void run(isAsked), ms);
  };

  /**
   * @param {boolean} isAsked by the person: then nothing waits for the thumb to rest
   * @param {boolean} isFresh whether it may be better than at the last try: then our own pause is over
   * @returns {Promise<void>}
   */
  const run = (isAsked, isFresh = isAsked) => {
    if (signal.aborted) return Promise.resolve();
    if (isFresh && !isServersWish) {
      notBefore = 0;
      stumbled.clear();
    }
    if (running) {
      wanted = { isAsked: isAsked || Boolean(wanted?.isAsked) };
      return running;
    }
    if (performance.now() < notBefore) {
      runIn(notBefore - performance.now());
      return Promise.resolve();
    }
    running = once(isAsked).finally(() => {
      running = null;
      if (wanted) runIn(SOON_MS, wanted.isAsked);
      wanted = null;
    });
    return running;
  };

  /** @param {boolean} isAsked */
  const once = async (isAsked) => {
    /** @type {Partial<Syncing>} */
    let outcome = {};
    /** @type {unknown} */
    let failure = null;
    try {
      const work = async () => {
        outcome = await syncAll(isAsked);
      };
      if (!(await alone(isAsked, signal, work))) return runIn(REST_MS);
      tries = 0;
      isServersWish = false;
      await store.saveSetting("lastSync", new Date().toISOString());
    } catch (error) {
      failure = error;
    }
    if (signal.aborted) return;
    await countBadge();
    if (failure) pause(failure);
    else tell(outcome);
  };

  /** @param {unknown} error */
  const pause = (error) => {
    if (error instanceof SignedOut) return tell({ phase: "signed-out", needsSignIn: true, words: error.message });
    if (error instanceof OtherPerson) return tell({ phase: "other-person", needsSignIn: true, words: error.message });
    tries += 1;
    const afterMs = error instanceof TryLater ? error.afterMs : null;
    const ms = pauseOf(tries, afterMs);
    isServersWish = afterMs !== null;
    notBefore = performance.now() + ms;
    const words = error instanceof Error ? error.message : "";
    tell({ phase: "waiting", until: Date.now() + ms, words: `${words} What you recorded is safe on this phone.` });
    runIn(ms);
  };

  /**
   * @param {boolean} isAsked
   * @returns {Promise<Partial<Syncing>>}
   */
  const syncAll = async (isAsked) => {
    if (device.appVersion === "unknown") device.appVersion = await shellVersion();
    await takeSheet(store, sender.ask);
    /** @type {TryLater|null} */
    let later = null;
    let next = Infinity;
    for (const visit of await dueVisits(store)) {
      const trouble = stumbled.get(visit.id);
      const rested = isAsked || visit.isFinished ? Infinity : restOf(visit);
      const restMs = visit.isChanged ? REST_MS : PHOTO_REST_MS;
      const wait = Math.max((trouble?.notBefore ?? 0) - performance.now(), restMs - rested);
      if (wait > 0) {
        next = Math.min(next, wait);
        continue;
      }
      tell({ phase: "sending", visitId: visit.id });
      try {
        await sendVisit(sender, visit.id, rested >= PHOTO_REST_MS);
        stumbled.delete(visit.id);
      } catch (error) {
        if (!(error instanceof TryLater) || error.isForAll) throw error;
        const failed = (trouble?.tries ?? 0) + 1;
        const pauseMs = pauseOf(failed, error.afterMs);
        stumbled.set(visit.id, { tries: failed, notBefore: performance.now() + pauseMs });
        next = Math.min(next, pauseMs);
        later = error;
      }
    }
    if (next < Infinity) runIn(next);
    await tidy(store);
    return later ? { phase: "waiting", until: Date.now() + next, words: later.message } : {};
  };

  const countBadge = async () => {
    const visits = await store.eachVisit((visit) => visit).catch(() => null);
    if (visits) await showBadge(countWaiting(visits));
  };

  const onLook = () => {
    if (document.visibilityState === "visible") void run(false, true);
  };
  addEventListener("online", () => void run(false, true), { signal });
  document.addEventListener("visibilitychange", onLook, { signal });
  const each = setInterval(() => {
    if (document.visibilityState === "visible") void run(false);
  }, EACH_MS);
  store.addEventListener(
    "changed",
    (event) => {
      const { visitId, state, elsewhere } = /** @type {CustomEvent} */ (event).detail;
      const isOurs = state === "sent" || state === "needs-you";
      if (elsewhere || !visitId || isOurs) return;
      void countBadge();
      // The button's own run is on its way where somebody pressed it.
      if (!running) runIn(state === "waiting" ? SOON_MS : REST_MS + SOON_MS);
      else wanted ??= { isAsked: false };
    },
    { signal },
  );
  store.addEventListener("closed", () => stopped.abort(), { signal });
  signal.addEventListener("abort", () => {
    clearTimeout(timer);
    clearInterval(each);
  });
  void run(false, true);
  return { now: () => run(true), stop: () => stopped.abort() };
}

/**
 * Do something while no other tab does; false where one does. A person who asked waits for it.
 * @param {boolean} waits
 * @param {AbortSignal} signal
 * @param {() => Promise<void>} work
 */
async function alone(waits, signal, work) {
  if (!navigator.locks) {
    await work();
    return true;
  }
  return navigator.locks.request(LOCK, waits ? { signal } : { ifAvailable: true }, async (lock) => {
    if (lock) await work();
    return lock !== null;
  });
}

/**
 * Return what is to be sent: what is finished first, then the oldest.
 * @param {Store} store
 */
async function dueVisits(store) {
  const heads = await store.eachVisit((visit) => ({
    id: visit.id,
    state: visit.state,
    changedAt: visit.changedAt,
    isFinished: visit.state === "waiting",
    isChanged: isChanged(visit) || Boolean(visit.sync?.attempt),
  }));
  const due = [];
  for (const head of heads) {
    if (head.state !== "draft" && !head.isFinished) continue;
    const isDue = head.isFinished || head.isChanged || (await hasPhotosToSend(store, head.id));
    if (isDue) due.push(head);
  }
  return due.sort((a, b) => Number(b.isFinished) - Number(a.isFinished) || (a.changedAt < b.changedAt ? -1 : 1));
}

/** @param {Store} store @param {string} visitId */
async function hasPhotosToSend(store, visitId) {
  const photos = await store.photosOf(visitId);
  return photos.some((photo) => photo.state === "ready" && !photo.received && photo.byteCount > 0);
}

/** @param {{changedAt: string}} visit */
function restOf({ changedAt }) {
  const ms = Date.now() - Date.parse(changedAt);
  // The clock was set back meanwhile: nobody knows, so it has rested.
  return ms >= 0 ? ms : Infinity;
}

/** The version of the recorder on this phone, which its service worker keeps. */
async function shellVersion() {
  const prefix = "second-visit-shell-";
  const names = await globalThis.caches?.keys().catch(() => []);
  return names?.find((name) => name.startsWith(prefix))?.slice(prefix.length) || "not installed";
}
