// Builds what is shown. People's words are only ever text, never markup.

const SVG = "http://www.w3.org/2000/svg";

// Drawn on 24 × 24 with a round pen.
const ICONS = {
  back: "M15 5l-7 7 7 7",
  next: "M9 5l7 7-7 7",
  met: "M5 12.5l4.5 4.5L19 7.5",
  missed: "M6.5 6.5l11 11M17.5 6.5l-11 11",
  skipped: "M6 12h12",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  camera: "M4 8h3.5L9 5.5h6L16.5 8H20v11H4zM12 16.5a3.25 3.25 0 1 0 0-6.5 3.25 3.25 0 0 0 0 6.5z",
  picture: "M4 5h16v14H4zM4 16.5l5-5 4 4 2.5-2.5L20 17M15.5 9h.01",
  note: "M5 4h14v11l-5 5H5zM14 20v-5h5M8.5 8.5h7M8.5 12.5h4",
  timer: "M12 21a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15zM12 9.5v4.5M9.5 3h5",
  stop: "M7 7h10v10H7z",
  wait: "M7 4h10M7 20h10M8 4v3l4 5-4 5v3M16 4v3l-4 5 4 5v3",
  list: "M9 6h11M9 12h11M9 18h11M4.5 6h.01M4.5 12h.01M4.5 18h.01",
  home: "M4 11l8-7 8 7v9h-5.5v-6h-5v6H4z",
  light: "M12 16.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M18.7 5.3l-1.4 1.4M6.7 17.3l-1.4 1.4",
  dark: "M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z",
  cover: "M4 4l16 16M9.9 5.6A9.6 9.6 0 0 1 12 5.4c5 0 8.4 4 9.6 6.6a13 13 0 0 1-3 3.9M6.2 7.4A13.4 13.4 0 0 0 2.4 12c1.2 2.6 4.6 6.6 9.6 6.6 1.6 0 3-.4 4.3-1",
  phone: "M7 3h10v18H7zM11 18h2",
  warning: "M12 4l9 16H3zM12 10v4.5M12 17.3h.01",
  send: "M4 12l16-8-5 16-3.5-6.5z",
  sync: "M4 12a8 8 0 0 1 14-5.3L20 9M20 4v5h-5M20 12a8 8 0 0 1-14 5.3L4 15M4 20v-5h5",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l4.5 4.5",
  shop: "M4.5 11v9h15v-9M3 9l2-5h14l2 5a3 3 0 0 1-6 0 3 3 0 0 1-6 0 3 3 0 0 1-6 0z",
  call: "M6 4h3.5l1.5 4.5-2 1.5a11 11 0 0 0 5 5l1.5-2 4.5 1.5V18a2 2 0 0 1-2 2A14 14 0 0 1 4 6a2 2 0 0 1 2-2z",
  website: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM3 12h18M12 3c-5 5.5-5 12.5 0 18 5-5.5 5-12.5 0-18",
  "e-mail": "M3.5 6h17v12h-17zM3.5 7l8.5 6 8.5-6",
  chat: "M4 5h16v11h-9l-5 4v-4H4z",
  delivery: "M3 6h11v10H3zM14 10h4l3 3.5V16h-7M7 19.5a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6zM17 19.5a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6z",
  department: "M5 20V4h9v16M14 9h5v11M3 20h18M8 8h3M8 12h3M8 16h3",
};

/** @typedef {keyof typeof ICONS} IconName */
/** @typedef {Node|string|null|undefined|false} Child */

/**
 * Make an element. `on` holds listeners; true is an attribute without a value; null and false leave it out.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, any>} [facts]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function h(tag, facts = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(facts)) {
    if (name === "on") {
      for (const [event, run] of Object.entries(value)) made.addEventListener(event, run);
    } else if (value !== null && value !== undefined && value !== false) {
      made.setAttribute(name, value === true ? "" : String(value));
    }
  }
  for (const child of children) if (child) made.append(child);
  return made;
}

/** @param {IconName|string} name */
export function icon(name) {
  const drawn = document.createElementNS(SVG, "svg");
  drawn.setAttribute("viewBox", "0 0 24 24");
  drawn.setAttribute("class", "icon");
  drawn.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", ICONS[/** @type {IconName} */ (name)] ?? "");
  drawn.append(line);
  return drawn;
}

/** @param {string} kind of a channel */
export function kindIcon(kind) {
  return icon(kind === "phone" ? "call" : kind);
}

/**
 * A button with its word, and an icon before it.
 * @param {string} label
 * @param {() => void} onTap
 * @param {{icon?: IconName, iconAfter?: IconName, class?: string, [fact: string]: any}} [facts]
 */
export function button(label, onTap, { icon: before, iconAfter, class: kind = "", ...facts } = {}) {
  return h(
    "button",
    { type: "button", class: kind || null, ...facts, on: { click: onTap } },
    before && icon(before),
    h("span", {}, label),
    iconAfter && icon(iconAfter),
  );
}

/**
 * A button that shows only its icon; its word is for those who hear it.
 * @param {string} label
 * @param {IconName} name
 * @param {() => void} onTap
 * @param {Record<string, any>} [facts]
 */
export function iconButton(label, name, onTap, facts = {}) {
  return h(
    "button",
    { type: "button", "aria-label": label, title: label, ...facts, class: `only-icon ${facts.class ?? ""}`, on: { click: onTap } },
    icon(name),
  );
}

/** @param {string} label @param {string} target @param {IconName} name */
export function iconLink(label, target, name) {
  return h("a", { href: target, class: "only-icon", "aria-label": label, title: label }, icon(name));
}

/**
 * Exchange what stands in an element.
 * @param {Element} element
 * @param {...Child} children
 */
export function fill(element, ...children) {
  element.replaceChildren(...children.filter((child) => child !== null && child !== undefined && child !== false));
}

/**
 * Run once the screen shows what was changed: keeping must not make a tap feel slow.
 * @param {() => void} run
 */
export function afterPaint(run) {
  let done = false;
  const once = () => {
    if (!done) run();
    done = true;
  };
  requestAnimationFrame(() => setTimeout(once));
  // A page that is no longer shown paints nothing more.
  setTimeout(once, 80);
}

/**
 * Run when the phone has nothing better to do: what is not on the screen yet must not hold up what is.
 * @param {() => void} run
 * @param {number} longestMs
 */
export function whenIdle(run, longestMs) {
  if ("requestIdleCallback" in window) requestIdleCallback(run, { timeout: longestMs });
  else setTimeout(run, Math.min(longestMs, 300));
}

/**
 * A panel over the page; Escape and a tap beside it close it.
 * @param {string} title
 * @param {...Child} children
 */
export function panel(title, ...children) {
  const close = iconButton("Close", "missed", () => shown.close());
  const shown = h(
    "dialog",
    { class: "panel", "aria-label": title },
    h("div", { class: "panel-head" }, h("h2", {}, title), close),
    ...children,
  );
  shown.addEventListener("click", (event) => {
    if (event.target === shown) shown.close();
  });
  shown.addEventListener("close", () => shown.remove());
  document.body.append(shown);
  shown.showModal();
  return shown;
}
