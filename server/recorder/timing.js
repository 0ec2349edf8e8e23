// Stopwatches and long waits of a visit: what is stored are their instants, so nothing has to keep running.

import { UNANSWERED, typedDuration } from "./controls.js";
import { button, h } from "./dom.js";
import { isLongWait, isOpen, waited, waitedInVain } from "./rules.js";
import { elapsed, start, stop, watchSince } from "./stopwatch.js";
import { sayClock, sayMoment, saySeconds } from "./words.js";

/** @typedef {import("./types.js").Standard} Standard */
/** @typedef {import("./types.js").LocalAnswer} LocalAnswer */

/**
 * The control of a duration: a stopwatch, or a wait of hours and days; both can be typed instead.
 * @param {Standard} standard
 * @param {import("./controls.js").Change} change
 * @param {string} zone of the channel
 * @returns {import("./controls.js").Control}
 */
export function durationControl(standard, change, zone) {
  const timed = isLongWait(standard) ? longWait(standard, change, zone) : stopwatch(change);
  const typed = typedDuration(standard, change);
  return {
    element: h("div", { class: "duration" }, timed.element, typed.element),
    show(answer) {
      timed.show(answer);
      typed.show(answer);
      typed.element.hidden = isOpen(answer);
    },
    tick: timed.tick,
  };
}

/**
 * The watch of an answer that runs; one that was started elsewhere is only known by its instant.
 * @param {LocalAnswer} answer
 */
export function watchOf(answer) {
  return answer.watch ?? watchSince(answer.openedAt ?? new Date().toISOString());
}

/**
 * What a stopwatch that is stopped now leaves in its answer.
 * @param {LocalAnswer} answer
 * @param {boolean} gaveUp
 * @returns {Partial<LocalAnswer>}
 */
export function stopped(answer, gaveUp) {
  const { seconds, disagreed, closedAt } = stop(watchOf(answer));
  const clockDisagreed = answer.clockDisagreed || disagreed;
  return { ...UNANSWERED, value: seconds, longerThan: gaveUp, closedAt, watch: null, clockDisagreed };
}

/** @param {import("./controls.js").Change} change @returns {import("./controls.js").Control} */
function stopwatch(change) {
  /** @type {LocalAnswer|null} */
  let shown = null;
  const clock = h("p", { class: "clock", role: "timer", "aria-live": "off" });
  const begin = button("Start the stopwatch", () => {
    const watch = start();
    change({ ...UNANSWERED, watch, openedAt: watch.startedAt, closedAt: null, clockDisagreed: false });
  }, { icon: "timer", class: "big" });
  const end = (/** @type {boolean} */ gaveUp) => shown && change(stopped(shown, gaveUp));
  const running = h(
    "div",
    { class: "running", hidden: true },
    clock,
    h("div", { class: "pair" }, button("Stop", () => end(false), { icon: "stop", class: "primary big" }), button("Gave up", () => end(true), { class: "big" })),
  );
  const flag = h("p", { class: "hint", hidden: true }, "The phone’s clock was changed meanwhile. The time is measured without it, and marked.");
  const tick = (/** @type {LocalAnswer} */ answer) => {
    if (isOpen(answer)) clock.textContent = sayClock(elapsed(watchOf(answer)).seconds);
  };
  return {
    element: h("div", {}, begin, running, flag),
    show(answer) {
      shown = answer;
      const runs = isOpen(answer);
      begin.hidden = runs;
      running.hidden = !runs;
      flag.hidden = !answer.clockDisagreed;
      const again = answer.value !== null;
      begin.classList.toggle("primary", !again && !answer.notApplicable);
      const word = /** @type {HTMLElement} */ (begin.querySelector("span"));
      word.textContent = again ? "Measure again" : "Start the stopwatch";
      tick(answer);
    },
    tick,
  };
}

/**
 * @param {Standard} standard
 * @param {import("./controls.js").Change} change
 * @param {string} zone
 * @returns {import("./controls.js").Control}
 */
function longWait(standard, change, zone) {
  /** @type {LocalAnswer|null} */
  let shown = null;
  const since = h("p", { class: "since" });
  const open = (/** @type {string} */ at) =>
    change({ ...UNANSWERED, watch: null, openedAt: at, closedAt: null, clockDisagreed: false });
  const begin = button("Start waiting now", () => open(new Date().toISOString()), { icon: "wait", class: "big" });
  const resume = button("It was too soon: wait on", () => open(shown?.openedAt ?? new Date().toISOString()), { class: "big" });
  const close = (/** @type {Date} */ at, /** @type {boolean} */ replied) => {
    if (!shown?.openedAt) return;
    const openedAt = new Date(shown.openedAt);
    const value = replied ? waited(standard, openedAt, at, zone) : waitedInVain(standard, openedAt, at, zone);
    change({ ...UNANSWERED, value, longerThan: !replied, closedAt: at.toISOString(), watch: null });
  };
  const when = h("input", { type: "datetime-local", "aria-label": "When did the reply come?" });
  const earlier = h(
    "details",
    { class: "more" },
    h("summary", {}, "It came earlier, or never"),
    h("label", { class: "field" }, h("span", {}, "When did the reply come?"), when),
    button("It came then", () => {
      if (when.value) close(new Date(when.value), true);
    }, { class: "big" }),
    button("No reply: stop waiting", () => close(new Date(), false), { class: "big" }),
    h("p", { class: "hint" }, "Stored as longer than the time so far: missed if the target has passed, else unanswered."),
  );
  const running = h("div", { class: "running", hidden: true }, since, button("The reply came just now", () => close(new Date(), true), { icon: "met", class: "primary big" }), earlier);
  const tick = (/** @type {LocalAnswer} */ answer) => {
    if (!isOpen(answer) || !answer.openedAt) return;
    const ran = saySeconds((Date.now() - Date.parse(answer.openedAt)) / 1000);
    const said = `Waiting for ${ran}, since ${sayMoment(answer.openedAt)}. You can leave: it stays open until the reply comes.`;
    if (since.textContent !== said) since.textContent = said;
  };
  return {
    element: h("div", {}, begin, resume, running),
    show(answer) {
      shown = answer;
      const runs = isOpen(answer);
      begin.hidden = runs;
      running.hidden = !runs;
      resume.hidden = runs || answer.value === null || !answer.openedAt;
      if (runs && !when.value) when.value = localMinute(new Date());
      begin.classList.toggle("primary", answer.value === null && !answer.notApplicable);
      const word = /** @type {HTMLElement} */ (begin.querySelector("span"));
      word.textContent = answer.value === null ? "Start waiting now" : "Wait again from now";
      tick(answer);
    },
    tick,
  };
}

/** @param {Date} at */
function localMinute(at) {
  return new Date(at.getTime() - at.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}
