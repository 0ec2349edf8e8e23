// One control for each measure. A control shows an answer in place and tells what was changed; it is built
// once and never drawn anew under a thumb.

import { button, fill, h, icon, iconButton } from "./dom.js";
import { readNumber, readParts, writeParts } from "./reading.js";
import { answeredAs, isAllowed, isInDays, isLongWait } from "./rules.js";
import { sayNumber, stepsOf } from "./words.js";

/** @typedef {import("./types.js").Standard} Standard */
/** @typedef {import("./types.js").LocalAnswer} LocalAnswer */
/**
 * `show` brings the control in step with an answer; `colour` does of that what costs no new layout; `tick` moves
 * what runs.
 * @typedef {(answer: LocalAnswer) => void} Show
 * @typedef {{element: HTMLElement, show: Show, colour?: Show, tick?: Show}} Control
 */
/** @typedef {(changes: Partial<LocalAnswer>) => void} Change */

/** What an answer is when nothing is chosen any more. */
export const UNANSWERED = { value: null, notApplicable: false, longerThan: false, countedOf: null, verdict: null };

let made = 0;

/**
 * The control of a standard's measure. Stopwatches and waits are in `timing.js`.
 * @param {Standard} standard
 * @param {Change} change
 * @returns {Control}
 */
export function controlFor(standard, change) {
  switch (standard.measure) {
    case "yes/no":
      return choices(standard, [["Yes", 1], ["No", 0], ["Not applicable", null]], change, "across");
    case "rating": {
      const steps = stepsOf(standard).map((words, at) => /** @type {[string, number|null]} */ ([`${at + 1} · ${words}`, at + 1]));
      return choices(standard, [...steps, ["Not applicable", null]], change, "down");
    }
    case "count":
      return count(standard, change);
    case "share":
      return share(standard, change);
    default:
      return number(standard, change);
  }
}

/**
 * One of a few: radio buttons. Tapping the chosen one takes it back.
 * @param {Standard} standard
 * @param {[string, number|null][]} options words and value; null is "not applicable"
 * @param {Change} change
 * @param {"across"|"down"} shape
 * @returns {Control}
 */
function choices(standard, options, change, shape) {
  made += 1;
  const name = `choice-${made}`;
  /** @type {HTMLInputElement|null} */
  let chosen = null;
  const inputs = options.map(([, value]) => h("input", { type: "radio", name, value: value ?? "none" }));
  const element = h(
    "div",
    { class: `choices ${shape}` },
    ...options.map(([words, value], at) =>
      h("label", { class: value === null ? "choice quiet" : "choice" }, inputs[at], h("span", { class: "mark" }), h("span", {}, words)),
    ),
  );
  element.addEventListener("click", (event) => {
    const input = inputs.find((one) => one === event.target);
    if (!input) return;
    const value = options[inputs.indexOf(input)]?.[1] ?? null;
    if (input === chosen) {
      input.checked = false;
      change(UNANSWERED);
    } else {
      change({ ...UNANSWERED, value, notApplicable: value === null });
    }
  });
  const colour = (/** @type {LocalAnswer} */ answer) => {
    const verdict = answeredAs(standard, answer);
    chosen = null;
    for (const [at, input] of inputs.entries()) {
      const value = options[at]?.[1] ?? null;
      const isChosen = value === null ? answer.notApplicable : !answer.notApplicable && answer.value === value;
      if (isChosen) chosen = input;
      if (input.checked !== isChosen) input.checked = isChosen;
      const label = /** @type {HTMLElement} */ (input.parentElement);
      const shown = isChosen ? (verdict ?? "") : "";
      if (label.dataset.verdict !== shown) label.dataset.verdict = shown;
    }
  };
  return {
    element,
    colour,
    show(answer) {
      colour(answer);
      const verdict = answeredAs(standard, answer);
      for (const input of inputs) {
        const mark = /** @type {HTMLElement} */ (input.nextElementSibling);
        const shown = input === chosen ? (verdict ?? "") : "";
        if (mark.dataset.shown === shown) continue;
        mark.dataset.shown = shown;
        fill(mark, input === chosen && verdict && markOf(verdict));
      }
    },
  };
}

/** @param {import("./types.js").Verdict} verdict */
export function markOf(verdict) {
  return icon(verdict === "not applicable" ? "skipped" : verdict);
}

/**
 * A field for a number, and the words that stand below it while what is typed cannot be stored.
 * @param {{label: string, unit?: string, mode?: "decimal"|"numeric", hint?: string, size?: string}} facts
 */
