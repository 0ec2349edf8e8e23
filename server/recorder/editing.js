// One visit while it is edited: every change is on the phone's disk a moment after the tap.

import { emptyAnswer } from "./documents.js";
import { afterPaint } from "./dom.js";

/** @typedef {import("./types.js").LocalVisit} LocalVisit */
/** @typedef {import("./types.js").LocalAnswer} LocalAnswer */

export class Editing {
  /** @type {Promise<void>|null} */
  #writing = null;
  #isDue = false;
  #isAsked = false;
  #isClosed = false;

  /**
   * @param {import("./store.js").Store} store
   * @param {LocalVisit} visit
   * @param {() => void} onKept called when all that was changed is on the disk
   */
  constructor(store, visit, onKept) {
    this.store = store;
    this.visit = visit;
    this.onKept = onKept;
    /** Whether another tab has it: then it is only read here. */
    this.readsOnly = false;
  }

  /** @param {string} code @returns {LocalAnswer} */
  answer(code) {
    return this.visit.answers[code] ?? emptyAnswer();
  }

  /** @param {string} code @param {Partial<LocalAnswer>} changes @param {string} at when @returns {LocalAnswer} */
  change(code, changes, at = new Date().toISOString()) {
    const answeredAt = "note" in changes ? this.answer(code).answeredAt : at;
    const changed = { ...this.answer(code), ...changes, answeredAt };
    this.set({ answers: { ...this.visit.answers, [code]: changed } });
    return changed;
  }

  /** @param {Partial<LocalVisit>} changes */
  set(changes) {
    if (this.readsOnly || this.#isClosed) return;
    Object.assign(this.visit, changes, { changedAt: new Date().toISOString() });
    this.#isDue = true;
    if (this.#isAsked) return;
    this.#isAsked = true;
    afterPaint(() => {
      this.#isAsked = false;
      this.flush().catch(() => undefined);
    });
  }

  /** Write what is not on the disk yet. The store itself tells what went wrong. */
  async flush() {
    while (this.#isDue || this.#writing) {
      if (this.#writing) {
        await this.#writing;
        continue;
      }
      this.#isDue = false;
      this.#writing = this.store
        .saveVisit(this.visit)
        .then((stored) => {
          // What syncing knows of it belongs to the store; what was typed meanwhile belongs to the screen.
          this.visit.baseRevision = stored.baseRevision;
          this.visit.sync = stored.sync;
          if (!this.#isDue) this.onKept();
        })
        .finally(() => {
          this.#writing = null;
        });
      await this.#writing;
    }
  }

  /** Write the rest, and take no more changes. */
  close() {
    this.flush().catch(() => undefined);
    this.#isClosed = true;
  }
}
