// Starts the recorder: what is kept is read at once, and each screen comes by the address behind the #.

import { afterPaint, fill, h, whenIdle } from "./dom.js";
import { afterFirstPicture, applyRest, drawnStep, readTaps } from "./drawn.js";
import { applyLooks } from "./frame.js";
import { fromDocument } from "./documents.js";
import { NOBODY, PERSON_KEY, Store, forgetPerson, signedIn } from "./store.js";

/** @typedef {import("./types.js").Sheet} Sheet */
/**
 * What every screen may use.
 * @typedef {object} App
 * @property {HTMLElement} screen
 * @property {import("./store.js").Store} store
 * @property {Sheet|null} sheet
 * @property {{now: () => any, stop: () => void}|null} sync
 * @property {any} syncing what syncing last told of itself
 * @property {Map<string, import("./types.js").LocalVisit>} fresh visits as they were just read, each to be taken once
 * @property {import("./types.js").Tap[]} tapped before the recorder had come, and in no visit yet
 * @property {(id: number) => import("./types.js").Channel|undefined} channelOf
 * @property {(id: number) => import("./types.js").Edition|undefined} editionOf
 * @property {(words: string) => void} say
 * @property {() => void} sayKept
 * @property {(error: unknown) => void} tell
 * @property {() => void} reload show the same screen anew
 */

const CALM_MS = 600;
const RETRY_MS = 20000;
const ASKING_MS = 10000;
const REST_MS = 1500;
const SHEETS = "/api/v1/sheets";

// On the page before the signal is gone; the service worker may not have them yet.
const LATER = [
  () => import("./screens/impressions.js"),
  () => import("./screens/review.js"),
  () => import("./screens/sent.js"),
  () => import("./screens/home.js"),
  () => import("./screens/new_visit.js"),
  () => import("./screens/cover.js"),
  () => import("./screens/phone.js"),
  () => import("./photo.js"),
];

const screen = /** @type {HTMLElement} */ (document.getElementById("screen"));
applyLooks();
takeAddress();
// Asked for before anything is drawn: everything else waits for it.
const key = signedIn() ?? localStorage.getItem(PERSON_KEY);
const known = key && key !== NOBODY ? new Store(key) : null;
const asked = new URLSearchParams(location.hash.slice(1)).get("visit");
const reading = known && Promise.all([known.sheet(), known.setting("open"), asked && known.visit(asked)]);
const tapper = key ?? drawnStep()?.dataset.person;
const tapping = tapper ? readTaps(tapper) : [];

const said = /** @type {HTMLElement} */ (document.getElementById("said"));
let shown = 0;
/** @type {() => void} */
let leave = () => undefined;

// Another page that brings in one of the modules has no place for a screen.
if (screen) {
  start()
    .catch((error) => showTrouble(error))
    // Not before the first screen: what the service worker fetches must not slow it.
    .finally(() => whenIdle(() => import("./install.js"), REST_MS));
}

/** Where a link names a visit before the #, so that the server can draw it, it stands behind it from now on. */
function takeAddress() {
  const given = new URLSearchParams(location.search);
  if (!screen || location.hash.length > 1 || !given.has("visit")) return;
  const wanted = new URLSearchParams();
  for (const name of ["visit", "step"]) {
    const value = given.get(name);
    if (value) wanted.set(name, value);
  }
  history.replaceState(null, "", `/recorder/#${wanted}`);
}

async function start() {
  if (drawnStep()) await afterFirstPicture();
  if (sessionStorage.getItem("second-visit-covered")) await import("./screens/cover.js").then(({ showCover }) => showCover());
  const app = known ? await openKnown(known) : await openFirst();
  if (!app) return;
  listen(app);
  await show(app);
  performance.mark("recorder-shown");
  // Without signal before the worker has everything: sending waits, recording does not.
  const later = () => startRest(app).catch(() => setTimeout(later, RETRY_MS));
  whenIdle(later, REST_MS);
}

