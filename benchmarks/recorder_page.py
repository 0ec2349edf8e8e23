"""What a run does inside the recorder's page, by the recorder's own modules: the JavaScript of a shopper."""

# Before anything of the page runs: its clock, and what it does until it is to die. A page that is to die
# asks for it in a way that stands still until it is killed: in an open transaction, or right after one.
WATCH = """(given) => {
    const True = Date;
    let ahead = given.aheadMs;
    globalThis.Date = class extends True {
        constructor(...parts) { parts.length ? super(...parts) : super(True.now() + ahead); }
        static now() { return True.now() + ahead; }
    };
    const kept = { visits: {}, photos: [] };
    let [death, count, openWrites, requests] = [given.death, 0, 0, 0];
    const reach = (kind) => {
        if (death?.kind !== kind) return;
        count += 1;
        if (count !== death.nth) return;
        const die = () => {
            if (!death) return;
            const told = { kind, openWrites, requests, kept };
            death = null;
            const asking = new XMLHttpRequest();
            asking.open("POST", given.dying, false);
            asking.send(JSON.stringify(told));
        };
        if (kind === "sending") setTimeout(die, Math.random() * 15);
        else die();
    };
    globalThis.watch = {
        plan(planned) { [death, count] = [planned, 0]; },
        moveClock(ms) { ahead += ms; },
        keepVisit({ id, sync }) { kept.visits[id] = sync.change; },
        keepPhoto(id) { kept.photos.push(id); },
    };
    const begin = IDBDatabase.prototype.transaction;
    const written = new WeakMap();
    IDBDatabase.prototype.transaction = function (...asked) {
        const made = begin.apply(this, asked);
        if (asked[1] !== "readwrite") return made;
        const values = [];
        written.set(made, values);
        openWrites += 1;
        made.addEventListener("abort", () => { openWrites -= 1; });
        made.addEventListener("complete", () => {
            openWrites -= 1;
            for (const { store, value } of values) {
                if (store === "visits") kept.visits[value.id] = value.sync?.change ?? 0;
                if (store === "photo_bytes") kept.photos.push(value.id);
            }
            reach("written");
        });
        return made;
    };
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (value, ...rest) {
        const request = put.call(this, value, ...rest);
        written.get(this.transaction)?.push({ store: this.name, value });
        reach("writing");
        return request;
    };
    const fetch = globalThis.fetch.bind(globalThis);
    globalThis.fetch = async (path, init, ...rest) => {
        const isWrite = init?.method === "PUT";
        if (!isWrite) return fetch(path, init, ...rest);
        requests += 1;
        reach("sending");
        try {
            return await fetch(path, init, ...rest);
        } finally {
            requests -= 1;
        }
    };
}"""

# As app.js starts it.
BRING_IN = """async (key) => {
    for (const name of ["store", "documents", "editing", "locks", "photo", "sync"]) {
        Object.assign(window, await import(`/recorder/${name}.js`));
    }
    window.store = await openStore(key);
    window.sync = startSync(store, { fetch: (...asked) => window.fetch(...asked) });
    void finishPhotos(store);
}"""

INSTALL = """async () => {
    await navigator.serviceWorker.register("/sw.js", { updateViaCache: "none" });
    const ready = navigator.serviceWorker.ready;
    const late = new Promise((_, reject) => setTimeout(() => reject(new Error("no service worker")), 20000));
    await Promise.race([ready, late]);
}"""

# What was done before a tab died is not done again.
RECORD = """async (told) => {
    const now = () => new Date().toISOString();
    let visit = (await store.visits()).find((one) => one.story === told.mark);
    if (!visit) {
        const { channelId, editionId, mark } = told;
        visit = await store.saveVisit({ ...newVisit({ channelId, editionId }), story: mark });
    }
    const { id } = visit;
    let held;
    await new Promise((resolve) => { held = holdVisit(id, (isMine) => { if (isMine) resolve(); }); });
    visit = await store.visit(id);
    if (visit.state !== "draft") return held.release();
    const editing = new Editing(store, visit, () => undefined);
    // What has been answered as kept has to be there after any death.
    const flush = () => editing.flush().then(() => watch.keepVisit(editing.visit));
    const step = (changes) => {
        editing.set(changes);
        return flush();
    };
    await step({ firstImpression: told.firstImpression });
    for (const { code, said, moveMs, syncs } of told.answers) {
        const { value, notApplicable, note } = editing.answer(code);
        if (value !== said.value || notApplicable !== said.notApplicable || note !== said.note) {
            editing.change(code, said);
            await flush();
        }
        if (moveMs) watch.moveClock(moveMs);
        if (syncs) void sync.now();
    }
    const here = new Set((await store.photosOf(id)).map((one) => one.takenAt));
    for (const { code, takenAt, content } of told.photos) {
        if (here.has(takenAt)) continue;
        await step({ pendingPhoto: { code, at: now() } });
        const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
        const file = new File([bytes], "taken.jpg", { type: "image/jpeg" });
        watch.keepPhoto(await keepPhoto(store, id, code, file));
        await step({ pendingPhoto: null });
    }
    const { lastImpression, wouldReturn } = told;
    await step({ lastImpression, wouldReturn, state: "waiting", leftAt: now(), place: "" });
    editing.close();
    held.release();
}"""

