// One connection to the phone's database, which may die under an open page and is then opened anew.

import { DATABASE_VERSION, upgrade } from "./migrations.js";

const OPENING_MS = 5000;
const BLOCKED_MS = 1500;
const WORKING_MS = 15000;
const PROBE_MS = 2000;

/** What went wrong with storing, in words for the person. */
export class StoreProblem extends Error {
  /**
   * @param {"failed"|"full"|"blocked"|"newer"|"wiped"|"closed-visit"|"moved"} kind
   * @param {string} words what happened, what is safe, what to do
   * @param {unknown} [cause]
   */
  constructor(kind, words, cause) {
    super(words, { cause });
    this.name = "StoreProblem";
    this.kind = kind;
    this.words = words;
    /** What could not be stored, to be copied by hand. */
    this.copy = "";
  }
}

const BLOCKED =
  "Another tab keeps the recorder's storage busy. What you recorded is safe. Close the other tabs, then " +
  "open the recorder again.";
const NEWER =
  "A newer version of the recorder is open in another tab. What you recorded is safe. Reload this page.";
const WIPED = "You signed out in another tab, and the visits left this phone. Sign in again.";
// Trying these again would fail again: there is no room, or the program asks for what cannot be.
const FINAL = new Set(["QuotaExceededError", "ConstraintError", "DataError", "DataCloneError", "TypeError"]);

/**
 * The answer to a request.
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
export function asked(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

export class Connection {
  /** @type {Promise<IDBDatabase>|null} */
  #opening = null;
  /** @type {Promise<void>|null} */
  #doubt = null;
  /** @type {StoreProblem|null} */
  #ended = null;
  /** @type {(problem: StoreProblem) => void} */
  #onEnded;

  /**
   * @param {string} name
   * @param {(problem: StoreProblem) => void} onEnded called once when this page may not write any more
   */
  constructor(name, onEnded) {
    this.name = name;
    this.#onEnded = onEnded;
  }

  /**
   * Do some work in one transaction; the answer comes when it is complete, on the disk.
   * @template T
   * @param {string[]} names
   * @param {IDBTransactionMode} mode
   * @param {(transaction: IDBTransaction) => Promise<T>} work safe to repeat; it awaits requests only
   * @returns {Promise<T>}
   */
  async run(names, mode, work) {
    if (this.#doubt) await this.#doubt;
    const opening = this.#open();
    try {
      return await once(await opening, names, mode, work, WORKING_MS);
    } catch (error) {
      if (this.#ended) throw this.#ended;
      if (error instanceof StoreProblem || FINAL.has(nameOf(error))) throw error;
      // iOS may end the database's process under an open page: open it again and try once more.
      this.#drop(opening);
      return once(await this.#open(), names, mode, work, WORKING_MS);
    }
  }

  /** Before anything else is done, find out whether the connection still answers. */
  doubt() {
    if (this.#ended || this.#doubt || !this.#opening) return;
    const opening = this.#opening;
    const probe = opening
      .then((database) =>
        once(database, ["settings"], "readonly", (reading) => asked(reading.objectStore("settings").count()), PROBE_MS),
      )
      .then(
        () => undefined,
        () => this.#drop(opening),
      );
    this.#doubt = probe.finally(() => {
      this.#doubt = null;
    });
  }

  /** Remove the database. Other tabs let go of it at once. */
  async wipe() {
    const opening = this.#opening;
    this.#ended = new StoreProblem("wiped", WIPED);
    this.#opening = null;
    (await opening?.catch(() => null))?.close();
    await new Promise((resolve, reject) => {
      const removing = indexedDB.deleteDatabase(this.name);
      removing.onsuccess = resolve;
      removing.onerror = () => reject(removing.error);
      removing.onblocked = () => setTimeout(() => reject(new StoreProblem("blocked", BLOCKED)), BLOCKED_MS);
    });
  }

  /** @returns {Promise<IDBDatabase>} */
  #open() {
    if (this.#ended) return Promise.reject(this.#ended);
    if (this.#opening) return this.#opening;
    const opening = openDatabase(this.name).then((database) => {
      // Another tab may be waiting to upgrade or remove it: it must not wait for this one.
      database.onversionchange = (event) => {
        database.close();
        this.#end(event.newVersion === null ? new StoreProblem("wiped", WIPED) : new StoreProblem("newer", NEWER));
      };
      database.onclose = () => this.#drop(opening);
      return database;
    });
    this.#opening = opening;
    opening.catch(() => this.#drop(opening));
    return opening;
  }

  /** @param {Promise<IDBDatabase>} opening */
  #drop(opening) {
    if (this.#opening !== opening) return;
    this.#opening = null;
    opening.then(
      (database) => database.close(),
      () => undefined,
    );
  }

  /** @param {StoreProblem} problem */
  #end(problem) {
    this.#opening = null;
    if (this.#ended) return;
    this.#ended = problem;
    this.#onEnded(problem);
  }
}

/**
 * @param {string} name
 * @returns {Promise<IDBDatabase>}
 */
function openDatabase(name) {
  return new Promise((resolve, reject) => {
    let waits = true;
    /** @param {unknown} error */
    const giveUp = (error) => {
      waits = false;
      clearTimeout(patience);
      reject(error);
    };
    // Some versions of iOS never answer the first opening after a start.
    let patience = setTimeout(() => giveUp(new DOMException("the database did not open", "TimeoutError")), OPENING_MS);
    const opening = indexedDB.open(name, DATABASE_VERSION);
    opening.onupgradeneeded = (event) => upgrade(opening.result, event.oldVersion);
    opening.onblocked = () => {
      clearTimeout(patience);
      patience = setTimeout(() => giveUp(new StoreProblem("blocked", BLOCKED)), BLOCKED_MS);
    };
    opening.onerror = () => {
      const error = opening.error;
      giveUp(nameOf(error) === "VersionError" ? new StoreProblem("newer", NEWER, error) : error);
    };
    opening.onsuccess = () => {
      clearTimeout(patience);
      if (waits) resolve(opening.result);
      else opening.result.close();
    };
  });
}

/**
 * @template T
 * @param {IDBDatabase} database
 * @param {string[]} names
 * @param {IDBTransactionMode} mode
 * @param {(transaction: IDBTransaction) => Promise<T>} work
 * @param {number} patienceMs
 * @returns {Promise<T>}
 */
function once(database, names, mode, work, patienceMs) {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(names, mode, { durability: "strict" });
    /** @type {T} */
    let found;
    /** @type {unknown} */
    let failure = null;
    const giveUp = () => {
      clearTimeout(patience);
      // Requests that were under way say only that they were cut off; the transaction says why.
      const isCutOff = failure === null || nameOf(failure) === "AbortError";
      reject((isCutOff && transaction.error) || (failure ?? new DOMException("it was undone", "AbortError")));
    };
    /** @param {unknown} error */
    const undo = (error) => {
      failure ??= error;
      try {
        transaction.abort();
      } catch {
        // It has ended already, or its connection is gone: no event comes.
        giveUp();
      }
    };
    const patience = setTimeout(() => {
      undo(new DOMException("the database did not answer", "TimeoutError"));
      giveUp();
    }, patienceMs);
    transaction.oncomplete = () => {
      clearTimeout(patience);
      resolve(found);
    };
    transaction.onabort = giveUp;
    work(transaction).then((answer) => {
      found = answer;
    }, undo);
  });
}

/** @param {unknown} error */
function nameOf(error) {
  return error instanceof Error || error instanceof DOMException ? error.name : "";
}
