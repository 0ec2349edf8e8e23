// A visit that was changed here and elsewhere: both are shown, nothing is merged, the person chooses.

import { fromDocument } from "../documents.js";
import { button, fill, h } from "../dom.js";
import { channelHead } from "../frame.js";
import { sheetOf } from "../rules.js";
import { sayValue } from "../words.js";
import { exportFile } from "./trouble.js";

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
  const rows = differences(mine, theirs, sheetOf(edition, channel));
  const act = (/** @type {"keepAsCopy"|"takeServers"} */ what) => async () => {
    try {
      const solving = await import("../sync.js");
      const visit = await solving[what](app.store, id);
      location.replace(`#visit=${visit?.id ?? id}`);
      app.sync?.now();
    } catch (error) {
      app.tell(error);
    }
  };
  fill(
    app.screen,
    channelHead(channel),
    h(
      "div",
      { class: "step" },
      h("div", { class: "step-head" }, h("h1", {}, "Changed in two places"), h("p", { class: "hint" }, "Here and elsewhere. Nothing was overwritten: the server keeps its own, this phone keeps yours.")),
      h("section", { class: "card" }, h("h2", {}, "Where they differ"), ...(rows.length ? rows.map(differenceRow) : [h("p", {}, document.state === "draft" ? "In nothing that was answered." : `The server’s is ${document.state} already; in what was answered they do not differ.`)])),
      button("Save the export file of mine", () => exportFile(app, id).catch(app.tell), { class: "big" }),
    ),
    h("div", { class: "dock" }, h("div", { class: "stack" }, button("Keep mine as a copy", act("keepAsCopy"), { class: "primary big", id: "keep-mine" }), button("Take the server’s", act("takeServers"), { class: "big", id: "take-theirs" }))),
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
  return h("div", { class: "difference" }, h("h3", {}, what), h("dl", {}, h("dt", {}, "Mine"), h("dd", {}, here || "empty"), h("dt", {}, "The server’s"), h("dd", {}, there || "empty")));
}
