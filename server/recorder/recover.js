// Forgets every kept file of the program and its service worker, never what was recorded: the way out when
// a kept version does not start.

const said = /** @type {HTMLElement} */ (document.getElementById("said"));

try {
  for (const name of await caches.keys()) await caches.delete(name);
  for (const registration of await navigator.serviceWorker.getRegistrations()) await registration.unregister();
  said.textContent = "Done. The next opening fetches the program anew. What you recorded is still on this phone.";
} catch (error) {
  said.textContent = `This browser did not let go of the kept files (${error}). What you recorded is still on this phone.`;
}
