// Stopwatches that run elsewhere in the visit: they are seen and stopped from every step.

import { button, fill, h, icon } from "./dom.js";
import { isLongWait, isOpen } from "./rules.js";
import { elapsed } from "./stopwatch.js";
import { stopped, watchOf } from "./timing.js";
import { sayClock } from "./words.js";

const SHOWN = 2;

/**
 * @param {import("./editing.js").Editing} editing
 * @param {import("./types.js").Standard[]} standards
 * @param {() => void} onStop
 */
export function runningStrip(editing, standards, onStop) {
  const element = h("div", { class: "strip" });
  const timed = standards.filter((one) => one.measure === "duration" && !isLongWait(one));
  let drawn = "";

  const tick = () => {
    for (const clock of /** @type {NodeListOf<HTMLElement>} */ (element.querySelectorAll(".strip-clock"))) {
      clock.textContent = sayClock(elapsed(watchOf(editing.answer(clock.dataset.code ?? ""))).seconds);
    }
  };
  /** @param {import("./types.js").Standard} standard */
  const rowOf = (standard) => {
    const clock = h("strong", { class: "strip-clock", role: "timer", "aria-live": "off", "data-code": standard.code });
    const end = () => {
      editing.change(standard.code, stopped(editing.answer(standard.code), false));
      onStop();
    };
    const stop = button("Stop", end, { "aria-label": `Stop: ${standard.statement}` });
    return h("div", { class: "strip-row" }, icon("timer"), clock, h("span", {}, standard.statement), stop);
  };
  return {
    element,
    tick,
    /** @param {Set<string>} inSight codes whose own control is on the screen */
    show(inSight) {
      const running = timed.filter((one) => !inSight.has(one.code) && isOpen(editing.visit.answers[one.code]));
      const wanted = running.slice(-SHOWN);
      const names = wanted.map((one) => one.code).join("\n");
      if (names !== drawn) fill(element, ...wanted.map(rowOf));
      drawn = names;
      tick();
    },
  };
}
