// Shared photos: another app has sent them here, and the person says to which visit they belong.

import { button, fill, h, icon, kindIcon } from "../dom.js";
import { head } from "../frame.js";
import { keepPhoto } from "../photo.js";
import { bringStyles } from "./photo.js";
import { clearShared, removeShared, sharedKeys, sharedPhoto } from "../shared.js";
import { countOf, sayMoment } from "../words.js";

/** @param {import("../app.js").App} app */
export async function openShared(app) {
  await bringStyles();
  const keys = await sharedKeys();
  const visits = (await app.store.visits()).filter((visit) => visit.state === "draft");
  /** @type {string[]} */
  const addresses = [];
  const home = h("a", { class: "button big", href: "#" }, "Go to your visits");
  const title = h("h1", {}, "Shared photos");
  if (!keys.length) {
    const said = new URLSearchParams(location.search).has("shared")
      ? "The photos could not be taken. They are still in the app they came from; share them again."
      : "No shared photo waits here.";
    fill(app.screen, head({ title: "Shared photos" }), h("section", { class: "plain low" }, title, h("p", {}, said), home));
    return () => undefined;
  }
  const pictures = h("div", { class: "pictures" });
  for (const key of keys) {
    const photo = await sharedPhoto(key);
    if (!photo) continue;
    const address = URL.createObjectURL(new Blob([photo.bytes], { type: photo.type }));
    addresses.push(address);
    pictures.append(h("img", { src: address, alt: photo.name || "A shared photo", width: 96, height: 96, loading: "lazy" }));
  }
  const waiting = h("p", { role: "status" }, `${keys.length === 1 ? "1 photo waits" : `${keys.length} photos wait`} here.`);
  const chosen = h("div", { class: "stack" }, ...visits.map((visit) => visitChoice(app, visit, () => give(visit.id))));
  const after = visits.length
    ? h("p", {}, "To which visit do they belong?")
    : h("p", {}, "There is no open visit. Begin one, then come back: the photos stay here.");
  const begin = visits.length ? null : h("a", { class: "button primary big", href: "#new" }, "New visit");
  const leaveOut = button("Leave them out", leave, { class: "big" });
  let isSure = false;
  fill(
    app.screen,
    head({ title: "Shared photos" }),
    h("section", { class: "step shared" }, h("div", { class: "step-head" }, title, waiting), pictures, after, chosen, begin, leaveOut),
    h("div", { class: "dock" }, home),
  );
  return () => addresses.forEach((address) => URL.revokeObjectURL(address));

  /** @param {string} visitId */
  async function give(visitId) {
    for (const one of chosen.querySelectorAll("button")) one.disabled = true;
    try {
      // Each leaves this list only when the visit has it: a page that ends between doubles one, and loses none.
      for (const [at, key] of keys.entries()) {
        waiting.textContent = `Keeping ${at + 1} of ${countOf(keys.length, "photo")}…`;
        const photo = await sharedPhoto(key);
        if (photo) await keepPhoto(app.store, visitId, null, new Blob([photo.bytes], { type: photo.type }));
        await removeShared(key);
      }
      app.say("Photos kept on this phone.");
      location.hash = `#visit=${visitId}`;
    } catch (error) {
      app.tell(error);
      app.reload();
    }
  }

  function leave() {
    if (!isSure) {
      isSure = true;
      leaveOut.classList.add("danger");
      fill(leaveOut, h("span", {}, `Remove ${countOf(keys.length, "photo")} from here`));
      return;
    }
    clearShared();
    location.hash = "#";
  }
}

/**
 * A visit to choose; when it was begun tells two of the same channel apart.
 * @param {import("../app.js").App} app
 * @param {import("../types.js").LocalVisit} visit
 * @param {() => void} onTap
 */
function visitChoice(app, visit, onTap) {
  const channel = app.channelOf(visit.channelId);
  return h(
    "button",
    { type: "button", class: "visit-card", "data-visit": visit.id, on: { click: onTap } },
    h("span", { class: "kind" }, channel ? kindIcon(channel.kind) : icon("picture")),
    h(
      "span",
      { class: "visit-words" },
      h("strong", {}, channel ? channel.brand.name : "A channel that is not on this phone"),
      channel && h("span", {}, channel.name),
      h("span", { class: "hint" }, visit.startedAt ? `begun ${sayMoment(visit.startedAt)}` : "not begun"),
    ),
    icon("next"),
  );
}
