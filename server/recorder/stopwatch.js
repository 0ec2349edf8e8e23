// Stopwatches run from two clocks: the clock on the wall, which outlives reloads but can be set, and the
// page's own, which nobody can set but which ends with the page and may stand still while a phone sleeps.

/** @typedef {import("./types.js").Watch} Watch */
/**
 * The clocks at one moment, in milliseconds; `slept` is how much the page's clock has missed so far.
 * @typedef {{wall: number, performance: number, bootKey: string, slept: number}} Clocks
 */

const TOLERATED_MS = 2000;
const TOLERATED_SHARE = 0.01;

const bootKey = `${performance.timeOrigin}`;
let slept = 0;
/** @type {{wall: number, performance: number}|null} */
let hiddenSince = null;

/**
 * Read both clocks.
 * @returns {Clocks}
 */
export function clocksNow() {
  return { wall: Date.now(), performance: performance.now(), bootKey, slept };
}

/**
 * Note that the page was hidden or shown: only while it is hidden can a phone sleep.
 * @param {boolean} isHidden
 * @param {Clocks} [now]
 */
export function noteHidden(isHidden, now = clocksNow()) {
  if (isHidden) {
    hiddenSince ??= { wall: now.wall, performance: now.performance };
  } else if (hiddenSince) {
    slept += missed(hiddenSince, now);
    hiddenSince = null;
  }
}

/**
 * How much longer a hidden time took by the wall than by the page's clock.
 * @param {{wall: number, performance: number}} since
 * @param {{wall: number, performance: number}} now
 */
function missed(since, now) {
  const difference = now.wall - since.wall - (now.performance - since.performance);
  return difference > TOLERATED_MS ? difference : 0;
}

/**
 * Start a stopwatch.
 * @param {Clocks} [now]
 * @returns {Watch}
 */
export function start(now = clocksNow()) {
  return {
    startedAt: new Date(now.wall).toISOString(),
    performanceAt: now.performance + now.slept,
    bootKey: now.bootKey,
  };
}

/**
 * How long a stopwatch has run. Within one page the page's clock counts, so that setting the phone's clock
 * changes nothing; after a reload only the clock on the wall is left.
 * @param {Watch} watch
 * @param {Clocks} [now]
 * @returns {{seconds: number, disagreed: boolean}}
 */
export function elapsed(watch, now = clocksNow()) {
  const byWall = now.wall - Date.parse(watch.startedAt);
  if (watch.bootKey !== now.bootKey) {
    // A clock set back across a reload: how long it took is not known, and it says so.
    return { seconds: Math.max(byWall, 0) / 1000, disagreed: byWall < -TOLERATED_MS };
  }
  const byPage = now.performance + now.slept - watch.performanceAt;
  const apart = Math.abs(byWall - byPage);
  const disagreed = apart > TOLERATED_MS && apart > TOLERATED_SHARE * Math.max(Math.abs(byWall), byPage);
  return { seconds: Math.max(byPage, 0) / 1000, disagreed };
}

/**
 * Stop a stopwatch: whole seconds, as a thumb is no better than a second.
 * @param {Watch} watch
 * @param {Clocks} [now]
 */
export function stop(watch, now = clocksNow()) {
  const { seconds, disagreed } = elapsed(watch, now);
  return { seconds: Math.floor(seconds), disagreed, closedAt: new Date(now.wall).toISOString() };
}

/**
 * A watch that both clocks agree on again from now: one carried over from another page load, or one whose
 * wall clock was set meanwhile. Null where it can stay as it is.
 * @param {Watch} watch
 * @param {Clocks} [now]
 * @returns {{watch: Watch, disagreed: boolean}|null}
 */
export function settled(watch, now = clocksNow()) {
  const { seconds, disagreed } = elapsed(watch, now);
  if (!disagreed && watch.bootKey === now.bootKey) return null;
  const startedAt = new Date(now.wall - seconds * 1000).toISOString();
  const performanceAt = now.performance + now.slept - seconds * 1000;
  return { watch: { startedAt, performanceAt, bootKey: now.bootKey }, disagreed };
}

/**
 * The watch of something opened elsewhere, of which only the instant is known.
 * @param {string} openedAt
 * @param {Clocks} [now]
 * @returns {Watch}
 */
export function watchSince(openedAt, now = clocksNow()) {
  const ran = Math.max(now.wall - Date.parse(openedAt), 0);
  return { startedAt: openedAt, performanceAt: now.performance + now.slept - ran, bootKey: now.bootKey };
}
