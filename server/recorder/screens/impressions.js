// What a visit was like before and after its standards: impressions, coming back, the story.

import { h } from "../dom.js";

/** @typedef {import("../editing.js").Editing} Editing */

/** @param {Editing} editing */
export function firstImpression(editing) {
  return h(
    "section",
    { class: "card" },
    h("p", { class: "aid" }, "Before the standards: what do you notice in the first ten seconds?"),
    written(editing, "firstImpression", "First impression", "Describe what is there. No names."),
  );
}

/** @param {Editing} editing @param {HTMLElement} photos of the visit as a whole */
export function lastImpression(editing, photos) {
  return h(
    "div",
    { class: "review" },
    h("section", { class: "card" }, written(editing, "lastImpression", "Last impression", "The last thing said, seen or done as you left.")),
    wouldReturn(editing),
    h("section", { class: "card" }, written(editing, "story", "The story of the visit", "What should colleagues know? Praise counts as much as misses.")),
    photos,
  );
}

/** @param {Editing} editing */
function wouldReturn(editing) {
  const inputs = Array.from({ length: 11 }, (_, value) => h("input", { type: "radio", name: "would-return", value }));
  const show = () => inputs.forEach((input, value) => (input.checked = editing.visit.wouldReturn === value));
  const element = h(
    "section",
    { class: "card" },
    h(
      "fieldset",
      {},
      h("legend", {}, "Would you come back?"),
      h("p", { class: "target" }, "0 never, 10 certainly"),
      h("div", { class: "choices grid" }, ...inputs.map((input, value) => h("label", { class: "choice" }, input, h("span", {}, String(value))))),
    ),
  );
  element.addEventListener("click", (event) => {
    const value = inputs.findIndex((input) => input === event.target);
    if (value < 0) return;
    editing.set({ wouldReturn: editing.visit.wouldReturn === value ? null : value });
    show();
  });
  show();
  return element;
}

/**
 * @param {Editing} editing
 * @param {"firstImpression"|"lastImpression"|"story"} name
 * @param {string} label
 * @param {string} placeholder
 */
function written(editing, name, label, placeholder) {
  const area = h("textarea", { rows: 5, maxlength: 4000, placeholder });
  area.value = editing.visit[name];
  area.addEventListener("input", () => editing.set({ [name]: area.value }));
  return h("label", { class: "written" }, h("span", {}, label), area);
}
