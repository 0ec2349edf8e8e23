// One standard of a visit as a card: statement, target, control, verdict, note and photos.

import { controlFor, markOf } from "./controls.js";
import { afterPaint, button, fill, h, icon } from "./dom.js";
import { answeredAs, isOpen, lacksEvidence } from "./rules.js";
import { durationControl } from "./timing.js";
import { sayTarget, sayValue } from "./words.js";

/** @typedef {import("./types.js").Standard} Standard */
/** @typedef {import("./types.js").LocalPhoto} LocalPhoto */
/**
 * What a card needs of the visit around it.
 * @typedef {object} Around
 * @property {import("./editing.js").Editing} editing
 * @property {string} zone of the channel
 * @property {(code: string|null) => LocalPhoto[]} photosOf
 * @property {(code: string|null, from: "take-photo"|"choose-photos") => void} addPhoto
 * @property {(photo: LocalPhoto) => void} openPhoto
 * @property {(photo: LocalPhoto) => Promise<string|null>} pictureOf
 * @property {(standard: Standard) => void} onAnswer
 */

let made = 0;

/**
 * @param {Standard} standard
 * @param {string} place such as "7 of 29"
 * @param {Around} around
 */
export function standardCard(standard, place, around) {
  const { editing } = around;
  const { code } = standard;
  const apply = (/** @type {Partial<import("./types.js").LocalAnswer>} */ changes) => {
    editing.change(code, changes);
    // The thumb sees at once what it chose; what follows from that comes with the next picture.
    (control.colour ?? control.show)(editing.answer(code));
    afterPaint(() => {
      show();
      around.onAnswer(standard);
    });
  };
  const control = standard.measure === "duration" ? durationControl(standard, apply, around.zone) : controlFor(standard, apply);
  const skip = hasOwnSkip(standard)
    ? null
    : button("Not applicable", () => apply(editing.answer(code).notApplicable ? { notApplicable: false } : { notApplicable: true, verdict: null }), { class: "skip", "aria-pressed": "false" });
  const verdict = h("p", { class: "verdict" });
  const evidence = h("p", { class: "wanted", hidden: true }, icon("camera"), h("span", {}, "This verdict asks for a photo or a note."));
  const note = noteField(standard, around, () => show());
  const pictures = h("div", { class: "pictures" });
  made += 1;
  const element = h(
    "article",
    { class: "card", id: `standard-${made}`, "data-code": code },
    h("div", { class: "place" }, h("span", {}, place), standard.no_no && h("span", { class: "no-no" }, icon("warning"), h("span", {}, "No-no")), verdict),
    h(
      "fieldset",
      {},
      h("legend", {}, standard.statement),
      standard.measure !== "yes/no" && h("p", { class: "target" }, `Target: ${sayTarget(standard)}`),
      standard.job_aid && h("p", { class: "aid" }, standard.job_aid),
      standard.script && h("p", { class: "script" }, standard.script),
      control.element,
      skip,
    ),
    evidence,
    h(
      "div",
      { class: "tools" },
      note.opener,
      button("Take photo", () => around.addPhoto(code, "take-photo"), { class: "tool", icon: "camera" }),
      button("Choose", () => around.addPhoto(code, "choose-photos"), { class: "tool", icon: "picture", "aria-label": "Choose photos" }),
    ),
    note.element,
    pictures,
  );

  /** Bring everything in the card in step with what is kept. */
  function show() {
    const answer = editing.answer(code);
    control.show(answer);
    const judged = answeredAs(standard, answer);
    element.dataset.verdict = judged ?? "";
    showVerdict(verdict, standard, answer, judged);
    skip?.setAttribute("aria-pressed", String(answer.notApplicable));
    evidence.hidden = !lacksEvidence(standard, answer, around.photosOf(code).length);
    note.show();
  }

  function showPhotos() {
    evidence.hidden = !lacksEvidence(standard, editing.answer(code), around.photosOf(code).length);
    fillPictures(pictures, around.photosOf(code), { open: around.openPhoto, pictureOf: around.pictureOf });
  }

  show();
  showPhotos();
  return { element, standard, show, showPhotos, tick: () => control.tick?.(editing.answer(code)) };
}

