// Shared photos: another app has sent them here, and the person says to which visit they belong.

import { button, fill, h } from "../dom.js";
import { keepPhoto } from "../photo.js";
import { bringStyles } from "./photo.js";
import { clearShared, removeShared, sharedKeys, sharedPhoto } from "../shared.js";

/** @param {import("../app.js").App} app */
export async function openShared(app) {
  await bringStyles();
  const keys = await sharedKeys();
  const visits = (await app.store.visits()).filter((visit) => visit.state === "draft");
  /** @type {string[]} */
  const addresses = [];
  const home = h("a", { class: "button", href: "#" }, "Go to your visits");
  const title = h("h1", {}, "Shared photos");
  if (!keys.length) {
    const said = new URLSearchParams(location.search).has("shared")
      ? "The photos could not be taken. They are still in the app they came from; share them again."
      : "No shared photo waits here.";
    fill(app.screen, h("section", { class: "plain shared" }, title, h("p", {}, said), home));
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
  const words = keys.length === 1 ? "1 photo waits" : `${keys.length} photos wait`;
  const chosen = h(
    "div",
    { class: "choices" },
    ...visits.map((visit) => {
      const channel = app.channelOf(visit.channelId);
      const name = channel ? `${channel.brand.name} · ${channel.name}` : "A visit";
      return button(name, () => give(visit.id), { class: "wide", icon: "picture", "data-visit": visit.id });
    }),
  );
  const after = visits.length
    ? h("p", {}, "To which visit do they belong?")
    : h("p", {}, "There is no open visit. Begin one, then come back: the photos stay here.");
  const begin = visits.length ? null : h("a", { class: "button primary", href: "#new" }, "New visit");
  const leaveOut = button("Leave them out", leave, { class: "quiet" });
  fill(app.screen, h("section", { class: "plain shared" }, title, h("p", {}, `${words} here.`), pictures, after, chosen, begin, leaveOut, home));
  return () => addresses.forEach((address) => URL.revokeObjectURL(address));

  /** @param {string} visitId */
  async function give(visitId) {
    for (const one of chosen.querySelectorAll("button")) one.disabled = true;
    try {
      // Each leaves this list only when the visit has it: a page that ends between doubles one, and loses none.
      for (const key of keys) {
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
    clearShared();
    location.hash = "#";
  }
}
