// The shape of what is stored: the database's object stores, and the versions of its records.

/** Raised whenever an object store or an index is added. */
export const DATABASE_VERSION = 1;

/** The version of records that this program writes. */
export const SCHEMA = 1;

/** @typedef {Record<string, any>} StoredRecord */
/** @typedef {"visits"|"photos"|"photo_bytes"|"sheet"|"settings"} Kind */

/**
 * From each version of a kind of record to the next. A step is never changed once it was published: phones
 * hold records of that version.
 * @type {Partial<Record<Kind, Record<number, (record: StoredRecord) => StoredRecord>>>}
 */
const STEPS = {};

/**
 * Make the object stores that a database of an older version lacks. Nothing is ever taken out here.
 * @param {IDBDatabase} database
 * @param {number} oldVersion 0 where there was none
 */
export function upgrade(database, oldVersion) {
  if (oldVersion < 1) {
    database.createObjectStore("visits", { keyPath: "id" });
    database.createObjectStore("photos", { keyPath: "id" }).createIndex("visitId", "visitId");
    database.createObjectStore("photo_bytes", { keyPath: "id" });
    database.createObjectStore("sheet", { keyPath: "id" });
    database.createObjectStore("settings", { keyPath: "id" });
  }
}

/**
 * Whether a newer program wrote a record: it is left alone, as nobody here knows what it holds.
 * @param {StoredRecord|undefined} record
 */
export function isNewer(record, newest = SCHEMA) {
  return record !== undefined && !(record.schema <= newest);
}

/**
 * Return a record as this version writes it. It is stored so with the next change.
 * @param {Kind} kind
 * @param {StoredRecord} record one that is not newer
 * @param {typeof STEPS} steps
 * @returns {any}
 */
export function broughtUp(kind, record, steps = STEPS, newest = SCHEMA) {
  let made = record;
  for (let version = made.schema; version < newest; version += 1) {
    const step = steps[kind]?.[version];
    made = { ...(step ? step(made) : made), schema: version + 1 };
  }
  return made;
}