/** @param {Standard} standard */
function hasOwnSkip(standard) {
  return standard.measure === "yes/no" || standard.measure === "rating";
}

/**
 * Say a verdict by word, shape and colour.
 * @param {HTMLElement} line
 * @param {Standard} standard
 * @param {import("./types.js").LocalAnswer} answer
 * @param {import("./types.js").Verdict|null} judged
 */
function showVerdict(line, standard, answer, judged) {
  let words = "";
  if (judged) words = judged[0]?.toUpperCase() + judged.slice(1);
  else if (isOpen(answer)) words = "";
  else if (answer.value !== null) words = "Not settled";
  if (words && answer.value !== null && !answer.notApplicable && standard.measure !== "yes/no") {
    words = `${words} · ${sayValue(standard, answer.value, answer.longerThan)}`;
  }
  if (line.dataset.said === words && line.dataset.verdict === (judged ?? "")) return;
  line.dataset.said = words;
  line.dataset.verdict = judged ?? "";
  fill(line, judged && h("span", { class: "badge" }, markOf(judged)), words && h("span", {}, words));
}

/**
 * A note that opens on a tap and stays open where something is written.
 * @param {Standard} standard
 * @param {Around} around
 * @param {() => void} onChange
 */
function noteField(standard, around, onChange) {
  const { editing } = around;
  const area = h("textarea", {
    rows: 3, maxlength: 4000, "aria-label": `Note: ${standard.statement}`, placeholder: "What happened, in a line or two. No names.",
  });
  const element = h("div", { class: "note", hidden: true }, area);
  area.addEventListener("input", () => {
    editing.change(standard.code, { note: area.value });
    onChange();
  });
  const opener = button("Note", () => {
    element.hidden = !element.hidden;
    opener.setAttribute("aria-expanded", String(!element.hidden));
    if (!element.hidden) area.focus();
  }, { class: "tool", icon: "note", "aria-expanded": "false" });
  return {
    element,
    opener,
    show() {
      const { note } = editing.answer(standard.code);
      if (document.activeElement !== area && area.value !== note) area.value = note;
      if (note && element.hidden) {
        element.hidden = false;
        opener.setAttribute("aria-expanded", "true");
      }
    },
  };
}

/**
 * Show photos as small pictures; one that cannot be shown says so.
 * @param {HTMLElement} place
 * @param {LocalPhoto[]} photos
 * @param {{open: Around["openPhoto"], pictureOf: Around["pictureOf"]}} how
 */
export function fillPictures(place, photos, how) {
  /** @type {Map<string, HTMLElement>} */
  const there = new Map();
  for (const one of /** @type {HTMLElement[]} */ ([...place.children])) there.set(one.dataset.photo ?? "", one);
  const wanted = photos.map((photo, at) => {
    const key = `${photo.id} ${photo.sha256} ${photo.state}`;
    const known = there.get(key);
    if (known) return known;
    const said = photo.state === "undecodable" ? "This photo cannot be shown. It stays in the draft." : `Photo ${at + 1}${photo.caption ? `: ${photo.caption}` : ""}`;
    const shown = button(photo.state === "undecodable" ? "Cannot be shown" : "…", () => how.open(photo), { class: "picture", "aria-label": said, "data-photo": key });
    if (photo.state !== "undecodable") {
      how.pictureOf(photo).then((address) => {
        if (address) fill(shown, h("img", { src: address, alt: "", width: 88, height: 88, decoding: "async" }));
        else fill(shown, h("span", {}, "On the server"));
      });
    }
    return shown;
  });
  if (wanted.length !== place.childElementCount || wanted.some((one, at) => one !== place.children[at])) fill(place, ...wanted);
}

