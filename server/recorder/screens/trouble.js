// What went wrong with keeping, over the whole screen: what happened, what is safe, what to do.

import { button, h } from "../dom.js";

const OTHERWISE = "This did not work. What you recorded is safe on this phone. Reload the page, then do the last step again.";

/**
 * @param {any} told a StoreProblem, or what the store told
 * @param {import("../app.js").App} [app]
 */
export function openTrouble(told, app) {
  if (document.getElementById("trouble")) return;
  const kind = told?.error?.kind ?? told?.kind ?? "";
  const copy = String(told?.copy ?? "");
  const words = String(told?.words ?? told?.error?.words ?? OTHERWISE);
  const isFull = kind === "full" || told?.type === "full" || /no room/i.test(words);
  const text = h("textarea", { readonly: true, rows: 8, "aria-label": "What could not be kept" });
  text.value = copy;
  const visitId = new URLSearchParams(location.hash.slice(1)).get("visit");
  const shown = h(
    "dialog",
    { id: "trouble", class: "whole", "aria-label": "Not kept" },
    h(
      "div",
      { class: "plain low" },
      h("h1", {}, isFull ? "No room left" : "Not kept"),
      h("p", { role: "alert" }, words),
      copy && text,
      copy && button("Copy the text", async () => {
        text.select();
        await navigator.clipboard?.writeText(copy).catch(() => document.execCommand("copy"));
      }, { class: "big" }),
      isFull && app && visitId && button("Save the export file", () => exportFile(app, visitId), { class: "big primary" }),
      button("Reload", () => location.reload(), { class: isFull ? "big" : "big primary", icon: "sync" }),
      button("Close", () => shown.close(), { class: "big" }),
    ),
  );
  shown.addEventListener("close", () => shown.remove());
  document.body.append(shown);
  shown.showModal();
}

/**
 * Hand a visit out as a file that opens without the program.
 * @param {import("../app.js").App} app
 * @param {string} visitId
 */
export async function exportFile(app, visitId) {
  const { exportVisit } = await import("../archive.js");
  const file = await exportVisit(app.store, visitId);
  const address = URL.createObjectURL(file);
  const link = h("a", { href: address, download: `visit-${visitId.slice(0, 8)}.zip` });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
  app.say("The export file is saved.");
}
