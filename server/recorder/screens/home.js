// Home: what waits to be done, drafts side by side, what is on its way, and the way to a new visit.

import { button, fill, h, icon, kindIcon } from "../dom.js";
import { head } from "../frame.js";
import { isChanged, stateOf } from "../queue.js";
import { isOpen, progressOf, sheetOf } from "../rules.js";
import { countOf, sayDay, sayMoment } from "../words.js";
import { signInLink } from "./sign_in.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../types.js").LocalVisit} LocalVisit */

/** @param {App} app @returns {Promise<() => void>} */
export async function openHome(app) {
  const ended = new AbortController();
  const lists = h("div", { class: "lists" });
  /** @type {HTMLElement|null} */
  let sharedLink = null;
  const line = h("div", { class: "sync-line" });
  fill(
    app.screen,
    head({ title: "Visits", detail: app.sheet?.person.name ?? "", home: false }),
    h("h1", { class: "unseen" }, "Visits"),
    line,
    lists,
    h(
      "nav",
      { class: "dock", "aria-label": "Visits" },
      h("div", { class: "dock-row" }, h("a", { class: "only-icon", href: "#phone", "aria-label": "This phone", title: "This phone" }, icon("phone")), h("a", { class: "button primary next", href: "#new" }, icon("plus"), h("span", {}, "New visit"))),
    ),
  );
  const show = async () => {
    const visits = await app.store.visits();
    const photos = await Promise.all(visits.map((visit) => app.store.photosOf(visit.id)));
    if (ended.signal.aborted) return;
    fill(line, sharedLink, syncLine(app, visits));
    fill(lists, ...groupsOf(app, visits, photos));
  };
  let due = 0;
  const soon = () => {
    clearTimeout(due);
    due = window.setTimeout(() => show().catch(app.tell), 100);
  };
  const offerShared = async () => {
    const { countShared } = await import("../shared.js");
    const count = await countShared();
    if (!count) return;
    sharedLink = h("a", { class: "button", href: "#shared" }, icon("picture"), h("span", {}, `Put ${countOf(count, "shared photo")} into a visit`));
    soon();
  };
  app.store.addEventListener("changed", soon, { signal: ended.signal });
  addEventListener("syncing", soon, { signal: ended.signal });
  await show();
  offerShared().catch(app.tell);
  return () => {
    clearTimeout(due);
    ended.abort();
  };
}

/** @param {App} app @param {LocalVisit[]} visits */
function syncLine(app, visits) {
  const syncing = app.syncing ?? {};
  const finished = visits.filter((visit) => visit.state === "waiting").length;
  const drafts = visits.filter((visit) => visit.state === "draft" && isChanged(visit)).length;
  if (syncing.needsSignIn) {
    return h("div", { class: "notice" }, h("p", {}, "Sign in again to send what waits. What you recorded is safe on this phone."), signInLink());
  }
  if (!finished && !drafts) {
    return h("p", { class: "hint calm" }, icon("met"), h("span", {}, visits.length ? "Everything is on the server." : "Nothing waits on this phone."));
  }
  const words = [finished && `${countOf(finished, "visit")} to send`, drafts && `${countOf(drafts, "draft")} changed here`].filter(Boolean).join(", ");
  return h("div", { class: "pending" }, h("p", { class: "hint calm" }, icon("sync"), h("span", {}, `${words}.`)), button("Send now", () => void app.sync?.now(), {}));
}

/** @param {App} app @param {LocalVisit[]} visits @param {import("../types.js").LocalPhoto[][]} photos */
function groupsOf(app, visits, photos) {
  const rows = visits.map((visit, at) => ({ visit, photos: photos[at] ?? [] }));
  const newest = (/** @type {{visit: LocalVisit}} */ a, /** @type {{visit: LocalVisit}} */ b) => (a.visit.changedAt < b.visit.changedAt ? 1 : -1);
  const soonest = (/** @type {{visit: LocalVisit}} */ a, /** @type {{visit: LocalVisit}} */ b) => ((a.visit.dueOn ?? "9") < (b.visit.dueOn ?? "9") ? -1 : 1);
  const of = (/** @type {(visit: LocalVisit) => boolean} */ fits) => rows.filter(({ visit }) => fits(visit));
  const groups = [
    { title: "Needs you", rows: of((visit) => visit.state === "needs-you").sort(newest) },
    { title: "To do", rows: of((visit) => visit.state === "draft" && !visit.startedAt).sort(soonest) },
    { title: "Drafts", rows: of((visit) => visit.state === "draft" && Boolean(visit.startedAt)).sort(newest) },
    { title: "On the way", rows: of((visit) => visit.state === "waiting").sort(newest) },
    { title: "Sent", rows: of((visit) => visit.state === "sent").sort(newest) },
  ].filter((group) => group.rows.length);
  if (!groups.length) {
    return [h("div", { class: "empty" }, h("h2", {}, "No visit on this phone"), h("p", {}, "Start one: every answer is kept here the moment you tap it, with or without signal."))];
  }
  return groups.map((group) => h("section", {}, h("h2", {}, group.title), ...group.rows.map((row) => visitCard(app, row.visit, row.photos))));
}

/** @param {App} app @param {LocalVisit} visit @param {import("../types.js").LocalPhoto[]} photos */
function visitCard(app, visit, photos) {
  const channel = app.channelOf(visit.channelId);
  const edition = app.editionOf(visit.editionId);
  const state = stateOf(visit, photos, app.syncing?.visitId === visit.id);
  const standards = channel && edition ? sheetOf(edition, channel) : [];
  const { answered, of } = progressOf(visit, standards);
  const running = standards.filter((one) => isOpen(visit.answers[one.code])).length;
  const overdue = visit.state === "draft" && visit.dueOn && visit.dueOn < new Date().toLocaleDateString("en-CA");
  const isBegun = visit.state !== "draft" || Boolean(visit.startedAt);
  const facts = [
    visit.state === "draft" && visit.startedAt && of ? `${answered} of ${of} answered` : "",
    visit.startedAt ? `begun ${sayMoment(visit.startedAt)}` : countOf(of, "standard"),
    running ? `${countOf(running, "timer")} running` : "",
  ].filter(Boolean);
  return h(
    "a",
    { class: "visit-card", href: `#visit=${visit.id}`, "data-state": state.name },
    h("span", { class: "kind" }, channel && kindIcon(channel.kind)),
    h(
      "span",
      { class: "visit-words" },
      h("strong", {}, channel ? channel.brand.name : "A channel that is not on this phone"),
      channel && h("span", {}, [channel.name, channel.area, channel.brand.is_example ? "example" : ""].filter(Boolean).join(" · ")),
      h("span", { class: "hint" }, facts.join(" · ")),
      visit.dueOn && visit.state === "draft" && h("span", { class: overdue ? "due late" : "due" }, overdue ? icon("warning") : null, `${overdue ? "Overdue, was due" : "Due"} ${sayDay(visit.dueOn)}`),
      isBegun && h("span", { class: "state" }, state.words),
    ),
    icon("next"),
    visit.state === "draft" && answered > 0 && h("progress", { max: of, value: answered, "aria-hidden": "true" }),
  );
}
