// Takes over a page that the server has drawn: what was tapped on it belongs to its visit, now or at a later
// start. early.js has put it into a database of its own, one for each person.

import { UNANSWERED } from "./controls.js";
import { Editing } from "./editing.js";
import { whileNobodyEdits } from "./locks.js";
import { isAllowed } from "./rules.js";

/** @typedef {import("./types.js").Tap} Tap */
/** @typedef {import("./types.js").DrawnStep} DrawnStep */

const PATIENCE_MS = 1000;
const LOOK_MS = 20;
const TAPS = "taps";

/** @returns {DrawnStep|null} what the server has drawn, while it still stands there */
export function drawnStep() {
  return document.querySelector("[data-drawn]");
}

/** The first picture comes before everything that takes a phone's processor. */
export function afterFirstPicture() {
  return new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
    // A page that is not shown paints nothing.
    setTimeout(resolve, PATIENCE_MS);
  });
}

/**
 * Wait until no finger lies on the drawn page, then give what was tapped there and where the reader stood. What
 * follows must put the recorder's own screen in its place at once: nobody taps in between.
 * @param {string} personKey whose recorder it is
 * @returns {Promise<{taps: Tap[], kept: Promise<unknown>, standAgain: (area: HTMLElement) => void}>}
 */
export async function takeDrawn(personKey) {
  const step = drawnStep();
  if (!step) return { taps: [], kept: Promise.resolve(), standAgain: () => undefined };
  const { early } = step;
  const until = performance.now() + PATIENCE_MS;
  // The click of a finger that is lifted over another page is lost.
  while (early?.isDown() && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  const isTheirs = step.dataset.person === personKey;
  const seen = early ? [...early.taps.values()] : tapsSeen(step);
  const top = scrollY;
  const { activeElement } = document;
  const stood = activeElement instanceof HTMLInputElement && step.contains(activeElement) ? activeElement : null;
  return {
    taps: isTheirs ? seen : [],
    kept: early ? early.kept() : Promise.resolve(),
    standAgain(area) {
      if (stood) findInput(area, stood)?.focus({ preventScroll: true });
      if (scrollY !== top) scrollTo(0, top);
    },
  };
}

/**
 * Without early.js only what is chosen can be seen, and not when.
 * @param {DrawnStep} step
 * @returns {Tap[]}
 */
function tapsSeen(step) {
  const inputs = /** @type {HTMLInputElement[]} */ ([...step.querySelectorAll("input:checked")]);
  const [visit, at] = [step.dataset.drawn ?? "", new Date().toISOString()];
  return inputs
    .filter((input) => !input.defaultChecked)
    .map((input) => ({ schema: 1, visit, code: codeOf(input), value: input.value, at }));
}

/** @param {HTMLElement} area @param {HTMLInputElement} like */
function findInput(area, like) {
  const inputs = /** @type {HTMLInputElement[]} */ ([...area.querySelectorAll('input[type="radio"]')]);
  return inputs.find((one) => one.value === like.value && codeOf(one) === codeOf(like));
}

/** @param {Element} inside */
function codeOf(inside) {
  return /** @type {HTMLElement|null} */ (inside.closest("[data-code]"))?.dataset.code ?? "";
}

/**
 * Answer as was tapped; what was answered later stays.
 * @param {Editing} editing
 * @param {Tap[]} taps of this visit
 * @param {import("./types.js").Standard[]} standards of its edition
 */
export function applyTaps(editing, taps, standards) {
  for (const { code, value, at } of taps) {
    const standard = standards.find((one) => one.code === code);
    const { answeredAt } = editing.answer(code);
    const chosen = value === "" || value === "none" ? null : Number(value);
    const fits = standard && (chosen === null || isAllowed(standard, chosen));
    if (!fits || (answeredAt && Date.parse(answeredAt) >= Date.parse(at))) continue;
    if (!editing.visit.startedAt) editing.set({ startedAt: at });
    editing.change(code, { ...UNANSWERED, value: chosen, notApplicable: value === "none" }, at);
  }
}

/**
 * Answer as was tapped in visits that nobody edits just now. Taps stay where they are until their visit has
 * them, also while it is not on this phone.
 * @param {import("./store.js").Store} store
 */
export async function applyRest(store) {
  const taps = await readTaps(store.personKey);
  const editions = taps.length ? (await store.sheet())?.sheet.editions : [];
  for (const id of new Set(taps.map((tap) => tap.visit))) {
    await whileNobodyEdits(id, async () => {
      const visit = await store.visit(id);
      const edition = editions?.find((one) => one.id === visit?.editionId);
      if (!visit || !edition || (visit.state !== "draft" && visit.state !== "sent")) return;
      const theirs = taps.filter((tap) => tap.visit === id);
      if (visit.state === "draft") {
        const editing = new Editing(store, visit, () => undefined);
        applyTaps(editing, theirs, edition.standards);
        await editing.flush();
      }
      await forgetTaps(store.personKey, theirs);
    });
  }
}

/**
 * @param {string} personKey
 * @returns {Promise<Tap[]>} what was tapped, and is in no visit yet
 */
export async function readTaps(personKey) {
  const database = await open(personKey);
  if (!database) return [];
  const asking = database.transaction(TAPS).objectStore(TAPS).getAll();
  return new Promise((resolve) => {
    asking.onsuccess = () => resolve(asking.result.filter((tap) => tap.schema === 1));
    asking.onerror = () => resolve([]);
    database.close();
  });
}

/**
 * @param {string} personKey
 * @param {Tap[]} taps those that have been tapped anew since stay
 */
export async function forgetTaps(personKey, taps) {
  const database = taps.length ? await open(personKey) : null;
  const writing = database?.transaction(TAPS, "readwrite");
  const kept = writing?.objectStore(TAPS);
  for (const { visit, code, at } of taps) {
    const asking = kept?.get([visit, code]);
    if (asking) asking.onsuccess = () => asking.result?.at === at && kept?.delete([visit, code]);
  }
  database?.close();
}

/**
 * @param {string} personKey
 * @returns {Promise<IDBDatabase|null>} null where there is none, or none that answers
 */
function open(personKey) {
  return new Promise((resolve) => {
    let waits = true;
    const giveUp = () => {
      waits = false;
      resolve(null);
    };
    setTimeout(giveUp, PATIENCE_MS);
    const opening = indexedDB.open(`second-visit-taps-${personKey}`, 1);
    // Looking must not make a database on a phone on which nothing was tapped.
    opening.onupgradeneeded = () => opening.transaction?.abort();
    opening.onsuccess = () => {
      if (waits) resolve(opening.result);
      else opening.result.close();
    };
    opening.onerror = giveUp;
  });
}
