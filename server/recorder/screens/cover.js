// A neutral clock over everything, for when somebody looks at the phone. Timers run on beneath it.

import { button, h } from "../dom.js";

const COVERED = "second-visit-covered";

/** Cover the screen, also after a reload, until it is opened again. */
export function showCover() {
  if (document.getElementById("cover")) return;
  sessionStorage.setItem(COVERED, "yes");
  const title = document.title;
  document.title = "Clock";
  const time = h("p", { class: "cover-time" });
  const day = h("p", { class: "cover-day" });
  const show = () => {
    const now = new Date();
    time.textContent = now.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    day.textContent = now.toLocaleDateString([], { weekday: "long", day: "numeric", month: "long" });
  };
  show();
  const ticking = setInterval(show, 1000);
  const covered = h("dialog", { id: "cover", class: "cover", "aria-label": "Clock" }, time, day, button("Back", () => covered.close(), { class: "cover-back" }));
  covered.addEventListener("close", () => {
    clearInterval(ticking);
    sessionStorage.removeItem(COVERED);
    document.title = title;
    covered.remove();
  });
  document.body.append(covered);
  covered.showModal();
}
