// This phone: room left, last sync, export, update, light and dark, text size, cover, signing out.

import { button, fill, h, icon } from "../dom.js";
import { cover, head, setText, switchTheme } from "../frame.js";
import { isChanged } from "../queue.js";
import { countOf, nameOf, sayBytes, sayMoment } from "../words.js";
import { exportFile } from "./trouble.js";

/** @typedef {import("../app.js").App} App */

/** @param {App} app @returns {Promise<() => void>} */
export async function openPhone(app) {
  const ended = new AbortController();
  const facts = h("dl", { class: "facts" });
  const exports = h("div", { class: "stack" });
  const leaving = h("div", { class: "stack" });
  const update = h("p", { class: "hint", role: "status" });
  const show = async () => {
    const [room, visits, last] = await Promise.all([app.store.room(), app.store.visits(), app.store.setting("lastSync")]);
    if (ended.signal.aborted) return;
    const waiting = visits.filter((visit) => visit.state !== "sent" && (visit.state !== "draft" || isChanged(visit)));
    fill(
      facts,
      ...fact("Signed in", app.sheet?.person.name ?? "nobody"),
      ...fact("Room left", room.quota === null || room.usage === null ? "this browser does not say" : `${sayBytes(Math.max(room.quota - room.usage, 0))}, ${sayBytes(room.usage)} used`),
      ...fact("Kept for good", sayPersisted(room.persisted)),
      ...fact("Last sync", last ? sayMoment(last) : "not yet"),
      ...fact("Not on the server", waiting.length ? countOf(waiting.length, "visit") : "nothing"),
    );
    const open = visits.filter((visit) => visit.state !== "sent");
    fill(exports, ...open.map((visit) => button(nameOf(app.channelOf(visit.channelId)), () => exportFile(app, visit.id).catch(app.tell), { class: "row", iconAfter: "next" })), !open.length && h("p", { class: "hint" }, "No visit here that the server does not have."));
    fill(leaving, signOut(app, waiting.length, leaving));
  };
  fill(
    app.screen,
    head({ title: "This phone" }),
    h(
      "div",
      { class: "step" },
      h("div", { class: "step-head" }, h("h1", {}, "This phone")),
      h("section", { class: "card" }, facts, button("Sync now", () => void app.sync?.now(), { class: "big", icon: "sync" })),
      h("section", { class: "card" }, h("h2", {}, "To the eye"), h("div", { class: "pair" }, button("Light or dark", switchTheme, { class: "big", icon: "dark" }), button("Cover the screen", cover, { class: "big", icon: "cover" })), textSizes()),
      h("section", { class: "card" }, h("h2", {}, "Save an export file"), h("p", { class: "hint" }, "One visit with its photos, as a file that opens without this program."), exports),
      h("section", { class: "card" }, h("h2", {}, "At a desk"), h("a", { class: "row", href: "/" }, h("span", {}, "Open the pages: visits, comparing, standards"), icon("next"))),
      h("section", { class: "card" }, h("h2", {}, "Version"), button("Look for an update", () => lookForUpdate(update), { class: "big", icon: "sync" }), update, h("a", { class: "row", href: "/recorder/recover" }, h("span", {}, "Repair the program"), icon("next"))),
      h("section", { class: "card" }, h("h2", {}, "Sign out"), leaving),
    ),
  );
  await show();
  addEventListener("syncing", () => void show().catch(app.tell), { signal: ended.signal });
  return () => ended.abort();
}

/** @param {string} name @param {string} value */
function fact(name, value) {
  return [h("dt", {}, name), h("dd", {}, value)];
}

/** @param {boolean|null} persisted */
function sayPersisted(persisted) {
  if (persisted === null) return "this browser does not say";
  return persisted ? "yes, the browser clears nothing by itself" : "not promised: install the app, or send soon";
}

function textSizes() {
  const now = document.documentElement.dataset.text;
  const sizes = /** @type {["usual"|"large"|"largest", string][]} */ ([["usual", "Usual"], ["large", "Large"], ["largest", "Largest"]]);
  return h(
    "fieldset",
    {},
    h("legend", {}, "Text"),
    h("div", { class: "choices across" }, ...sizes.map(([size, words]) => {
      const input = h("input", { type: "radio", name: "text-size", checked: size === now });
      input.addEventListener("change", () => setText(size));
      return h("label", { class: "choice" }, input, h("span", {}, words));
    })),
  );
}

/** @param {HTMLElement} said */
async function lookForUpdate(said) {
  said.textContent = "Looking…";
  try {
    const registration = await navigator.serviceWorker?.getRegistration();
    await registration?.update();
    said.textContent = registration?.waiting || registration?.installing ? "A new version is ready." : "This is the newest version.";
  } catch {
    said.textContent = "No connection. What you recorded is safe. Try again with signal.";
  }
}

/** @param {App} app @param {number} waiting @param {HTMLElement} place */
function signOut(app, waiting, place) {
  const leave = async () => {
    try {
      app.sync?.stop();
      await app.store.wipe();
      sessionStorage.clear();
    } catch (error) {
      return app.tell(error);
    }
    // Without signal the session ends by itself; what was here has left the phone already.
    await fetch("/sign-out", { method: "POST", headers: { "Content-Type": "application/x-www-form-urlencoded" }, redirect: "manual" }).catch(() => undefined);
    location.replace("/recorder/");
    location.reload();
  };
  if (!waiting) {
    return h("div", { class: "stack" }, h("p", { class: "hint" }, "Everything is on the server. Signing out removes it from this phone."), button("Sign out", leave, { class: "big", id: "sign-out" }));
  }
  const ask = () => fill(
    place,
    h("div", { class: "notice", role: "alert" }, h("p", {}, `${countOf(waiting, "visit")} would be lost: the server does not have ${waiting === 1 ? "it" : "them"}. Send first, or save the export file.`)),
    button("Stay signed in", () => app.reload(), { class: "primary big" }),
    button("Remove and sign out", leave, { class: "big danger", id: "sign-out-anyway" }),
  );
  return h("div", { class: "stack" }, h("p", { class: "hint" }, `${countOf(waiting, "visit")} on this phone ${waiting === 1 ? "is" : "are"} not on the server.`), button("Sign out", ask, { class: "big", id: "sign-out" }));
}
