// What this phone keeps of one person: visits, photos, the sheet. Each write is on the disk before it is
// answered; nothing here goes to the network.

import { StoreProblem, asked } from "./connection.js";
import { asText } from "./documents.js";
import { broughtUp, isNewer } from "./migrations.js";
import { OF_A_VISIT, ON_SERVER, PhotoStore, forget, readable, touched } from "./photo_store.js";
import { copyOf, replaceBy } from "./replacing.js";

/** @import { LocalVisit, Sheet, VisitDocument } from "./types.js" */

// Under this name localStorage has who used this phone last: a start without signal finds their visits by it.
export const PERSON_KEY = "second-visit-person";

const VISIT_FAILED =
  "This could not be kept on the phone. What was kept before is safe. Copy the text below, then reload the page.";
const MOVED =
  "This visit was changed elsewhere, and this page shows it as it was before. Nothing was overwritten. Copy " +
  "what you wrote last, then open the visit again.";

/**
 * Who signed in last, as the server has told this browser: where it is somebody else than the one who recorded
 * here, nothing of theirs is shown, with signal or without.
 * @returns {string|undefined}
 */
export function signedIn() {
  return /(?:^|; )second_visit_person=(\d+)/.exec(document.cookie)?.[1];
}

/** What the server says after somebody has signed out on a page: what is kept here waits for its person. */
export const NOBODY = "0";

/** Let this phone know nobody until somebody has signed in. */
export function forgetPerson() {
  localStorage.removeItem(PERSON_KEY);
  document.cookie = "second_visit_person=; max-age=0; path=/recorder/";
}

/**
 * Open what this phone keeps of a person.
 * @param {string} personKey the person's id on the server, as text
 * @returns {Promise<Store>}
 */
export async function openStore(personKey) {
  const store = new Store(personKey);
  await store.setting("persisted");
  localStorage.setItem(PERSON_KEY, personKey);
  return store;
}

/** What `Keeping` tells, `Store` tells. */
export class Store extends PhotoStore {
  /** @param {string} personKey */
  constructor(personKey) {
    super(`second-visit-${personKey}`);
    this.personKey = personKey;
  }

  /** @returns {Promise<LocalVisit[]>} without those that only a newer program can read */
  async visits() {
    const found = await this.read(["visits"], (reading) => asked(reading.objectStore("visits").getAll()));
    return found.filter((visit) => !isNewer(visit)).map((visit) => broughtUp("visits", visit));
  }

  /** @returns {Promise<number>} how many visits lie here that only a newer program can read */
  async countNewer() {
    const found = await this.read(["visits"], (reading) => asked(reading.objectStore("visits").getAll()));
    return found.filter((visit) => isNewer(visit)).length;
  }

  /**
   * Look through the visits one at a time.
   * @template T
   * @param {(visit: LocalVisit) => T} look
   * @returns {Promise<T[]>}
   */
  eachVisit(look) {
    return this.read(["visits"], async (reading) => {
      /** @type {T[]} */
      const found = [];
      const walking = reading.objectStore("visits").openCursor();
      for (let cursor = await asked(walking); cursor; cursor = await asked(walking)) {
        if (!isNewer(cursor.value)) found.push(look(broughtUp("visits", cursor.value)));
        cursor.continue();
      }
      return found;
    });
  }

  /** @param {string} id @returns {Promise<LocalVisit|null>} */
  visit(id) {
    return this.get("visits", id);
  }

  /**
   * Keep a visit as a screen has it. What syncing knows of it stays as stored, whatever the screen has.
   * @param {LocalVisit} visit
   * @returns {Promise<LocalVisit>} as it is stored now
   */
  async saveVisit(visit) {
    const otherwise = { words: VISIT_FAILED, copy: () => asText(visit) };
    const made = await this.write(["visits"], otherwise, async (writing) => {
      const visits = writing.objectStore("visits");
      const stored = readable(await asked(visits.get(visit.id)));
      if (stored?.state === "sent") throw new StoreProblem("closed-visit", ON_SERVER);
      if (stored?.sync && visit.sync && stored.sync.taken !== visit.sync.taken) {
        throw new StoreProblem("moved", MOVED);
      }
      const changed = touched(stored ? { ...visit, ...ownOf(stored, visit) } : visit);
      visits.put(changed);
      return changed;
    });
    this.tellChanged(made.id, made.state);
    return made;
  }

  /**
   * Change what is stored of a visit, in one step with reading it. Syncing does this; it is no change of
   * the person's.
   * @param {string} id
   * @param {(stored: LocalVisit) => LocalVisit|null} change null leaves it
   * @param {boolean} tells whether anybody needs to hear of it
   * @returns {Promise<LocalVisit|null>} as it is stored now; null where there is none
   */
  async changeVisit(id, change, tells = true) {
    const made = await this.writeQuietly(["visits"], async (writing) => {
      const visits = writing.objectStore("visits");
      const stored = readable(await asked(visits.get(id)));
      const changed = stored && change(stored);
      if (changed) visits.put(changed);
      return changed ?? stored;
    });
    if (tells) this.tellChanged(id, made?.state);
    return made;
  }

