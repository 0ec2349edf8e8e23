// The visit sheet, one touchpoint at a time: what was answered stays in place, and the way on is under the thumb.

import { standardCard, fillPictures } from "../card.js";
import { afterPaint, button, fill, h, iconButton, panel, whenIdle } from "../dom.js";
import { applyTaps, forgetTaps, takeDrawn } from "../drawn.js";
import { Editing } from "../editing.js";
import { channelHead } from "../frame.js";
import { holdVisit } from "../locks.js";
import { progressOf, sheetOf, touchpointsOf } from "../rules.js";
import { settled } from "../stopwatch.js";
import { runningStrip } from "../strip.js";
import { visitPhotosOf } from "../visit_photos.js";
import { countOf } from "../words.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../types.js").LocalVisit} LocalVisit */
/** @typedef {{key: string, title: string}} Step */

export const FIRST = { key: "first", title: "Your first impression" };
export const LAST = { key: "last", title: "Your last impression" };
export const REVIEW = { key: "review", title: "Review and send" };

// As many standards as fill a phone's screen: the others are made while these are looked at.
const AT_ONCE = 2;
const REST_MS = 300;

/**
 * Show a visit where it stood.
 * @param {App} app
 * @param {URLSearchParams} route
 * @returns {Promise<() => void>} what ends the screen
 */
