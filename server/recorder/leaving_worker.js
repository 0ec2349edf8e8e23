// Sent in place of the service worker where the operator has switched it off: it forgets what was kept of
// the program and removes itself. What people recorded is in IndexedDB and is not touched.
const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

worker.addEventListener("install", () => worker.skipWaiting());
worker.addEventListener("activate", (event) => event.waitUntil(leave()));

async function leave() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("second-visit-")).map((name) => caches.delete(name)));
  await worker.registration.unregister();
}
