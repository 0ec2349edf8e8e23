// A visit that was changed here and elsewhere: both are shown, nothing is merged, the person chooses.

import { fromDocument, photosIn } from "../documents.js";
import { button, fill, h } from "../dom.js";
import { channelHead } from "../frame.js";
import { sheetOf } from "../rules.js";
import { countOf, sayValue } from "../words.js";
import { exportFile } from "./trouble.js";

/** @typedef {import("../types.js").LocalPhoto} LocalPhoto */
/** @typedef {import("../types.js").LocalVisit} LocalVisit */
/** @typedef {import("../types.js").Standard} Standard */

/** @param {import("../app.js").App} app @param {URLSearchParams} route @returns {Promise<() => void>} */
export async function openConflict(app, route) {
  const id = route.get("conflict") ?? "";
  const mine = await app.store.visit(id);
  const document = mine?.sync?.theirs;
  const channel = mine ? app.channelOf(mine.channelId) : undefined;
  const edition = mine ? app.editionOf(mine.editionId) : undefined;
  if (!mine || !document || !channel || !edition) {
    location.replace(mine ? `#visit=${id}` : "#");
    return async () => undefined;
  }
  const theirs = fromDocument(document, mine);
  const photos = await app.store.photosOf(id);
  const rows = [...differences(mine, theirs, sheetOf(edition, channel)), ...differingPhotos(photos, photosIn(document))];
  const act = async (/** @type {"keepAsCopy"|"takeServers"} */ what) => {
    try {
      const solving = await import("../sync.js");
      const visit = await solving[what](app.store, id);
      location.replace(`#visit=${visit?.id ?? id}`);
      app.sync?.now();
    } catch (error) {
      app.tell(error);
    }
  };
  let isSure = false;
  const take = button("Take the server’s", () => {
    if (isSure) return void act("takeServers");
    isSure = true;
    fill(take, h("span", {}, "Give up mine for good"));
    app.say("What only this phone has of this visit would be gone. Tap again to give it up for good.");
  }, { class: "big", id: "take-theirs" });
  fill(
    app.screen,
    channelHead(channel),
    h(
      "div",
      { class: "step" },
      h("div", { class: "step-head" }, h("h1", {}, "Changed in two places"), h("p", { class: "hint" }, "Here and elsewhere. Nothing was overwritten: the server keeps its own, this phone keeps yours.")),
      h(
        "ul",
        { class: "ways" },
        h("li", {}, h("strong", {}, "Keep mine as a copy: "), "yours goes on as a visit of its own, beside the server’s."),
        h("li", {}, h("strong", {}, "Take the server’s: "), "what only this phone has of this visit is given up."),
      ),
      h("section", { class: "card" }, h("h2", {}, "Where they differ"), ...(rows.length ? rows.map(differenceRow) : [h("p", {}, document.state === "draft" ? "In nothing that was answered." : `The server’s is ${document.state} already; in what was answered they do not differ.`)])),
      button("Save the export file of mine", () => exportFile(app, id).catch(app.tell), { class: "big" }),
    ),
    h("div", { class: "dock" }, h("div", { class: "pair" }, button("Keep mine as a copy", () => void act("keepAsCopy"), { class: "primary big", id: "keep-mine" }), take)),
  );
  return async () => undefined;
}

/** @param {LocalVisit} mine @param {LocalVisit} theirs @param {Standard[]} standards */
function differences(mine, theirs, standards) {
  /** @type {[string, string, string][]} */
  const all = [
    ["First impression", mine.firstImpression, theirs.firstImpression],
    ...standards.map((one) => /** @type {[string, string, string]} */ ([one.statement, sayAnswer(one, mine), sayAnswer(one, theirs)])),
    ["Last impression", mine.lastImpression, theirs.lastImpression],
    ["Would you come back?", String(mine.wouldReturn ?? ""), String(theirs.wouldReturn ?? "")],
    ["The story of the visit", mine.story, theirs.story],
    ["Quick notes", mine.quickNotes.map((note) => note.text).join("\n"), theirs.quickNotes.map((note) => note.text).join("\n")],
  ];
  return all.filter(([, here, there]) => here !== there);
}

/**
 * @param {LocalPhoto[]} mine
 * @param {LocalPhoto[]} theirs
 * @returns {[string, string, string][]}
 */
function differingPhotos(mine, theirs) {
  const sayBeside = (/** @type {LocalPhoto[]} */ these, /** @type {LocalPhoto[]} */ others) => {
    const own = these.filter((photo) => !others.some((other) => other.sha256 === photo.sha256)).length;
    return own ? `${countOf(these.length, "photo")}, ${own} only here` : "";
  };
  const row = /** @type {[string, string, string]} */ (["Photos", sayBeside(mine, theirs), sayBeside(theirs, mine)]);
  if (!row[1] && !row[2]) return [];
  return [[row[0], row[1] || countOf(mine.length, "photo"), row[2] || countOf(theirs.length, "photo")]];
}

/** @param {Standard} standard @param {LocalVisit} visit */
function sayAnswer(standard, visit) {
  const answer = visit.answers[standard.code];
  if (!answer) return "";
  let said = answer.verdict ?? "";
  if (answer.notApplicable) said = "not applicable";
  else if (answer.value !== null) said = sayValue(standard, answer.value, answer.longerThan);
  else if (answer.openedAt && !answer.closedAt) said = "still running";
  return [said, answer.note].filter(Boolean).join(" · ");
}

/** @param {[string, string, string]} row */
function differenceRow([what, here, there]) {
  return h("div", { class: "difference" }, h("h3", {}, what), h("dl", {}, h("div", {}, h("dt", {}, "Mine"), h("dd", {}, here || "empty")), h("div", {}, h("dt", {}, "The server’s"), h("dd", {}, there || "empty"))));
}