export async function openVisit(app, route) {
  const id = route.get("visit") ?? "";
  const visit = app.fresh.get(id) ?? (await app.store.visit(id));
  app.fresh.clear();
  const edition = visit && app.editionOf(visit.editionId);
  const channel = visit ? app.channelOf(visit.channelId) : undefined;
  if (!visit || !edition || !channel) {
    const { showMissing } = await import("./missing.js");
    return showMissing(app, visit);
  }
  if (visit.state !== "draft") {
    const { openSent } = await import("./sent.js");
    return openSent(app, visit, edition, channel);
  }

  const standards = sheetOf(edition, channel);
  const touchpoints = touchpointsOf(standards);
  const steps = [FIRST, ...[...touchpoints.keys()].map((title) => ({ key: `touchpoint ${title}`, title })), LAST, REVIEW];
  const places = new Map(standards.map((one, at) => [one.code, `${at + 1} of ${standards.length}`]));
  const editing = new Editing(app.store, visit, () => app.sayKept());
  const ended = new AbortController();
  const photos = visitPhotosOf(app, editing, showPhotos);
  const strip = runningStrip(editing, standards, () => {
    app.say("Stopped.");
    showProgress();
  });
  /** @type {ReturnType<typeof standardCard>[]} */
  let cards = [];
  /** @type {import("../types.js").Standard[]} */
  let due = [];
  let turn = 0;
  const wanted = route.get("standard");
  let step = startStep();

  const area = h("div", { class: "step" });
  const bar = h("progress", { max: standards.length, "aria-label": "Standards answered" });
  const said = h("span", {});
  const back = iconButton("Back", "back", () => go(-1));
  const next = button("Next", () => go(1), { class: "primary next", iconAfter: "next" });
  // On the last step what sends stands where Next stood.
  const slot = h("div", { class: "slot" });
  const dock = h(
    "nav",
    { class: "dock", "aria-label": "Steps of the visit" },
    strip.element,
    h("p", { class: "progress" }, said, bar),
    h("div", { class: "dock-row" }, back, iconButton("Steps", "list", chooseStep), iconButton("Quick note", "note", quickNotes), next, slot),
  );
  const notice = h("div", {});
  /** @type {import("../card.js").Around} */
  const around = {
    editing,
    zone: channel.time_zone,
    photosOf: photos.of,
    addPhoto: photos.add,
    openPhoto: photos.open,
    pictureOf: photos.pictureOf,
    onAnswer: showProgress,
  };

  const drawn = await takeDrawn(app.store.personKey);
  app.tapped.push(...drawn.taps);
  const tapped = app.tapped.filter((tap) => tap.visit === id);
  applyTaps(editing, tapped, standards);
  if (!visit.startedAt) editing.set({ startedAt: new Date().toISOString() });
  fill(app.screen, channelHead(channel), notice, area, ...photos.inputs, dock);
  showStep();
  drawn.standAgain(area);
  if (wanted) showStandard(wanted);
  else if (visit.pendingPhoto?.code) showStandard(visit.pendingPhoto.code);
  const held = holdVisit(id, changeHold);
  afterPaint(photos.read);
  app.store.addEventListener("changed", (event) => onChanged(/** @type {CustomEvent} */ (event).detail), { signal: ended.signal });
  addEventListener("pagehide", () => editing.flush().catch(() => undefined), { signal: ended.signal });
  document.addEventListener("visibilitychange", () => editing.flush().catch(() => undefined), { signal: ended.signal });
  const ticking = setInterval(tick, 1000);

  return () => {
    clearInterval(ticking);
    ended.abort();
    editing.close();
    held.release();
    photos.end();
  };

  function startStep() {
    const pending = wanted ?? visit?.pendingPhoto?.code;
    const touchpoint = standards.find((one) => one.code === pending)?.touchpoint;
    const key = touchpoint ? `touchpoint ${touchpoint}` : (route.get("step") ?? visit?.place);
    return steps.find((one) => one.key === key) ?? FIRST;
  }

  async function showStep() {
    const isReview = step.key === REVIEW.key;
    turn += 1;
    const mine = turn;
    cards = [];
    due = [];
    const at = steps.indexOf(step);
    fill(area, stepHead(at));
    fill(slot);
    if (step.key === FIRST.key || step.key === LAST.key) {
      const { firstImpression, lastImpression } = await import("./impressions.js");
      // The thumb may have gone on before these came.
      if (mine !== turn) return;
      area.append(step.key === FIRST.key ? firstImpression(editing) : lastImpression(editing, visitPhotos()));
    } else if (isReview) {
      const { review } = await import("./review.js");
      if (mine !== turn) return;
      area.append(review({ app, editing, standards, edition: /** @type {any} */ (edition), channel: /** @type {any} */ (channel), photos: photos.all(), slot, goTo: showAt, onChange: showProgress }));
    } else {
      due = [...(touchpoints.get(step.title) ?? [])];
      makeCards();
    }
    back.hidden = at === 0;
    next.hidden = isReview;
    showProgress();
  }

  /** Make the next cards of the step, and the others after them. */
  function makeCards(count = AT_ONCE) {
    const made = due.splice(0, count).map((one) => standardCard(one, places.get(one.code) ?? "", around));
    cards.push(...made);
    area.append(...made.map((card) => card.element));
    const rest = due;
    if (!rest.length) return;
    whenIdle(() => {
      if (rest === due && !ended.signal.aborted) makeCards();
    }, REST_MS);
  }

  /** @param {number} at */
  function stepHead(at) {
    const inside = touchpoints.get(step.title);
    const place = `Step ${at + 1} of ${steps.length}${inside ? ` · ${countOf(inside.length, "standard")}` : ""}`;
    return h("div", { class: "step-head" }, h("p", { class: "hint" }, place), h("h1", {}, step.title));
  }

  /** @param {number} by */
  function go(by) {
    const reached = steps[steps.indexOf(step) + by];
    if (reached) goTo(reached);
  }

  /** @param {Step} reached */
  function goTo(reached) {
    step = reached;
    /** @type {Partial<LocalVisit>} */
    const changes = { place: step.key };
    if (step.key === LAST.key && !editing.visit.leftAt) changes.leftAt = new Date().toISOString();
    editing.set(changes);
    history.replaceState(null, "", `#visit=${id}`);
    showStep();
    scrollTo(0, 0);
    app.screen.focus({ preventScroll: true });
  }

  /** @param {string} codeOrKey a standard's code, or a step's key */
  function showAt(codeOrKey) {
    const found = standards.find((one) => one.code === codeOrKey);
    const key = found ? `touchpoint ${found.touchpoint}` : codeOrKey;
    const reached = steps.find((one) => one.key === key);
    if (reached) goTo(reached);
    if (found) showStandard(found.code);
  }

  /** @param {string} code */
  function showStandard(code) {
    makeCards(due.length);
    const card = cards.find((one) => one.standard.code === code);
    card?.element.scrollIntoView({ block: "end" });
    card?.element.classList.add("pointed");
  }

  function showProgress() {
    const { answered, of } = progressOf(editing.visit, standards);
    said.textContent = `${answered} of ${of} answered`;
    bar.value = answered;
    strip.show(new Set(touchpoints.get(step.title)?.map((one) => one.code)));
  }

  function tick() {
    for (const [code, answer] of Object.entries(editing.visit.answers)) {
      const kept = answer.watch && settled(answer.watch);
      // So that a reload finds a watch which the clock on the wall tells rightly.
      if (kept) editing.change(code, { watch: kept.watch, clockDisagreed: answer.clockDisagreed || kept.disagreed });
    }
    for (const card of cards) card.tick();
    strip.tick();
  }

  function chooseStep() {
    const list = h("ol", { class: "steps" }, ...steps.map((one) => {
      const inside = touchpoints.get(one.title);
      const done = inside && progressOf(editing.visit, inside);
      const label = done ? `${done.answered} of ${done.of}` : "";
      return h("li", {}, button(one.title, () => {
        shown.close();
        goTo(one);
      }, { "aria-current": one === step ? "step" : null, class: "step-choice", "data-done": label }));
    }));
    for (const choice of list.querySelectorAll("button")) choice.append(h("span", { class: "hint" }, choice.dataset.done ?? ""));
    const shown = panel("Steps", list);
  }

  async function quickNotes() {
    const { openNotes } = await import("./notes.js");
    openNotes({ app, editing, standards, onChange: () => cards.forEach((card) => card.show()) });
  }

  /** @param {boolean} isMine */
  async function changeHold(isMine) {
    if (ended.signal.aborted) return;
    const wasReading = editing.readsOnly;
    editing.readsOnly = !isMine;
    area.inert = !isMine;
    if (isMine) {
      fill(notice);
      if (wasReading) app.reload();
      else if (tapped.length) keepTapped().catch(() => undefined);
      return;
    }
    const { READ_ONLY_WORDS } = await import("../locks.js");
    fill(notice, h("div", { class: "notice", role: "status" }, h("p", {}, READ_ONLY_WORDS), button("Take it over", () => held.take(), { class: "primary" })));
  }

  /** What was tapped before the recorder came is let go of once the visit has it: until then it counts. */
  async function keepTapped() {
    await drawn.kept;
    await editing.flush();
    await forgetTaps(app.store.personKey, tapped);
    app.tapped = app.tapped.filter((tap) => !tapped.includes(tap));
  }

  /** @param {{visitId: string|null, state: string|null, elsewhere: boolean}} change */
  async function onChanged(change) {
    if (change.visitId !== id) return;
    if (change.state && change.state !== "draft" && !ended.signal.aborted) {
      app.reload();
      return;
    }
    if (!change.elsewhere) return photos.readSoon();
    if (editing.readsOnly) {
      const stored = await app.store.visit(id);
      if (stored) Object.assign(editing.visit, stored);
      cards.forEach((card) => card.show());
      showProgress();
    }
    await photos.read();
  }

  function showPhotos() {
    for (const card of cards) card.showPhotos();
    const corner = /** @type {HTMLElement|null} */ (area.querySelector(".visit-pictures"));
    if (corner) fillPictures(corner, photos.of(null), photos);
  }

  function visitPhotos() {
    const corner = h("div", { class: "pictures visit-pictures" });
    fillPictures(corner, photos.of(null), photos);
    return h(
      "section",
      { class: "card" },
      h("h2", {}, "Photos of the visit as a whole"),
      h(
        "div",
        { class: "tools" },
        button("Take photo", () => photos.add(null, "take-photo"), { class: "tool", icon: "camera" }),
        button("Choose", () => photos.add(null, "choose-photos"), { class: "tool", icon: "picture", "aria-label": "Choose photos" }),
      ),
      corner,
    );
  }
}
