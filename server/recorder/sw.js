// Keeps the recorder's own files on the phone, so that it opens without signal, and Streamlit's files that
// carry their content's hash in their names. Nothing else is kept: no page of Streamlit, no answer of the
// API, no photo. The server fills in the two constants.

const VERSION = "{{version}}";
/** @type {Record<string, string>} by path, how the file's hash begins */
const FILES = JSON.parse('{{files}}');

const SHELL_CACHE = `second-visit-shell-${VERSION}`;
const ASSETS_CACHE = "second-visit-assets";
const START = "/recorder/";
const OFFLINE = "/recorder/offline.html";
const HASHED_ASSET = /^\/static\/(?:js|css|media)\/[^/]+\.[A-Za-z0-9_-]{8}\.(?:js|css|woff2)$/;
// About three versions of what the pages load.
const MOST_ASSETS = 400;
/** @type {Record<string, RegExp>} */
const TYPES = {
  js: /^text\/javascript/,
  css: /^text\/css/,
  html: /^text\/html/,
  svg: /^image\/svg\+xml/,
  png: /^image\/png/,
  woff2: /^font\/woff2/,
};

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

worker.addEventListener("install", (event) => event.waitUntil(keepShell()));
worker.addEventListener("activate", (event) => event.waitUntil(dropOldShells()));

// A new version waits until the person taps: nobody's page changes under their thumb.
worker.addEventListener("message", (event) => {
  if (event.data === "take over") worker.skipWaiting();
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== worker.location.origin) return;
  if (request.method === "POST" && url.pathname === "/recorder/share") {
    event.respondWith(takeShared(request));
  } else if (request.method === "GET") {
    if (request.mode === "navigate") event.respondWith(open(request, url.pathname));
    else if (url.pathname in FILES) event.respondWith(fromShell(url.pathname, request));
    else if (HASHED_ASSET.test(url.pathname)) event.respondWith(fromAssets(request, url.pathname));
  }
});

async function keepShell() {
  const cache = await caches.open(SHELL_CACHE);
  // All or none: half a shell would start and then break.
  await Promise.all(Object.keys(FILES).map(async (path) => cache.put(path, await fetched(path))));
}

/**
 * Return a file of this very version: first as the page has just fetched it, then anew.
 * @param {string} path
 */
async function fetched(path) {
  for (const cache of /** @type {RequestCache[]} */ (["force-cache", "reload"])) {
    const answer = await fetch(path, { cache, credentials: "omit" });
    if (isExpected(answer, path) && (await hashOf(answer.clone())).startsWith(FILES[path])) return answer;
  }
  throw new Error(`${path} is not the file of version ${VERSION}`);
}

/** @param {Response} answer */
async function hashOf(answer) {
  const digest = await crypto.subtle.digest("SHA-256", await answer.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function dropOldShells() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith("second-visit-shell-") && name !== SHELL_CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await worker.clients.claim();
}

/**
 * Answer the opening of a page: the recorder from the phone, anything else from the server, and without
 * signal a page that leads to the recorder.
 * @param {Request} request
 * @param {string} path
 */
async function open(request, path) {
  if (path === START || path === "/recorder") return fromShell(START, request);
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await caches.match(OFFLINE, { cacheName: SHELL_CACHE });
    if (kept) return kept;
    throw error;
  }
}

/** @param {string} path @param {Request} request */
async function fromShell(path, request) {
  const kept = await caches.match(path, { cacheName: SHELL_CACHE });
  return kept ?? fetch(request);
}

/** @param {Request} request @param {string} path */
async function fromAssets(request, path) {
  const cache = await caches.open(ASSETS_CACHE);
  const kept = await cache.match(path);
  if (kept) return kept;
  const answer = await fetch(request);
  if (isExpected(answer, path)) {
    await cache.put(path, answer.clone());
    const held = await cache.keys();
    // Oldest first: what a former version of the program used.
    await Promise.all(held.slice(0, Math.max(0, held.length - MOST_ASSETS)).map((key) => cache.delete(key)));
  }
  return answer;
}

/**
 * Whether an answer is the file that was asked for: a sign-in page or a proxy's error must never be kept
 * in its place.
 * @param {Response} answer
 * @param {string} path
 */
function isExpected(answer, path) {
  const ending = path.endsWith("/") ? "html" : path.slice(path.lastIndexOf(".") + 1);
  const type = answer.headers.get("content-type") ?? "";
  return answer.status === 200 && !answer.redirected && Boolean(TYPES[ending]?.test(type));
}

/**
 * Put shared photos where the recorder finds them, bytes first, and open it. Where that fails the recorder
 * says so: the other app still has them.
 * @param {Request} request
 */
async function takeShared(request) {
  try {
    const form = await request.formData();
    const sent = form.getAll("photos").filter((entry) => entry instanceof File);
    // A form without a chosen file sends one that is empty.
    const files = sent.filter((file) => file.size > 0);
    for (const file of files) await keepShared(file);
    if (files.length > 0) return Response.redirect("/recorder/#shared", 303);
  } catch {
    // No room, or a share that broke off.
  }
  return Response.redirect("/recorder/?shared=failed#shared", 303);
}

/**
 * One at a time: a dozen photos of a phone do not fit in memory together.
 * @param {File} file
 */
async function keepShared(file) {
  const kept = { name: file.name, type: file.type, bytes: await file.arrayBuffer() };
  const database = await openShared();
  await new Promise((resolve, reject) => {
    const writing = database.transaction("files", "readwrite", { durability: "strict" });
    writing.objectStore("files").add(kept);
    writing.oncomplete = resolve;
    writing.onerror = () => reject(writing.error);
    writing.onabort = () => reject(writing.error);
  });
  database.close();
}

/** @returns {Promise<IDBDatabase>} */
function openShared() {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("second-visit-shared", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("files", { autoIncrement: true });
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
}