  /** @param {string} id its photos go with it */
  async removeVisit(id) {
    await this.writeQuietly(OF_A_VISIT, async (writing) => {
      writing.objectStore("visits").delete(id);
      const ids = await asked(writing.objectStore("photos").index("visitId").getAllKeys(id));
      for (const photoId of ids) forget(writing, photoId);
    });
    this.tellChanged(id);
  }

  /**
   * Put the server's document in the place of what is here. Photos that the server has never had stay with it,
   * unless the person gives up what is here.
   * @param {VisitDocument} document
   * @param {(stored: LocalVisit|null) => boolean} isAllowed asked in the same step
   * @returns {Promise<boolean>} whether it was allowed
   */
  async takeDocument(document, isAllowed) {
    const made = await this.writeQuietly(OF_A_VISIT, async (writing) => {
      const stored = readable(await asked(writing.objectStore("visits").get(document.id)));
      return isAllowed(stored) ? replaceBy(writing, document, stored, true) : null;
    });
    if (made) this.tellChanged(made.id, made.state);
    return made !== null;
  }

  /**
   * End a conflict: what is here is given up for the server's document, or goes on as a draft of its own.
   * @param {string} id
   * @param {boolean} keepsCopy
   * @returns {Promise<LocalVisit|null>} the copy, or the visit as the server has it
   */
  async settle(id, keepsCopy) {
    const made = await this.writeQuietly(OF_A_VISIT, async (writing) => {
      const stored = readable(await asked(writing.objectStore("visits").get(id)));
      if (!stored?.sync?.theirs) return null;
      const copy = keepsCopy ? await copyOf(writing, stored) : null;
      const replaced = await replaceBy(writing, stored.sync.theirs, stored, false);
      return copy ?? replaced;
    });
    this.tellChanged(id);
    if (made && keepsCopy) this.tellChanged(made.id, made.state);
    return made;
  }

  /** @returns {Promise<{etag: string, sheet: Sheet}|null>} what there is to record with */
  sheet() {
    return this.get("sheet", "sheet");
  }

  /** @param {string} etag @param {Sheet} sheet */
  async saveSheet(etag, sheet) {
    await this.put("sheet", "sheet", { etag, sheet });
    this.tellChanged(null);
  }

  /** @param {string} name @returns {Promise<any>} */
  async setting(name) {
    return (await this.get("settings", name))?.value ?? null;
  }

  /** @param {string} name @param {unknown} value */
  saveSetting(name, value) {
    return this.put("settings", name, { value });
  }

  /** @returns {Promise<{usage: number|null, quota: number|null, persisted: boolean|null}>} null where the browser does not say */
  async room() {
    const [estimate, persisted] = await Promise.all([
      navigator.storage?.estimate?.().catch(() => null),
      navigator.storage?.persisted?.().catch(() => null),
    ]);
    return { usage: estimate?.usage ?? null, quota: estimate?.quota ?? null, persisted: persisted ?? null };
  }

  /** Remove everything of this person from the phone. */
  async wipe() {
    this.stop();
    if (localStorage.getItem(PERSON_KEY) === this.personKey) localStorage.removeItem(PERSON_KEY);
    if (signedIn() === this.personKey) document.cookie = "second_visit_person=; max-age=0; path=/recorder/";
    // What another app has shared lies apart, and is as little for the next person's eyes.
    indexedDB.deleteDatabase("second-visit-shared");
    indexedDB.deleteDatabase(`second-visit-taps-${this.personKey}`);
    await this.connection.wipe();
  }

  /** @protected */
  async makeRoom() {
    let dropped = 0;
    const sent = await this.eachVisit((visit) => (visit.state === "sent" ? visit.id : ""));
    for (const id of sent.filter(Boolean)) {
      const photos = await this.photosOf(id);
      dropped += await this.dropBytes(photos.map((photo) => photo.id));
    }
    return dropped > 0;
  }
}

/**
 * What a screen's copy of a visit may not change. A screen may have been open while it was sent.
 * @param {LocalVisit} stored
 * @param {LocalVisit} given
 */
function ownOf({ baseRevision, sentAt, sync, ...stored }, given) {
  const own = { baseRevision, sentAt, sync };
  if (given.state === "waiting" || (given.state === "draft" && !sync?.theirs)) {
    return { ...own, state: given.state, problem: "", problemCode: "" };
  }
  const { state, problem, problemCode } = stored;
  return { ...own, state, problem, problemCode };
}
