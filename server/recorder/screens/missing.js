// A visit that is not on this phone, or whose standards are not.

import { button, fill, h } from "../dom.js";
import { channelHead, head } from "../frame.js";

/**
 * @param {import("../app.js").App} app
 * @param {import("../types.js").LocalVisit|null} visit
 * @returns {() => void}
 */
export function showMissing(app, visit) {
  const words = visit
    ? "The standards of this visit are not on this phone yet. What was recorded is safe. Connect once, then try again."
    : "This visit is not on this phone. Nothing was lost: look for it among your visits.";
  const again = async () => {
    await app.sync?.now();
    app.reload();
  };
  fill(
    app.screen,
    visit ? channelHead(app.channelOf(visit.channelId)) : head({ title: "Visits" }),
    h("div", { class: "plain low" }, h("h1", {}, visit ? "Not here yet" : "No such visit"), h("p", {}, words), visit && button("Try again", again, { class: "primary big", icon: "sync" }), h("a", { class: "button big", href: "#" }, "All visits")),
  );
  // What it lacks may be on its way just now.
  const ended = new AbortController();
  const look = () => {
    if (visit && app.channelOf(visit.channelId) && app.editionOf(visit.editionId)) app.reload();
  };
  addEventListener("syncing", look, { signal: ended.signal });
  return () => ended.abort();
}
