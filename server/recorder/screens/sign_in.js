// Before anybody has signed in on this phone.

import { button, fill, h } from "../dom.js";
import { head } from "../frame.js";

const WORDS = {
  "sign-in": ["Sign in to record", "Your visits come to this phone once you have signed in. After that it works without signal."],
  "signed-out": ["Signed out", "What was recorded on this phone is still on it. Sign in, with signal, to go on."],
  offline: ["No connection", "The recorder has to read your visits once, with signal. After that it works without."],
  refused: ["Nothing to record here", "Your account may not record visits, or the server could not answer. Nothing was lost. Try again, or ask an owner."],
};

/**
 * @param {HTMLElement} screen
 * @param {"sign-in"|"signed-out"|"offline"|"refused"} why
 */
export function openSignIn(screen, why) {
  const [title, words] = WORDS[why];
  fill(
    screen,
    head({ title: "Visits", home: false }),
    h("div", { class: "plain low" }, h("h1", {}, title), h("p", {}, words), why.startsWith("sign") ? signInLink() : button("Try again", () => location.reload(), { class: "primary big", icon: "sync" })),
  );
}

/** A link that leads to the door and back here. */
export function signInLink() {
  const visit = location.hash.startsWith("#visit=") ? `?${location.hash.slice(1)}` : "";
  return h("a", { class: "button primary big", href: `/sign-in?next=${encodeURIComponent(`/recorder/${visit}`)}` }, "Sign in");
}