export function numberField({ label, unit = "", mode = "decimal", hint = "", size = "" }) {
  made += 1;
  const input = h("input", {
    type: "text", inputmode: mode, autocomplete: "off", enterkeyhint: "done", id: `field-${made}`, placeholder: hint, class: size,
  });
  const element = h("div", { class: "field" }, h("label", { for: input.id }, label), h("div", { class: "field-row" }, input, unit && h("span", { class: "unit", "aria-hidden": "true" }, unit)));
  return { element, input };
}

/** A line that says what cannot be stored, and what to write instead. */
export function refusal() {
  made += 1;
  const element = h("p", { class: "refusal", id: `refusal-${made}`, hidden: true });
  return {
    element,
    /** @param {HTMLInputElement[]} inputs @param {string} words */
    say(inputs, words) {
      element.hidden = !words;
      element.textContent = words;
      for (const input of inputs) {
        if (words) {
          input.setAttribute("aria-invalid", "true");
          input.setAttribute("aria-describedby", element.id);
        } else {
          input.removeAttribute("aria-invalid");
          input.removeAttribute("aria-describedby");
        }
      }
    },
  };
}

/**
 * Whether a field may be written over: never the one that is being typed in.
 * @param {HTMLInputElement} input
 * @param {string} text
 */
export function put(input, text) {
  if (document.activeElement !== input && input.value !== text) input.value = text;
}

/** @param {Standard} standard @param {Change} change @returns {Control} */
function number(standard, change) {
  const { unit } = standard;
  const field = numberField({ label: unit ? `What you measured, in ${unit}` : "What you measured", unit, hint: sayNumber(standard.target), size: "wide" });
  const refused = refusal();
  const { input } = field;
  const read = (/** @type {boolean} */ isDone) => {
    const value = readNumber(input.value);
    if (!input.value.trim()) change(UNANSWERED);
    else if (value !== null) change({ ...UNANSWERED, value });
    const words = "Not stored: write a number such as 1250 or 2.5, thousands without a comma.";
    refused.say([input], isDone && input.value.trim() && value === null ? words : "");
  };
  input.addEventListener("input", () => read(false));
  input.addEventListener("change", () => read(true));
  // Number keys of phones have no minus.
  const sign = iconButton("Below or above zero", "minus", () => {
    input.value = input.value.startsWith("-") ? input.value.slice(1) : `-${input.value}`;
    read(false);
    input.focus();
  });
  field.element.querySelector(".field-row")?.prepend(sign);
  return {
    element: h("div", {}, field.element, refused.element),
    show: (answer) => put(input, answer.value === null || answer.notApplicable ? "" : String(answer.value)),
  };
}

/** @param {Standard} standard @param {Change} change @returns {Control} */
function count(standard, change) {
  const { unit } = standard;
  const field = numberField({ label: unit ? `How many ${unit}` : "How many", mode: "numeric", size: "middle" });
  const refused = refusal();
  const { input } = field;
  /** @type {number|null} */
  let counted = null;
  const step = (/** @type {number} */ by) => {
    counted = counted === null ? Math.max(by, 0) : Math.max(counted + by, 0);
    input.value = String(counted);
    refused.say([input], "");
    change({ ...UNANSWERED, value: counted });
  };
  const read = (/** @type {boolean} */ isDone) => {
    const value = readNumber(input.value);
    const fits = value !== null && isAllowed(standard, value);
    if (!input.value.trim()) change(UNANSWERED);
    else if (fits) change({ ...UNANSWERED, value });
    refused.say([input], isDone && input.value.trim() && !fits ? "Not stored: write a whole number from 0." : "");
  };
  input.addEventListener("input", () => read(false));
  input.addEventListener("change", () => read(true));
  const row = /** @type {Element} */ (field.element.querySelector(".field-row"));
  row.prepend(iconButton("One less", "minus", () => step(-1), { class: "step" }));
  row.append(iconButton("One more", "plus", () => step(1), { class: "step" }));
  row.classList.add("counter");
  return {
    element: h("div", {}, field.element, refused.element),
    show(answer) {
      counted = answer.notApplicable ? null : answer.value;
      put(input, counted === null ? "" : String(counted));
    },
  };
}