/** @param {Store} store */
async function openKnown(store) {
  const app = makeApp(store);
  const [kept, last, visit] = await /** @type {NonNullable<typeof reading>} */ (reading);
  app.sheet = kept?.sheet ?? null;
  app.tapped = await tapping;
  if (visit) app.fresh.set(visit.id, visit);
  if (!kept || (asked && !visit)) await askOnceMore(app);
  // Opened from the home screen after the phone ended it: on with the visit that was open.
  if (location.hash.length < 2 && last) history.replaceState(null, "", `#visit=${last}`);
  return app;
}

/**
 * A page that ended too early may have kept a person and not what there is to record, and a visit may have been
 * begun elsewhere since: syncing keeps it all later.
 * @param {App} app
 */
async function askOnceMore(app) {
  const { store } = app;
  const late = new Promise((resolve) => setTimeout(resolve, ASKING_MS, null));
  const answer = await Promise.race([fetch(SHEETS), late]).catch(() => null);
  /** @type {Sheet|null} */
  const sheet = answer?.ok ? await answer.json().catch(() => null) : null;
  if (!sheet || String(sheet.person.id) !== store.personKey) return;
  app.sheet = sheet;
  const begun = sheet.visits.find((one) => one.id === asked);
  if (!begun || app.fresh.has(begun.id)) return;
  app.fresh.set(begun.id, fromDocument(begun));
  store.takeDocument(begun, (stored) => !stored).catch(showTrouble);
}

/**
 * The first time on this phone, what there is to record comes from the server.
 * @returns {Promise<App|null>} null where somebody has to sign in first
 */
async function openFirst() {
  let answer;
  try {
    answer = await fetch(SHEETS);
  } catch {
    await showSignIn(keepsForSomebody() ? "signed-out" : "offline");
    return null;
  }
  if (!answer.ok) {
    const asking = keepsForSomebody() ? "signed-out" : "sign-in";
    await showSignIn(answer.status === 401 ? asking : "refused");
    return null;
  }
  /** @type {Sheet} */
  const sheet = await answer.json();
  const key = String(sheet.person.id);
  if (signedIn() === NOBODY) forgetPerson();
  const store = new Store(key);
  const app = makeApp(store);
  app.sheet = sheet;
  app.tapped = key === tapper ? await tapping : await readTaps(key);
  // On the screen before they are on the disk: a first tap waits its turn behind them.
  const kept = sheet.visits.map((visit) => {
    app.fresh.set(visit.id, fromDocument(visit));
    return store.takeDocument(visit, (stored) => !stored);
  });
  kept.push(
    new Promise((resolve, reject) =>
      // Much to copy, and nothing that the first screen waits for.
      afterPaint(() => store.saveSheet(answer.headers.get("etag") ?? "", sheet).then(() => resolve(true), reject)),
    ),
  );
  Promise.all(kept).then(() => localStorage.setItem(PERSON_KEY, key), showTrouble);
  return app;
}

/** Whether somebody has signed out on a page, and what they recorded is still here. */
function keepsForSomebody() {
  return signedIn() === NOBODY && localStorage.getItem(PERSON_KEY) !== null;
}

/** @param {"sign-in"|"signed-out"|"offline"|"refused"} why */
async function showSignIn(why) {
  const { openSignIn } = await import("./screens/sign_in.js");
  openSignIn(screen, why);
}

/** @param {import("./store.js").Store} store @returns {App} */
function makeApp(store) {
  let speaking = 0;
  /** @type {App} */
  const app = {
    screen,
    store,
    sheet: null,
    sync: null,
    syncing: null,
    fresh: new Map(),
    tapped: [],
    channelOf: (id) => app.sheet?.channels.find((one) => one.id === id),
    editionOf: (id) => app.sheet?.editions.find((one) => one.id === id),
    say(words) {
      clearTimeout(speaking);
      said.textContent = words;
    },
    sayKept() {
      clearTimeout(speaking);
      // Said once, when the thumb rests: a word for each tap would drown what is being read.
      speaking = window.setTimeout(() => {
        said.textContent = said.textContent === "Kept on this phone." ? "Kept on this phone" : "Kept on this phone.";
      }, CALM_MS);
    },
    tell: showTrouble,
    reload: () => void show(app).catch(showTrouble),
  };
  return app;
}

