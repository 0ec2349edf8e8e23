// Photos that another app on this phone has shared with the recorder. The service worker has put them here;
// they stay until they belong to a visit, or are left out.

/** @typedef {{key: IDBValidKey, name: string, type: string, bytes: ArrayBuffer}} SharedPhoto */

const DATABASE = "second-visit-shared";
const FILES = "files";

/** @returns {Promise<number>} how many wait to be put somewhere */
export async function countShared() {
  const known = await indexedDB.databases?.();
  // Looking must not make a database of a phone on which nothing was ever shared.
  if (known && !known.some(({ name }) => name === DATABASE)) return 0;
  return inFiles("readonly", (files) => files.count());
}

/** @returns {Promise<IDBValidKey[]>} their keys, in the order they came */
export function sharedKeys() {
  return inFiles("readonly", (files) => files.getAllKeys());
}

/** @param {IDBValidKey} key @returns {Promise<SharedPhoto|null>} */
export async function sharedPhoto(key) {
  const found = await inFiles("readonly", (files) => files.get(key));
  return found ? { key, ...found } : null;
}

/** @param {IDBValidKey} key */
export async function removeShared(key) {
  await inFiles("readwrite", (files) => files.delete(key));
}

/** Leave out all of them. */
export function clearShared() {
  indexedDB.deleteDatabase(DATABASE);
}

/**
 * @template T
 * @param {IDBTransactionMode} mode
 * @param {(files: IDBObjectStore) => IDBRequest<T>} ask
 * @returns {Promise<T>}
 */
async function inFiles(mode, ask) {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const work = database.transaction(FILES, mode, { durability: "strict" });
      const asked = ask(work.objectStore(FILES));
      work.oncomplete = () => resolve(asked.result);
      work.onabort = () => reject(work.error);
    });
  } finally {
    database.close();
  }
}

/** @returns {Promise<IDBDatabase>} */
function open() {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(FILES, { autoIncrement: true });
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
}
