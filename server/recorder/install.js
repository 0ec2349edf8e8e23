// Keeps the app installed and current: registers the service worker, and shows a banner when a new version
// waits. It runs on the recorder and on every page of Streamlit.

const SERVICE_WORKER = "/sw.js";

if ("serviceWorker" in navigator) {
  // After the page has what it needs: the worker's own downloads must not slow the first opening.
  if (document.readyState === "complete") register();
  else addEventListener("load", register, { once: true });
}

async function register() {
  try {
    const registration = await navigator.serviceWorker.register(SERVICE_WORKER, { updateViaCache: "none" });
    watch(registration);
  } catch {
    // Without a worker everything works but opening without signal; a private window has none.
  }
}

/** @param {ServiceWorkerRegistration} registration */
function watch(registration) {
  // The recorder loads its later screens from the worker's files: an open page of the former version would
  // get those of the new one. Pages of Streamlit fetch theirs by names that never change.
  if (navigator.serviceWorker.controller && location.pathname.startsWith("/recorder")) reloadWhenTakenOver();
  if (registration.waiting && navigator.serviceWorker.controller) offer(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const coming = registration.installing;
    coming?.addEventListener("statechange", () => {
      if (coming.state === "installed" && navigator.serviceWorker.controller) offer(coming);
    });
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") registration.update().catch(() => {});
  });
}

/** @param {ServiceWorker} waiting */
function offer(waiting) {
  document.getElementById("new-version")?.remove();
  const banner = document.createElement("div");
  banner.id = "new-version";
  banner.setAttribute("role", "status");
  banner.style.cssText =
    "position:fixed;inset:auto 0 0 0;z-index:1000000;display:flex;gap:12px;align-items:center;" +
    "justify-content:center;padding:8px 16px calc(8px + env(safe-area-inset-bottom));" +
    "background:#17212B;color:#FFFFFF;font:16px/1.4 system-ui,sans-serif";
  const words = document.createElement("span");
  words.textContent = "A new version is ready. What you recorded stays.";
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Update";
  button.style.cssText =
    "min-height:48px;min-width:96px;padding:0 16px;border:0;border-radius:8px;background:#FFFFFF;" +
    "color:#17212B;font:inherit;font-weight:600";
  button.addEventListener("click", () => takeOver(waiting));
  banner.append(words, button);
  document.body.append(banner);
  // Tapped in another tab.
  waiting.addEventListener("statechange", () => {
    if (waiting.state !== "installed") banner.remove();
  });
}

/** @param {ServiceWorker} waiting */
function takeOver(waiting) {
  reloadWhenTakenOver();
  waiting.postMessage("take over");
}

let reloads = false;

function reloadWhenTakenOver() {
  if (reloads) return;
  reloads = true;
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
}
