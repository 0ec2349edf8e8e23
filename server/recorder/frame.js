// What stands around every screen: whose channel it is, light and dark, the cover.

import { h, iconButton, iconLink } from "./dom.js";

const THEME_KEY = "second-visit-theme";
const TEXT_KEY = "second-visit-text";
const LIGHT = "#FFFFFF";
const DARK = "#12181E";
const systemIsDark = matchMedia("(prefers-color-scheme: dark)");

/** Follow the system until somebody has chosen, and show the text as large as it was set. */
export function applyLooks() {
  const chosen = localStorage.getItem(THEME_KEY);
  const isDark = chosen ? chosen === "dark" : systemIsDark.matches;
  const root = document.documentElement;
  root.dataset.theme = isDark ? "dark" : "light";
  root.dataset.text = localStorage.getItem(TEXT_KEY) ?? "usual";
  for (const meta of document.querySelectorAll('meta[name="theme-color"]')) {
    meta.setAttribute("content", isDark ? DARK : LIGHT);
  }
  for (const toggle of document.querySelectorAll("[data-toggles-theme]")) nameToggle(toggle);
}

systemIsDark.addEventListener("change", applyLooks);

/** @param {"usual"|"large"|"largest"} size */
export function setText(size) {
  localStorage.setItem(TEXT_KEY, size);
  applyLooks();
}

export function switchTheme() {
  localStorage.setItem(THEME_KEY, document.documentElement.dataset.theme === "dark" ? "light" : "dark");
  applyLooks();
}

/** @param {Element} toggle */
function nameToggle(toggle) {
  const label = document.documentElement.dataset.theme === "dark" ? "Light" : "Dark";
  toggle.setAttribute("aria-label", label);
  toggle.setAttribute("title", label);
}

export function themeButton() {
  const made = iconButton("Dark", "dark", switchTheme, { "data-toggles-theme": true });
  nameToggle(made);
  return made;
}

export function coverButton() {
  return iconButton("Cover the screen", "cover", () => cover(), { id: "cover-button" });
}

export async function cover() {
  const { showCover } = await import("./screens/cover.js");
  showCover();
}

/**
 * The head of a screen.
 * @param {{title: string, detail?: string, home?: boolean}} facts the channel's brand and name, where there is one
 */
export function head({ title, detail = "", home = true }) {
  return h(
    "header",
    { class: "head" },
    home && iconLink("All visits", "#", "home"),
    h("p", { class: "where" }, h("strong", {}, title), detail && h("span", {}, detail)),
    themeButton(),
    coverButton(),
  );
}

/**
 * The head of a screen about one visit: the channel stands on each.
 * @param {import("./types.js").Channel|undefined} channel
 */
export function channelHead(channel) {
  if (!channel) return head({ title: "Channel not on this phone", detail: "Connect once to read it" });
  return head({ title: channel.brand.name, detail: channel.name });
}
