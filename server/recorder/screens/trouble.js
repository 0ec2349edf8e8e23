// What went wrong with keeping, over the whole screen: what happened, what is safe, what to do.

import { button, fill, h } from "../dom.js";

/** @type {Record<string, string>} */
const TITLES = {
  full: "No room left",
  moved: "Changed elsewhere",
  "closed-visit": "Already on the server",
  newer: "An older page",
  wiped: "Signed out",
  blocked: "Storage is busy",
};
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
  const text = h("textarea", { readonly: true, rows: 5, "aria-label": "What could not be kept" });
  text.value = copy;
  const copyAll = button("Copy the text", async () => {
    text.select();
    const copied = await navigator.clipboard?.writeText(copy).then(() => true, () => false);
    // Where a page may not write to the clipboard, what is selected may still be copied.
    const isCopied = copied || document.execCommand("copy");
    fill(copyAll, h("span", {}, isCopied ? "Copied" : "Not copied: hold the text, then copy it"));
  }, { class: "big" });
  const visitId = new URLSearchParams(location.hash.slice(1)).get("visit");
  const refusal = h("p", { class: "refusal", role: "alert", hidden: true }, "The file could not be made. Everything is still on this phone. Make room, then try again.");
  const shown = h(
    "dialog",
    { id: "trouble", class: "whole", "aria-label": "Not kept" },
    h(
      "div",
      { class: "plain low" },
      h("h1", { tabindex: -1, autofocus: true }, TITLES[isFull ? "full" : kind] ?? (words === OTHERWISE ? "This did not work" : "Not kept")),
      h("p", { role: "alert" }, words),
      copy && text,
      copy && copyAll,
      isFull && app && (visitId ? button("Save the export file", () => exportFile(app, visitId).catch(showNotSaved), { class: "big primary" }) : exportsElsewhere()),
      refusal,
      h(
        "div",
        { class: "pair" },
        button("Reload", () => location.reload(), { class: isFull ? "big" : "big primary", icon: "sync" }),
        button("Close", () => shown.close(), { class: "big" }),
      ),
    ),
  );
  shown.addEventListener("close", () => shown.remove());
  document.body.append(shown);
  shown.showModal();

  function exportsElsewhere() {
    const link = h("a", { class: "button big primary", href: "#phone" }, "Save export files");
    link.addEventListener("click", () => shown.close());
    return link;
  }

  function showNotSaved() {
    refusal.hidden = false;
  }
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
