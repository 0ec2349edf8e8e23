// The photos of a visit that is open: taken, chosen, shown.

import { h } from "./dom.js";

/** @typedef {import("./types.js").LocalPhoto} LocalPhoto */

const SOON_MS = 400;

/**
 * @param {import("./app.js").App} app
 * @param {import("./editing.js").Editing} editing
 * @param {() => void} onRead
 */
export function visitPhotosOf(app, editing, onRead) {
  const { id } = editing.visit;
  /** @type {LocalPhoto[]} */
  let photos = [];
  /** @type {Map<string, Promise<string|null>>} */
  const addresses = new Map();
  let due = 0;
  let isEnded = false;
  const hidden = { type: "file", accept: "image/*", class: "unseen", tabindex: -1, "aria-hidden": "true" };
  const taking = h("input", { ...hidden, id: "take-photo", capture: "environment" });
  const choosing = h("input", { ...hidden, id: "choose-photos", multiple: true });
  for (const input of [taking, choosing]) {
    input.addEventListener("change", () => keep(input));
    input.addEventListener("cancel", () => editing.set({ pendingPhoto: null }));
  }

  const read = async () => {
    const found = await app.store.photosOf(id);
    if (isEnded) return;
    photos = found;
    onRead();
  };

  /** @param {HTMLInputElement} input */
  const keep = async (input) => {
    const code = editing.visit.pendingPhoto?.code ?? null;
    const files = [...(input.files ?? [])];
    const { keepPhoto } = await import("./photo.js");
    for (const file of files) {
      try {
        await keepPhoto(app.store, id, code, file);
        app.say("Photo kept on this phone.");
      } catch (error) {
        app.tell(error);
      }
      await read();
    }
    input.value = "";
    editing.set({ pendingPhoto: null });
  };

  return {
    inputs: [taking, choosing],
    read,
    all: () => photos,
    /** @param {string|null} code */
    of: (code) => photos.filter((photo) => photo.code === code),
    readSoon() {
      clearTimeout(due);
      due = window.setTimeout(() => void read(), SOON_MS);
    },
    /** @param {string|null} code @param {"take-photo"|"choose-photos"} from */
    async add(code, from) {
      // A phone may end the page while its camera is open: on return it must know for which standard.
      editing.set({ pendingPhoto: { code, at: new Date().toISOString() } });
      await editing.flush();
      (from === "take-photo" ? taking : choosing).click();
    },
    /** @param {LocalPhoto} photo */
    async open(photo) {
      const { openPhoto } = await import("./screens/photo.js");
      await openPhoto(app.store, photo.id);
      await read();
    },
    /** @param {LocalPhoto} photo */
    pictureOf(photo) {
      const key = `${photo.id} ${photo.sha256}`;
      const shown = async () => {
        const { photoUrl } = await import("./photo.js");
        return photoUrl(app.store, photo.id).catch(() => null);
      };
      const address = addresses.get(key) ?? shown();
      addresses.set(key, address);
      return address;
    },
    end() {
      isEnded = true;
      clearTimeout(due);
      for (const address of addresses.values()) address.then((url) => url && URL.revokeObjectURL(url));
    },
  };
}
