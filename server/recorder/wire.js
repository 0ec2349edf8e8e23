// One request to the server, and what its answer means for the queue.

/** @import { VisitDocument } from "./types.js" */
/** @typedef {(path: string, init?: RequestInit) => Promise<Response>} Fetch */
/** @typedef {{method?: string, type?: string, body?: BodyInit, etag?: string, patienceMs?: number}} Wanted */
/** @typedef {{status: number, body: any, etag: string, clockOffsetMs: number|null}} Answer */

const PATIENCE_MS = 30_000;
const LONGEST_MS = 5 * 60_000;
const FIRST_MS = 2_000;

/** Nobody is signed in: everything waits until somebody is. */
export class SignedOut extends Error {}

/** The server will say the same again: this needs the person. */
export class Refused extends Error {
  /** @param {number} status @param {any} body */
  constructor(status, body) {
    super(body?.detail || `The server did not take this (${status}). It is safe on this phone. Try again, or tell whoever runs the server.`);
    this.status = status;
    /** @type {string} */
    this.code = body?.code ?? String(status);
    /** @type {VisitDocument|null} */
    this.visit = body?.visit ?? null;
    /** @type {string[]} */
    this.photos = body?.photos ?? [];
  }
}

/** It may well work later. */
export class TryLater extends Error {
  /**
   * @param {string} words
   * @param {{afterMs?: number|null, isForAll?: boolean}} [facts] how long the server asks to wait, and
   *   whether anything else could do better now
   */
  constructor(words, { afterMs = null, isForAll = true } = {}) {
    super(words);
    this.afterMs = afterMs;
    this.isForAll = isForAll;
  }
}

/**
 * Ask the server; what is no plain answer is thrown as what it means.
 * @param {Fetch} fetch
 * @param {string} path
 * @param {AbortSignal} stopped
 * @param {Wanted} wanted
 * @returns {Promise<Answer>}
 */
export async function ask(fetch, path, stopped, { method = "GET", type, body, etag, patienceMs = PATIENCE_MS } = {}) {
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json" };
  if (method !== "GET") headers["X-Second-Visit"] = "1";
  if (type) headers["Content-Type"] = type;
  if (etag) headers["If-None-Match"] = etag;
  const ending = new AbortController();
  const end = () => ending.abort();
  const patience = setTimeout(end, patienceMs);
  stopped.addEventListener("abort", end);
  try {
    const answer = await fetch(path, {
      method,
      headers,
      body,
      credentials: "same-origin",
      cache: "no-store",
      redirect: "error",
      signal: ending.signal,
    });
    return await understood(answer);
  } catch (error) {
    if (error instanceof SignedOut || error instanceof Refused || error instanceof TryLater) throw error;
    throw new TryLater("There is no connection to the server.");
  } finally {
    clearTimeout(patience);
    stopped.removeEventListener("abort", end);
  }
}

/**
 * How long to wait before the next try: longer each time, never in step with other phones.
 * @param {number} tries that have failed, 1 and more
 * @param {number|null} afterMs what the server asked for
 */
export function pauseOf(tries, afterMs, random = Math.random()) {
  if (afterMs !== null) return afterMs * (1 + random / 10);
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(tries - 1, 10)) * (0.5 + random / 2);
}

/**
 * @param {string|null} said seconds, or a date
 * @returns {number|null}
 */
export function retryAfterMs(said, now = Date.now()) {
  if (!said) return null;
  const seconds = Number(said);
  const wanted = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(said) - now;
  return Number.isFinite(wanted) ? Math.max(0, wanted) : null;
}

/** @param {Response} answer @returns {Promise<Answer>} */
async function understood(answer) {
  const { status, headers } = answer;
  if (status === 401) throw new SignedOut("Sign in to send what waits.");
  const isLater = status >= 500 || status === 408 || status === 425 || status === 429;
  if (isLater) {
    // One visit that the server stumbles over must not hold up the others.
    const isForAll = status !== 500;
    throw new TryLater("The server cannot take it just now.", { afterMs: retryAfterMs(headers.get("Retry-After")), isForAll });
  }
  const isJson = /\bjson\b/.test(headers.get("Content-Type") ?? "");
  const body = isJson ? await answer.json() : null;
  if (status >= 400) throw new Refused(status, body);
  // A hotel's sign-in page answers 200 to anything.
  if (status !== 304 && !body) throw new TryLater("Something other than the server answered.");
  const there = Date.parse(headers.get("Date") ?? "");
  return {
    status,
    body,
    etag: headers.get("ETag") ?? "",
    clockOffsetMs: Number.isNaN(there) ? null : Date.now() - there,
  };
}
