// A new visit: find the channel, choose the standards where several sets fit, start.

import { newVisit } from "../documents.js";
import { button, fill, h, icon, kindIcon } from "../dom.js";
import { head } from "../frame.js";
import { editionsFor, sheetOf } from "../rules.js";
import { countOf } from "../words.js";

/** @typedef {import("../types.js").Channel} Channel */

const SHOWN = 40;

/** @param {import("../app.js").App} app @returns {Promise<() => void>} */
export async function openNewVisit(app) {
  const channels = app.sheet?.channels ?? [];
  const search = h("input", { type: "search", placeholder: "Brand, street, area or kind", "aria-label": "Find a channel", autocomplete: "off", enterkeyhint: "search", id: "find-channel" });
  const found = h("div", { class: "found" });
  const said = h("p", { class: "hint" });
  const show = () => {
    const wanted = plain(search.value).split(/\s+/).filter(Boolean);
    const fitting = channels.filter((channel) => wanted.every((word) => plain(`${channel.brand.name} ${channel.name} ${channel.area} ${channel.kind}`).includes(word)));
    fill(found, ...fitting.slice(0, SHOWN).map((channel) => channelRow(channel, () => choose(channel))));
    said.textContent = sayFound(fitting.length, channels.length);
  };
  const choose = (/** @type {Channel} */ channel) => chooseStandards(app, channel);
  search.addEventListener("input", show);
  fill(
    app.screen,
    head({ title: "New visit", detail: "Whom do you visit?" }),
    h("div", { class: "find" }, h("h1", {}, "Which channel?"), said, found),
    h("div", { class: "dock" }, h("label", { class: "search" }, icon("search"), search)),
  );
  show();
  return async () => undefined;
}

/** @param {number} count @param {number} all */
function sayFound(count, all) {
  if (!all) return "No channel is on this phone yet. Connect once, or ask a manager to add one.";
  if (!count) return "No channel fits. One that is not here is added at the desk, on the page Channels.";
  return count > SHOWN ? `${count} channels. Type to find yours.` : countOf(count, "channel");
}

/** @param {string} text */
function plain(text) {
  return text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
}

/** @param {Channel} channel @param {() => void} onTap */
function channelRow(channel, onTap) {
  const facts = [channel.kind, channel.area, channel.brand.is_own ? "our own" : "", channel.brand.is_example ? "example" : ""];
  return h(
    "button",
    { type: "button", class: "channel", on: { click: onTap } },
    kindIcon(channel.kind),
    h("span", { class: "visit-words" }, h("strong", {}, channel.brand.name), h("span", {}, channel.name), h("span", { class: "hint" }, facts.filter(Boolean).join(" · "))),
    icon("next"),
  );
}

/** @param {import("../app.js").App} app @param {Channel} channel */
function chooseStandards(app, channel) {
  const editions = editionsFor(app.sheet?.editions ?? [], channel);
  let chosen = editions[0];
  const start = async () => {
    if (!chosen) return;
    // Held back, so that a second tap starts nothing new.
    begin.disabled = true;
    const visit = await app.store.saveVisit(newVisit({ channelId: channel.id, editionId: chosen.id }));
    location.replace(`#visit=${visit.id}`);
  };
  const begin = button("Start the visit", start, { class: "primary next", iconAfter: "next", id: "start" });
  const options = editions.map((edition, at) => {
    const input = h("input", { type: "radio", name: "edition", value: edition.id, checked: at === 0 });
    input.addEventListener("change", () => (chosen = edition));
    return h("label", { class: "choice wide" }, input, h("span", {}, `${edition.set} · ${countOf(sheetOf(edition, channel).length, "standard")}`));
  });
  fill(
    app.screen,
    head({ title: channel.brand.name, detail: channel.name }),
    h(
      "div",
      { class: "find" },
      h("h1", {}, "Start a visit"),
      h("p", { class: "hint" }, [channel.kind, channel.area].filter(Boolean).join(" · ")),
      editions.length > 0 && h("section", { class: "card" }, h("fieldset", {}, h("legend", {}, "Standards"), h("div", { class: "choices down" }, ...options))),
      !editions.length && h("p", { class: "notice" }, `No standard set is about a channel of kind ${channel.kind} yet. A manager takes one from the library.`),
    ),
    h("div", { class: "dock" }, h("div", { class: "dock-row" }, button("Other channel", () => app.reload(), {}), editions.length > 0 && begin)),
  );
  scrollTo(0, 0);
  app.screen.focus({ preventScroll: true });
}
