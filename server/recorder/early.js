// Runs alone on a page that the server has drawn, before everything else: keeps what is tapped there until the
// recorder takes it over (drawn.js). It comes with the first picture, so each byte of it counts.

/** @typedef {import("./types.js").Tap} Tap */

const AFTER_UP_MS = 100;

/** @type {import("./types.js").DrawnStep|null} */
const step = document.querySelector("[data-drawn]");
if (step) begin(step);

/** @param {import("./types.js").DrawnStep} step */
function begin(step) {
  const { drawn: visit = "", person } = step.dataset;
  /** @type {Map<string, Tap>} */
  const taps = new Map();
  /** @type {Map<string, HTMLInputElement>} */
  const chosen = new Map();
  let downUntil = 0;

  /** @param {string} words */
  const say = (words) => {
    const line = document.querySelector(".early");
    if (line) line.textContent = words;
  };
  /** @param {HTMLInputElement} input */
  const keep = (input) => {
    /** @type {HTMLElement|null} */
    const card = input.closest("[data-code]");
    const code = card?.dataset.code ?? "";
    /** @type {Tap} */
    const tap = { schema: 1, visit, code, value: input.checked ? input.value : "", at: new Date().toISOString() };
    taps.set(code, tap);
    const written = opening.then((database) => write(database, tap));
    kept = Promise.allSettled([kept, written]);
    written.catch(() => say("This browser keeps nothing yet: wait until the recorder has come."));
  };

  const opening = open(`second-visit-taps-${person}`);
  /** @type {Promise<unknown>} */
  let kept = Promise.resolve();
  opening.then(
    () => say("Getting ready. What you tap is kept on this phone."),
    () => undefined,
  );
  step.early = { taps, kept: () => kept, isDown: () => performance.now() < downUntil };
  /** @type {NodeListOf<HTMLInputElement>} */
  const inputs = step.querySelectorAll(":checked");
  for (const input of inputs) {
    chosen.set(input.name, input);
    // Tapped before this came.
    if (!input.defaultChecked) keep(input);
  }
  step.addEventListener("click", ({ target }) => {
    /** @type {any} */
    const input = target;
    if (input.type !== "radio") return;
    // As in the recorder: tapping the chosen one takes it back.
    if (chosen.get(input.name) === input) input.checked = false;
    if (input.checked) chosen.set(input.name, input);
    else chosen.delete(input.name);
    keep(input);
  });
  for (const type of ["pointerdown", "pointerup", "pointercancel"]) {
    addEventListener(type, () => (downUntil = type === "pointerdown" ? Infinity : performance.now() + AFTER_UP_MS), true);
  }

  for (const name of ["theme", "text"]) {
    const set = localStorage.getItem(`second-visit-${name}`);
    if (set) document.documentElement.dataset[name] = set;
  }
  // After the style and the start, which are on their way already.
  const sheets = { rel: "preload", as: "fetch", crossOrigin: "anonymous", href: "/api/v1/sheets" };
  document.head.append(Object.assign(document.createElement("link"), sheets));
}

/** @param {string} name @returns {Promise<IDBDatabase>} */
function open(name) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(name, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("taps", { keyPath: ["visit", "code"] });
    opening.onsuccess = () => {
      opening.result.onversionchange = () => opening.result.close();
      resolve(opening.result);
    };
    opening.onerror = reject;
  });
}

/** @param {IDBDatabase} database @param {Tap} tap */
function write(database, tap) {
  return new Promise((resolve, reject) => {
    const writing = database.transaction("taps", "readwrite", { durability: "strict" });
    writing.objectStore("taps").put(tap);
    writing.oncomplete = resolve;
    writing.onabort = reject;
  });
}
