// Quick notes: one line each with its time, taken in passing and sorted to a standard later.

import { button, fill, h, panel } from "../dom.js";
import { sayTime } from "../words.js";

/**
 * @typedef {object} Notes
 * @property {import("../app.js").App} app
 * @property {import("../editing.js").Editing} editing
 * @property {import("../types.js").Standard[]} standards
 * @property {() => void} onChange
 */

/** @param {Notes} notes */
export function openNotes(notes) {
  const { app, editing } = notes;
  const line = h("input", { type: "text", maxlength: 500, enterkeyhint: "done", placeholder: "What did you notice?", "aria-label": "Quick note", autocomplete: "off" });
  const list = h("div", {});
  const show = () => fill(list, noteList({ ...notes, onChange: () => {
    show();
    notes.onChange();
  } }));
  const keep = () => {
    const text = line.value.trim();
    if (!text) return;
    const note = { id: crypto.randomUUID(), at: new Date().toISOString(), text };
    editing.set({ quickNotes: [...editing.visit.quickNotes, note] });
    line.value = "";
    app.say("Note kept on this phone.");
    notes.onChange();
    show();
    line.focus();
  };
  const form = h("form", { class: "quick" }, line, h("button", { type: "submit", class: "primary" }, "Keep"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    keep();
  });
  show();
  const shown = panel("Quick notes", h("p", { class: "hint" }, "One line each, with its time. Sort them to a standard when there is time."), list, form);
  shown.addEventListener("close", keep);
  line.focus();
}

/**
 * The notes that are not sorted yet, each with the standards it may belong to.
 * @param {Notes} notes
 */
export function noteList({ app, editing, standards, onChange }) {
  const { quickNotes } = editing.visit;
  if (!quickNotes.length) return h("p", { class: "hint" }, "No quick note waits to be sorted.");
  return h("ul", { class: "notes" }, ...quickNotes.map((note) => {
    const remove = () => editing.set({ quickNotes: editing.visit.quickNotes.filter((one) => one.id !== note.id) });
    const choose = h("select", { "aria-label": `Sort to a standard: ${note.text}` }, h("option", { value: "" }, "Sort to a standard…"), ...standards.map((one) => h("option", { value: one.code }, one.statement)));
    choose.addEventListener("change", () => {
      if (!choose.value) return;
      const before = editing.answer(choose.value).note;
      editing.change(choose.value, { note: `${before ? `${before}\n` : ""}${sayTime(note.at)} ${note.text}` });
      remove();
      app.say("Sorted to its standard.");
      onChange();
    });
    const away = button("Remove", () => {
      remove();
      onChange();
    }, { "aria-label": `Remove: ${note.text}` });
    return h("li", {}, h("p", {}, h("time", { datetime: note.at }, sayTime(note.at)), " ", note.text), h("div", { class: "pair" }, choose, away));
  }));
}
