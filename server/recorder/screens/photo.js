// One photo: seen in full, with its caption, black boxes over what nobody else should see, and removal.

import { button, fill, h, panel } from "../dom.js";
import { burnBoxes, photoUrl } from "../photo.js";

/** @import { Box } from "../drawing.js" */
/** @import { Store } from "../store.js" */

const STYLES = "/recorder/screens/photo.css";
// A box that a finger's slip draws would hide nothing.
const SMALLEST = 0.015;
const STEP = 0.02;
const CALM_MS = 600;

/**
 * Show a photo over the page.
 * @param {Store} store
 * @param {string} photoId
 * @returns {Promise<void>} when it was closed
 */
export async function openPhoto(store, photoId) {
  const first = await store.photo(photoId);
  if (!first) return;
  await bringStyles();
  /** @type {Box[]} */
  const boxes = [];
  let address = await photoUrl(store, photoId);
  let isDrawing = false;
  let note = "";

  const picture = h("img", { alt: first.caption || "The photo", draggable: "false" });
  const layer = h("div", { class: "boxes" });
  const stage = h("div", { class: "photo-stage" }, picture, layer);
  const said = h("p", { class: "hint", role: "status" });
  const tools = h("div", { class: "photo-tools" });
  const caption = h("input", { type: "text", maxlength: 300, value: first.caption, placeholder: "What it shows", "aria-label": "Caption", autocomplete: "off", enterkeyhint: "done" });
  const shown = panel("Photo", stage, said, tools, h("label", { class: "photo-caption" }, "Caption", caption));
  shown.classList.add("photo");
  const closed = new Promise((resolve) => shown.addEventListener("close", resolve, { once: true }));
  const ended = new AbortController();
  let writing = 0;
  caption.addEventListener("input", () => {
    clearTimeout(writing);
    writing = window.setTimeout(keepCaption, CALM_MS);
  });
  caption.addEventListener("change", keepCaption);
  layer.addEventListener("pointerdown", drawBox);
  store.addEventListener("changed", () => void refresh().catch(() => undefined), { signal: ended.signal });
  let sha256 = "";
  await refresh();
  await closed;
  ended.abort();
  clearTimeout(writing);
  await keepCaption();
  if (address) URL.revokeObjectURL(address);

  async function refresh() {
    const photo = await store.photo(photoId);
    if (!photo) return void shown.close();
    if (photo.sha256 !== sha256) {
      sha256 = photo.sha256;
      if (address) URL.revokeObjectURL(address);
      address = await photoUrl(store, photoId);
      if (address) picture.src = address;
    }
    stage.hidden = photo.state === "undecodable" || !address;
    if (!isDrawing) showTools(photo);
  }

  /** @param {import("../types.js").LocalPhoto & {bytes: ArrayBuffer|null}} photo */
  function showTools(photo) {
    stage.classList.remove("drawing");
    said.textContent = note || wordsFor(photo);
    const file = photo.state === "undecodable" && address;
    fill(
      tools,
      photo.bytes && photo.state !== "undecodable" && button("Black out", startDrawing, { class: "tool", disabled: photo.state === "kept" }),
      file && h("a", { class: "button", href: file, download: `photo-${photo.id}` }, "Save the file"),
      removal(),
    );
  }

  function removal() {
    let asked = false;
    const shownButton = button("Delete", async () => {
      if (!asked) {
        asked = true;
        fill(shownButton, h("span", {}, "Delete for good"));
        return;
      }
      await store.removePhoto(photoId).then(() => shown.close(), tell);
    }, { class: "tool danger" });
    return shownButton;
  }

  function startDrawing() {
    isDrawing = true;
    note = "";
    stage.classList.add("drawing");
    said.textContent = "Draw over faces and names with a finger. What is black is gone for good once you keep it.";
    const add = () => {
      boxes.push({ x: 0.4, y: 0.4, width: 0.2, height: 0.2 });
      showBoxes();
      /** @type {HTMLElement|null} */ (layer.lastElementChild)?.focus();
    };
    fill(
      tools,
      button("Undo", () => {
        boxes.pop();
        showBoxes();
      }, { class: "tool", "data-act": "undo", disabled: true }),
      // For those who draw with the keyboard.
      button("Add a box", add, { class: "tool" }),
      button("Cancel", stopDrawing, { class: "tool" }),
      button("Keep black", burn, { class: "tool primary", "data-act": "burn", disabled: true }),
    );
    showBoxes();
  }

  async function stopDrawing() {
    isDrawing = false;
    boxes.length = 0;
    showBoxes();
    await refresh();
  }

  async function burn() {
    for (const one of tools.querySelectorAll("button")) one.disabled = true;
    said.textContent = "Keeping it black…";
    try {
      await burnBoxes(store, photoId, boxes);
      note = "Blacked out. What was there is no longer on this phone.";
      await stopDrawing();
    } catch (error) {
      tell(error);
      for (const one of tools.querySelectorAll("button")) one.disabled = false;
    }
  }

  /** @param {PointerEvent} event */
  function drawBox(event) {
    if (!isDrawing || !event.isPrimary || event.button !== 0) return;
    event.preventDefault();
    const from = placeOf(event);
    const box = { x: from.x, y: from.y, width: 0, height: 0 };
    boxes.push(box);
    layer.setPointerCapture(event.pointerId);
    const stretch = (/** @type {PointerEvent} */ moved) => {
      const to = placeOf(moved);
      Object.assign(box, { x: Math.min(from.x, to.x), y: Math.min(from.y, to.y), width: Math.abs(to.x - from.x), height: Math.abs(to.y - from.y) });
      showBoxes();
    };
    const end = () => {
      layer.removeEventListener("pointermove", stretch);
      if (box.width < SMALLEST || box.height < SMALLEST) boxes.splice(boxes.indexOf(box), 1);
      showBoxes();
    };
    layer.addEventListener("pointermove", stretch);
    layer.addEventListener("pointerup", end, { once: true });
    layer.addEventListener("pointercancel", end, { once: true });
  }

  /** @param {PointerEvent} event */
  function placeOf(event) {
    const around = layer.getBoundingClientRect();
    return { x: within((event.clientX - around.left) / around.width), y: within((event.clientY - around.top) / around.height) };
  }

  function showBoxes() {
    fill(layer, ...boxes.map(drawn));
    for (const one of tools.querySelectorAll("[data-act]")) /** @type {HTMLButtonElement} */ (one).disabled = !boxes.length;
  }

  /** @param {Box} box @param {number} index */
  function drawn(box, index) {
    const made = h("div", { class: "box", tabindex: 0, role: "button", "aria-label": `Black box ${index + 1}. Arrow keys move it, with Shift they change its size, Delete removes it.` });
    place(made, box);
    made.addEventListener("keydown", (event) => {
      if (event.key === "Delete" || event.key === "Backspace") {
        boxes.splice(boxes.indexOf(box), 1);
        showBoxes();
      } else if (move(box, event)) place(made, box);
      else return;
      event.preventDefault();
    });
    return made;
  }

  async function keepCaption() {
    clearTimeout(writing);
    const words = caption.value.trim();
    const photo = await store.photo(photoId);
    if (photo && photo.caption !== words) await store.changePhoto(photoId, { caption: words }).catch(tell);
  }

  /** @param {any} error */
  function tell(error) {
    said.textContent = error?.words ?? "This did not work. The photo is as it was.";
  }
}