# A person who presses the button until no more than so many visits wait.
SEND = """async (most) => {
    for (let pauseMs = 30; ; pauseMs = Math.min(400, pauseMs * 1.5)) {
        const notSent = (visit) => (visit.state === "sent" ? null : visit);
        const waiting = (await store.eachVisit(notSent)).filter(Boolean);
        const stuck = waiting.find((visit) => visit.state === "needs-you");
        if (stuck) throw new Error(`${stuck.story} needs you: ${stuck.problemCode} ${stuck.problem}`);
        if (waiting.length <= most) return watch.plan(null);
        await sync.now();
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
}"""

# Past the program: the phone's database as it is on the disk.
OPEN_DATABASE = """(name) => new Promise((resolve, reject) => {
    const opening = indexedDB.open(name);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => resolve(opening.result);
})"""

READ_ALL = f"""async (name, stores) => {{
    const database = await ({OPEN_DATABASE})(name);
    const reading = [...database.objectStoreNames].includes("visits") && database.transaction(stores);
    const all = (store) => new Promise((resolve, reject) => {{
        const asking = reading.objectStore(store).getAll();
        asking.onsuccess = () => resolve(asking.result);
        asking.onerror = () => reject(asking.error);
    }});
    const found = reading ? await Promise.all(stores.map(all)) : stores.map(() => []);
    database.close();
    return found;
}}"""

FIND_LOST = f"""async ([name, kept]) => {{
    const [visits, photos] = await ({READ_ALL})(name, ["visits", "photo_bytes"]);
    const changes = new Map(visits.map((visit) => [visit.id, visit.sync.change]));
    const here = new Set(photos.map((photo) => photo.id));
    return [
        ...Object.entries(kept.visits)
            .filter(([id, change]) => !(changes.get(id) >= change))
            .map(([id, change]) => `visit ${{id}} at change ${{change}}: ${{changes.get(id)}}`),
        ...kept.photos.filter((id) => !here.has(id)).map((id) => `photo ${{id}}`),
    ];
}}"""

FIND_DRAFT = f"""async ([name, mark]) => {{
    const [visits, photos] = await ({READ_ALL})(name, ["visits", "photos"]);
    // A draft without a word was begun by taps, and its tab died before anybody could write more.
    const visit = visits.find((one) => one.story === mark) ?? visits.find((one) => one.story === "");
    if (!visit) return null;
    const taken = photos.filter((photo) => photo.visitId === visit.id).map((photo) => photo.takenAt);
    return {{ ...visit, taken }};
}}"""

TELL_VISITS = f"""async (name) => {{
    const [visits, photos] = await ({READ_ALL})(name, ["visits", "photos"]);
    return visits.map(({{ id, story, state, sync }}) => ({{
        id, story, state,
        isAnswered: sync.attempt === null && sync.sent === sync.change && sync.theirs === null,
        photos: photos.filter((photo) => photo.visitId === id),
    }}));
}}"""

TELL_BYTES = f"""async ([name, id]) => {{
    const database = await ({OPEN_DATABASE})(name);
    const kept = await new Promise((resolve, reject) => {{
        const asking = database.transaction("photo_bytes").objectStore("photo_bytes").get(id);
        asking.onsuccess = () => resolve(asking.result);
        asking.onerror = () => reject(asking.error);
    }});
    database.close();
    const letters = Array.from(new Uint8Array(kept?.bytes ?? []), (byte) => String.fromCharCode(byte));
    return btoa(letters.join(""));
}}"""

# When the days of grace are over, nothing of what the server has stays. Clocks went on by days on the way.
LET_GO = f"""async (name) => {{
    watch.moveClock(60 * 24 * 3600000);
    for (;;) {{
        await sync.now();
        const [visits, photos] = await ({READ_ALL})(name, ["visits", "photo_bytes"]);
        if (!visits.length && !photos.length) return 0;
        await new Promise((resolve) => setTimeout(resolve, 200));
    }}
}}"""
