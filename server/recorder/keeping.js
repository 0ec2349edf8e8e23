// Reading and writing as the store does both: what fails is tried once more, then told to the person.

import { Connection, StoreProblem, asked } from "./connection.js";
import { SCHEMA, broughtUp, isNewer } from "./migrations.js";

/** @import { Kind } from "./migrations.js" */

const FULL =
  "There is no room left on this phone. Everything recorded until now is kept. Save the export file, make " +
  "room, then do the last step again.";

/**
 * Tells "changed" {visitId, state, elsewhere}; "failed" and "full" {error, words, copy}, where `copy` is what
 * could not be kept; "closed" {error, words}, after which this page can keep nothing.
 */
export class Keeping extends EventTarget {
  /** @type {BroadcastChannel|null} */
  #tabs;
  #stopped = new AbortController();
  #asksToPersist = true;

  /** @param {string} name of the database */
  constructor(name) {
    super();
    /** @protected */
    this.connection = new Connection(name, (error) => this.tell("closed", { error, words: error.words }));
    this.#tabs = "BroadcastChannel" in globalThis ? new BroadcastChannel(name) : null;
    this.#tabs?.addEventListener("message", ({ data }) => this.tell("changed", { ...data, elsewhere: true }));
    // A phone may have ended the database while the page lay in the background.
    const doubt = () => {
      if (document.visibilityState === "visible") this.connection.doubt();
    };
    document.addEventListener("visibilitychange", doubt, { signal: this.#stopped.signal });
    addEventListener("pageshow", doubt, { signal: this.#stopped.signal });
  }

  /**
   * @template T
   * @param {Kind[]} names
   * @param {(reading: IDBTransaction) => Promise<T>} work
   * @protected
   */
  read(names, work) {
    return this.connection.run(names, "readonly", work);
  }

  /**
   * Write for the person: where that fails, they are told, with what to copy.
   * @template T
   * @param {Kind[]} names
   * @param {{words: string, copy: () => string}} otherwise
   * @param {(writing: IDBTransaction) => Promise<T>} work
   * @protected
   */
  async write(names, otherwise, work) {
    try {
      const made = await this.#withRoom(names, work);
      this.#persist();
      return made;
    } catch (error) {
      const problem = this.#problemOf(error, otherwise.words);
      problem.copy = otherwise.copy();
      const told = { error: problem, words: problem.words, copy: problem.copy };
      this.tell(problem.kind === "full" ? "full" : "failed", told);
      throw problem;
    }
  }

  /**
   * Write for ourselves: where that fails, whoever asked tries again later.
   * @template T
   * @param {Kind[]} names
   * @param {(writing: IDBTransaction) => Promise<T>} work
   * @protected
   */
  writeQuietly(names, work) {
    return this.connection.run(names, "readwrite", work);
  }

  /**
   * @param {Kind} kind
   * @param {string} id
   * @returns {Promise<any>} null where there is none, or none that this program can read
   * @protected
   */
  async get(kind, id) {
    const found = await this.read([kind], (reading) => asked(reading.objectStore(kind).get(id)));
    return found && !isNewer(found) ? broughtUp(kind, found) : null;
  }

  /** @param {Kind} kind @param {string} id @param {object} facts @protected */
  async put(kind, id, facts) {
    await this.writeQuietly([kind], async (writing) => {
      writing.objectStore(kind).put({ schema: SCHEMA, id, ...facts });
    });
  }

  /** @param {string|null} visitId @param {string|null} state @protected */
  tellChanged(visitId, state = null) {
    const detail = { visitId, state, elsewhere: false };
    this.tell("changed", detail);
    this.#tabs?.postMessage(detail);
  }

  /** @param {string} name @param {object} detail @protected */
  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  /** @protected */
  stop() {
    this.#stopped.abort();
    this.#tabs?.close();
    this.#tabs = null;
  }

  /**
   * Make room by what the server has as well; false where there is nothing of that kind.
   * @returns {Promise<boolean>}
   * @protected
   */
  async makeRoom() {
    return false;
  }

  /**
   * @template T
   * @param {Kind[]} names
   * @param {(writing: IDBTransaction) => Promise<T>} work
   */
  async #withRoom(names, work) {
    try {
      return await this.connection.run(names, "readwrite", work);
    } catch (error) {
      if (!isFull(error) || !(await this.makeRoom().catch(() => false))) throw error;
      return this.connection.run(names, "readwrite", work);
    }
  }

  /** @param {unknown} error @param {string} words */
  #problemOf(error, words) {
    if (error instanceof StoreProblem) return error;
    return isFull(error) ? new StoreProblem("full", FULL, error) : new StoreProblem("failed", words, error);
  }

  #persist() {
    if (!this.#asksToPersist) return;
    this.#asksToPersist = false;
    // Not waited for: some browsers ask the person, who may take their time.
    navigator.storage?.persist?.().then(
      (answer) => this.put("settings", "persisted", { value: answer }).catch(() => undefined),
      () => undefined,
    );
  }
}

/** @param {unknown} error */
function isFull(error) {
  return error instanceof Error && error.name === "QuotaExceededError";
}