/** @param {import("../types.js").LocalPhoto & {bytes: ArrayBuffer|null}} photo */
function wordsFor(photo) {
  if (photo.state === "undecodable") {
    return "This phone cannot show this photo. It stays with the visit on this phone and in the export file, and is not sent.";
  }
  if (photo.state === "kept") return "Kept. It is being made smaller for sending.";
  return photo.bytes ? "" : "This photo is on the server.";
}

/** @param {Box} box @param {KeyboardEvent} event */
function move(box, { key, shiftKey }) {
  const across = { ArrowLeft: -STEP, ArrowRight: STEP }[key] ?? 0;
  const down = { ArrowUp: -STEP, ArrowDown: STEP }[key] ?? 0;
  if (!across && !down) return false;
  if (shiftKey) {
    box.width = Math.min(1 - box.x, Math.max(STEP, box.width + across));
    box.height = Math.min(1 - box.y, Math.max(STEP, box.height + down));
  } else {
    box.x = Math.min(1 - box.width, within(box.x + across));
    box.y = Math.min(1 - box.height, within(box.y + down));
  }
  return true;
}

/** @param {HTMLElement} made @param {Box} box */
function place(made, box) {
  const { style } = made;
  [style.left, style.top] = [`${box.x * 100}%`, `${box.y * 100}%`];
  [style.width, style.height] = [`${box.width * 100}%`, `${box.height * 100}%`];
}

/** @param {number} part */
function within(part) {
  return Math.min(1, Math.max(0, part));
}

/** Only who opens a photo needs them. */
export function bringStyles() {
  if (document.querySelector(`link[href="${STYLES}"]`)) return Promise.resolve();
  const link = h("link", { rel: "stylesheet", href: STYLES });
  const come = new Promise((resolve) => {
    link.addEventListener("load", resolve);
    link.addEventListener("error", resolve);
  });
  document.head.append(link);
  return come;
}