/** @param {App} app */
function listen(app) {
  addEventListener("hashchange", app.reload);
  for (const event of ["failed", "full", "closed"]) {
    app.store.addEventListener(event, (told) => showTrouble(/** @type {CustomEvent} */ (told).detail, app));
  }
  app.store.addEventListener("changed", async (told) => {
    if (/** @type {CustomEvent} */ (told).detail.visitId === null) app.sheet = (await app.store.sheet())?.sheet ?? app.sheet;
  });
  const watching = () => import("./stopwatch.js").then(({ noteHidden }) => noteHidden(document.visibilityState === "hidden"));
  document.addEventListener("visibilitychange", watching);
}

/** @param {App} app */
async function show(app) {
  shown += 1;
  const turn = shown;
  leave();
  leave = () => undefined;
  for (const open of document.querySelectorAll("dialog[open].panel")) /** @type {HTMLDialogElement} */ (open).close();
  const route = new URLSearchParams(location.hash.slice(1));
  const open = await screenFor(route);
  if (turn !== shown) return;
  const ended = await open(app, route);
  if (turn !== shown) return void ended();
  leave = ended;
  if (turn > 1) {
    scrollTo(0, 0);
    if (!location.hash.includes("standard=")) screen.focus({ preventScroll: true });
  }
  const visitId = route.get("visit");
  app.store.saveSetting("open", visitId ?? "").catch(() => undefined);
}

/**
 * @param {URLSearchParams} route
 * @returns {Promise<(app: App, route: URLSearchParams) => Promise<() => void>>}
 */
async function screenFor(route) {
  if (route.has("visit")) return (await import("./screens/visit.js")).openVisit;
  if (route.has("new")) return (await import("./screens/new_visit.js")).openNewVisit;
  if (route.has("phone")) return (await import("./screens/phone.js")).openPhone;
  if (route.has("conflict")) return (await import("./screens/conflict.js")).openConflict;
  if (route.has("shared")) return (await import("./screens/shared.js")).openShared;
  return (await import("./screens/home.js")).openHome;
}

/**
 * What can wait until the first screen is there: syncing, and the screens that come later, so that they
 * are on the phone when the signal is gone.
 * @param {App} app
 */
async function startRest(app) {
  import("./photo.js").then(({ finishPhotos }) => finishPhotos(app.store)).catch(app.tell);
  applyRest(app.store).catch(() => undefined);
  const { startSync } = await import("./sync.js");
  app.sync = startSync(app.store, {
    fetch: window.fetch.bind(window),
    onChange: (/** @type {any} */ told) => {
      if (told.phase === "other-person") return changePerson();
      app.syncing = told;
      dispatchEvent(new CustomEvent("syncing", { detail: told }));
    },
  });
  for (const bring of LATER) await bring();
  // A picture for the tab only now: it would hold up what is waited for.
  document.querySelector('link[rel="icon"]')?.setAttribute("href", "/icons/icon-192.png");
  performance.mark("recorder-complete");
}

/** Somebody else is signed in: what the one before recorded stays in a store of its own, and out of sight. */
function changePerson() {
  leave();
  fill(screen);
  // A cookie that names somebody else than the session does would bring their store again, without an end.
  forgetPerson();
  history.replaceState(null, "", "/recorder/");
  location.reload();
}

/**
 * Say what went wrong, over everything else.
 * @param {any} error
 * @param {App} [app]
 */
async function showTrouble(error, app) {
  try {
    const { openTrouble } = await import("./screens/trouble.js");
    openTrouble(error, app);
  } catch {
    fill(screen, h("div", { class: "plain" }, h("h1", {}, "This did not work"), h("p", {}, "What you recorded is safe on this phone. Reload the page.")));
  }
}
