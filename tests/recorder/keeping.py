"""What a page keeps, put there and looked at past the program, and connections that break."""

from playwright.sync_api import Page

A_VISIT = """async ([begun, changes]) => {
    const visit = { ...newVisit(begun), ...changes };
    return store.saveVisit(visit);
}"""
A_PHOTO = """async ([visitId, size]) => {
    const bytes = new Uint8Array(size).map((_, at) => (at * 7) % 251).buffer;
    // What can be packed takes less room than it has bytes; photos cannot.
    for (let at = 0; size > 100_000 && at < size; at += 50_000) {
        crypto.getRandomValues(new Uint8Array(bytes, at, Math.min(50_000, size - at)));
    }
    const id = crypto.randomUUID();
    await store.addPhoto({ id, visitId, code: "A", type: "image/jpeg", bytes, takenAt: null });
    return id;
}"""
# Breaks the store's connection in the ways phones do; `broken` counts.
BREAK = """([how, times]) => {
    window.broken = 0;
    const start = IDBDatabase.prototype.transaction;
    const open = IDBFactory.prototype.open;
    const opened = new WeakSet();
    IDBFactory.prototype.open = function (...given) {
        const opening = open.apply(this, given);
        opening.addEventListener("success", () => opened.add(opening.result));
        return opening;
    };
    IDBDatabase.prototype.transaction = function (...given) {
        const wanted = how === "silent" ? !opened.has(this) : given[1] === "readwrite";
        if (!wanted || broken >= times) return start.apply(this, given);
        broken += 1;
        if (how === "closed") this.close();
        // Of a connection from before: its requests never answer, and it cannot be ended.
        if (how === "silent") {
            const ended = () => { throw new DOMException("gone", "InvalidStateError"); };
            const asked = () => ({});
            return { objectStore: () => ({ get: asked, put: asked, count: asked }), abort: ended };
        }
        if (how === "lost") throw new DOMException("server lost", "UnknownError");
        const made = start.apply(this, given);
        if (how === "aborted") queueMicrotask(() => made.abort());
        if (how === "full") {
            const error = new DOMException("no room", "QuotaExceededError");
            Object.defineProperty(made, "error", { value: error });
            queueMicrotask(() => made.abort());
        }
        return made;
    };
}"""


def save(tab: Page, place, **changes):
    return tab.evaluate(A_VISIT, [place.begun, changes])


def answers(value: int):
    return {"A": {"value": value, "notApplicable": False, "longerThan": False, "note": "", "watch": None}}


def told(tab: Page, name: str):
    return tab.evaluate("name => told.filter((one) => one.name === name)", name)


def stored(tab: Page, kind: str, key: str):
    return tab.evaluate(
        """([kind, key]) => new Promise((resolve) => {
            indexedDB.open(`second-visit-${store.personKey}`).onsuccess = ({ target }) => {
                const reading = target.result.transaction(kind).objectStore(kind).get(key);
                reading.onsuccess = () => { target.result.close(); resolve(reading.result); };
            };
        })""",
        [kind, key],
    )
