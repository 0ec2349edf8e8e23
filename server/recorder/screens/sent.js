// A visit that is finished: where it stands, what it came to, and what is left to do with it.

import { button, fill, h, icon } from "../dom.js";
import { channelHead } from "../frame.js";
import { stateOf } from "../queue.js";
import { answeredAs, isComplete, scoreOf, sheetOf } from "../rules.js";
import { countOf, sayScore, sayValue } from "../words.js";
import { markOf } from "../controls.js";
import { exportFile } from "./trouble.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../types.js").LocalVisit} LocalVisit */

/**
 * @param {App} app
 * @param {LocalVisit} visit
 * @param {import("../types.js").Edition} edition
 * @param {import("../types.js").Channel} channel
 * @returns {Promise<() => void>}
 */
export async function openSent(app, visit, edition, channel) {
  const ended = new AbortController();
  const standards = sheetOf(edition, channel);
  const score = scoreOf(visit, standards);
  const state = h("p", { class: "state big-state" });
  const todo = h("div", { class: "stack" });
  const show = async () => {
    const now = await app.store.visit(visit.id);
    const photos = await app.store.photosOf(visit.id);
    if (ended.signal.aborted) return;
    if (!now || now.state === "draft") return app.reload();
    state.textContent = stateOf(now, photos, app.syncing?.visitId === visit.id).words;
    state.dataset.state = now.state;
    fill(todo, ...whatToDo(app, now));
  };
  const missed = standards.filter((one) => answeredAs(one, visit.answers[one.code]) === "missed");
  fill(
    app.screen,
    channelHead(channel),
    h(
      "div",
      { class: "step" },
      h("div", { class: "step-head" }, h("h1", {}, visit.state === "sent" ? "On the server" : "Finished"), state),
      h("section", { class: "card result" }, h("p", { class: "score" }, sayScore(score, isComplete(score.coverage, edition.minimum_coverage))), h("p", { class: "hint" }, `${edition.set}, edition ${edition.number}`)),
      missed.length > 0 && h("section", { class: "card" }, h("h2", {}, `Missed: ${countOf(missed.length, "standard")}`), ...missed.map((one) => {
        const answer = visit.answers[one.code];
        const said = answer && answer.value !== null && one.measure !== "yes/no" ? ` · ${sayValue(one, answer.value, answer.longerThan)}` : "";
        return h("p", { class: "missed-line" }, h("span", { class: "badge", "data-verdict": "missed" }, markOf("missed")), h("span", {}, one.statement + said));
      })),
    ),
    h("div", { class: "dock" }, todo),
  );
  await show();
  app.store.addEventListener("changed", () => void show().catch(app.tell), { signal: ended.signal });
  addEventListener("syncing", () => void show().catch(app.tell), { signal: ended.signal });
  return () => ended.abort();
}

/** @param {App} app @param {LocalVisit} visit */
function whatToDo(app, visit) {
  const home = h("a", { class: "button big", href: "#" }, icon("home"), h("span", {}, "All visits"));
  if (visit.state === "sent") return [home];
  const again = button("Change it again", async () => {
    await app.store.saveVisit({ ...visit, state: "draft", problem: "", problemCode: "", place: "review" });
    app.reload();
  }, { class: "big" });
  const out = button("Save the export file", () => exportFile(app, visit.id).catch(app.tell), { class: "big" });
  if (visit.state === "waiting") return [button("Send now", () => void app.sync?.now(), { class: "primary big", icon: "send" }), h("div", { class: "pair" }, again, home)];
  const isConflict = Boolean(visit.sync?.theirs);
  const solve = isConflict && h("a", { class: "button primary big", href: `#conflict=${visit.id}` }, "See both, and choose");
  return [solve || button("Send again", async () => {
    await app.store.saveVisit({ ...visit, state: "waiting", problem: "", problemCode: "" });
    app.sync?.now();
    app.reload();
  }, { class: "primary big", icon: "send" }), h("div", { class: "pair" }, isConflict ? null : again, out), home];
}