/** @param {Standard} standard @param {Change} change @returns {Control} */
function share(standard, change) {
  const percent = numberField({ label: "Percent", unit: "%", hint: sayNumber(standard.target) });
  const hits = numberField({ label: "or counted", mode: "numeric" });
  const whole = numberField({ label: "of", mode: "numeric" });
  const refused = refusal();
  const counted = [hits.input, whole.input];
  const readPercent = (/** @type {boolean} */ isDone) => {
    const value = readNumber(percent.input.value);
    const fits = value !== null && isAllowed(standard, value);
    for (const input of counted) input.value = "";
    if (!percent.input.value.trim()) change(UNANSWERED);
    else if (fits) change({ ...UNANSWERED, value });
    refused.say([percent.input], isDone && percent.input.value.trim() && !fits ? "Not stored: write a percentage from 0 to 100." : "");
  };
  const readCounted = (/** @type {boolean} */ isDone) => {
    const [k, n] = counted.map((input) => readNumber(input.value));
    const areWhole = k !== null && n !== null && k !== undefined && n !== undefined && Number.isInteger(k) && Number.isInteger(n);
    const fits = areWhole && n > 0 && k >= 0 && k <= n;
    if (fits) {
      percent.input.value = "";
      change({ ...UNANSWERED, value: (100 * k) / n, countedOf: n });
    } else if (counted.every((input) => !input.value.trim()) && !percent.input.value.trim()) {
      change(UNANSWERED);
    }
    const typed = counted.every((input) => input.value.trim());
    refused.say(counted, isDone && typed && !fits ? "Not stored: write whole numbers, such as 19 of 20." : "");
  };
  percent.input.addEventListener("input", () => readPercent(false));
  percent.input.addEventListener("change", () => readPercent(true));
  for (const input of counted) {
    input.addEventListener("input", () => readCounted(false));
    input.addEventListener("change", () => readCounted(true));
  }
  return {
    element: h("div", {}, h("div", { class: "fields" }, percent.element, hits.element, whole.element), refused.element),
    show(answer) {
      const known = answer.notApplicable ? null : answer.value;
      const isCounted = known !== null && answer.countedOf !== null;
      if (counted.includes(/** @type {any} */ (document.activeElement))) return;
      put(percent.input, known === null || isCounted ? "" : String(known));
      put(hits.input, isCounted ? String(Math.round((known * (answer.countedOf ?? 0)) / 100)) : "");
      put(whole.input, isCounted ? String(answer.countedOf) : "");
    },
  };
}

/**
 * How long something took, typed: minutes and seconds, hours and minutes, or days.
 * @param {Standard} standard
 * @param {Change} change
 * @returns {Control}
 */
export function typedDuration(standard, change) {
  const inDays = isInDays(standard);
  const long = isLongWait(standard);
  const sizes = inDays ? [1] : long ? [3600, 60] : [60, 1];
  const words = inDays ? [standard.unit] : long ? ["h", "min"] : ["min", "s"];
  const labels = inDays ? [`Or type how many ${standard.unit}`] : long ? ["Or type hours", "Minutes"] : ["Or type minutes", "Seconds"];
  const fields = words.map((unit, at) => numberField({ label: labels[at] ?? "", unit, mode: inDays ? "decimal" : "numeric" }));
  const inputs = fields.map((field) => field.input);
  const refused = refusal();
  let longerThan = false;
  const gaveUp = button("Gave up: longer than this", () => {
    longerThan = !longerThan;
    change({ longerThan });
  }, { class: "toggle", "aria-pressed": "false", hidden: true });
  const read = (/** @type {boolean} */ isDone) => {
    const isBlank = inputs.every((input) => !input.value.trim());
    const value = readParts(inputs.map((input) => input.value), sizes);
    const ended = { openedAt: null, closedAt: null, watch: null, clockDisagreed: false };
    if (isBlank) change({ ...UNANSWERED, ...ended });
    else if (value !== null) change({ ...UNANSWERED, ...ended, value, longerThan });
    refused.say(inputs, isDone && value === null ? "Not stored: write numbers, such as 1 and 30." : "");
  };
  for (const input of inputs) {
    input.addEventListener("input", () => read(false));
    input.addEventListener("change", () => read(true));
  }
  return {
    element: h("div", { class: "typed" }, h("div", { class: "fields" }, ...fields.map((field) => field.element)), refused.element, gaveUp),
    show(answer) {
      const known = answer.notApplicable ? null : answer.value;
      longerThan = answer.longerThan;
      gaveUp.hidden = known === null;
      gaveUp.setAttribute("aria-pressed", String(longerThan));
      if (inputs.includes(/** @type {any} */ (document.activeElement))) return;
      const parts = known === null ? [] : writeParts(known, sizes);
      for (const [at, input] of inputs.entries()) put(input, parts[at] ?? "");
    },
  };
}
