// Review: what is unanswered, still waited for or without its evidence, what it would come to, and Send.

import { button, fill, h, icon } from "../dom.js";
import { answeredAs, isComplete, isOpen, lacksEvidence, scoreOf, touchpointsOf } from "../rules.js";
import { countOf, sayCoverage, sayScore } from "../words.js";
import { noteList } from "./notes.js";

/** @typedef {import("../types.js").Standard} Standard */
/**
 * @typedef {object} Reviewed
 * @property {import("../app.js").App} app
 * @property {import("../editing.js").Editing} editing
 * @property {Standard[]} standards
 * @property {import("../types.js").Edition} edition
 * @property {import("../types.js").Channel} channel
 * @property {import("../types.js").LocalPhoto[]} photos
 * @property {HTMLElement} slot of the dock, where the thumb is
 * @property {(code: string) => void} goTo
 * @property {() => void} onChange
 */

/** @param {Reviewed} reviewed */
export function review(reviewed) {
  const element = h("div", { class: "review" });
  show(element, reviewed);
  return element;
}

/** @param {HTMLElement} element @param {Reviewed} reviewed */
function show(element, reviewed) {
  const { app, editing, standards, edition, photos, goTo, onChange } = reviewed;
  const { visit } = editing;
  const waiting = standards.filter((one) => isOpen(visit.answers[one.code]));
  const unanswered = standards.filter((one) => !answeredAs(one, visit.answers[one.code]) && !waiting.includes(one));
  const bare = standards.filter((one) => lacksEvidence(one, visit.answers[one.code], photos.filter((photo) => photo.code === one.code).length));
  const missed = standards.filter((one) => answeredAs(one, visit.answers[one.code]) === "missed");
  const score = scoreOf(visit, standards);
  const complete = isComplete(score.coverage, edition.minimum_coverage);
  const anything = standards.some((one) => answeredAs(one, visit.answers[one.code]));
  const isWhole = !waiting.length && !unanswered.length && !bare.length;
  fill(
    element,
    h(
      "section",
      { class: "card result", "data-verdict": score.noNosMissed.length ? "missed" : "" },
      h("p", { class: "hint" }, "It would come to"),
      h("p", { class: "score" }, sayScore(score, complete)),
      h("p", { class: "hint" }, `${sayCoverage(score.coverage)} of the weight is answered.${complete ? "" : ` Below ${sayCoverage(edition.minimum_coverage)} the visit is kept, but stays out of comparisons.`}`),
    ),
    score.noNosMissed.length > 0 && listed("No-no missed", score.noNosMissed, "warning", goTo),
    waiting.length > 0 && listed("Still waiting", waiting, "wait", goTo),
    listed("Unanswered", unanswered, "list", goTo),
    listed("Photo or note missing", bare, "camera", goTo),
    isWhole && h("p", { class: "whole-line" }, icon("met"), "Every standard is answered, with its evidence."),
    listed("Missed", missed.filter((one) => !one.no_no), "missed", goTo),
    visit.quickNotes.length > 0 && h("section", { class: "card" }, h("h2", {}, "Quick notes"), noteList({ app, editing, standards, onChange: () => {
      onChange();
      show(element, reviewed);
    } })),
    sendPart(reviewed, waiting, anything),
  );
}

/** @param {Reviewed} reviewed @param {Standard[]} waiting @param {boolean} anything */
function sendPart({ app, editing, slot }, waiting, anything) {
  fill(slot);
  if (waiting.length) return h("p", { class: "notice" }, "The visit can be sent when each wait has ended. Until then it stays a draft, also on the server.");
  if (!anything) return h("p", { class: "notice" }, "No standard has an answer yet, so there is nothing to send. Answer at least one.");
  const send = async () => {
    const leftAt = editing.visit.leftAt ?? new Date().toISOString();
    editing.set({ state: "waiting", leftAt, place: "", pendingPhoto: null });
    await editing.flush();
    app.say("Waiting to be sent.");
    app.sync?.now();
    app.reload();
  };
  fill(slot, button("Send the visit", send, { class: "primary next", icon: "send", id: "send" }));
  return h("p", { class: "hint" }, "Without signal it waits on this phone and goes out by itself.");
}

/**
 * @param {string} title
 * @param {Standard[]} standards
 * @param {import("../dom.js").IconName} name
 * @param {(code: string) => void} goTo
 */
function listed(title, standards, name, goTo) {
  if (!standards.length) return null;
  const groups = [...touchpointsOf(standards)];
  const long = standards.length > 6;
  return h(
    "details",
    { class: "card gaps", open: !long },
    h("summary", {}, icon(name), h("span", {}, `${title}: ${countOf(standards.length, "standard")}`)),
    ...groups.map(([touchpoint, together]) => h("div", {}, h("p", { class: "group" }, touchpoint), ...together.map((one) => button(one.statement, () => goTo(one.code), { class: "row", iconAfter: "next" })))),
  );
}
