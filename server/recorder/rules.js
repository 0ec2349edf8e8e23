// Verdicts, the sheet of a visit and its score: the same rules as standards/measuring.py and scoring.py,
// held to them by tests/cases/verdicts.json. Nothing here knows the page, a clock or a store.

/** @typedef {import("./types.js").Standard} Standard */
/** @typedef {import("./types.js").LocalVisit} LocalVisit */
/** @typedef {import("./types.js").LocalAnswer} LocalAnswer */
/** @typedef {import("./types.js").Verdict} Verdict */

const DAY_UNITS = ["days", "working days"];
const LONG_WAIT_SECONDS = 30 * 60;
export const RATING_TOP = 5;

/** @type {Record<string, (value: number, target: number) => boolean>} */
const COMPARE = {
  "<=": (value, target) => value <= target,
  ">=": (value, target) => value >= target,
  "<": (value, target) => value < target,
  ">": (value, target) => value > target,
  "=": (value, target) => value === target,
};

/** @type {Record<string, (value: number) => boolean>} */
const CAN_BE = {
  "yes/no": (value) => value === 0 || value === 1,
  duration: (value) => value >= 0,
  count: (value) => value >= 0 && Number.isInteger(value),
  number: () => true,
  share: (percent) => percent >= 0 && percent <= 100,
  rating: (step) => Number.isInteger(step) && step >= 1 && step <= RATING_TOP,
};

/**
 * Judge one value; null where a wait given up does not settle it yet.
 * @param {Pick<Standard, "comparator"|"target">} standard
 * @param {{value: number, longerThan?: boolean}} given
 * @returns {"met"|"missed"|null}
 */
export function verdictOf(standard, { value, longerThan = false }) {
  if (!longerThan) return COMPARE[standard.comparator]?.(value, standard.target) ? "met" : "missed";
  if (value < standard.target) return null;
  return standard.comparator === ">=" || standard.comparator === ">" ? "met" : "missed";
}

/**
 * The verdict of what stands in an answer; null while it is unanswered.
 * @param {Standard} standard
 * @param {LocalAnswer|undefined} answer
 * @returns {Verdict|null}
 */
export function answeredAs(standard, answer) {
  if (!answer) return null;
  if (answer.notApplicable) return "not applicable";
  if (answer.value === null) return answer.verdict ?? null;
  return verdictOf(standard, { value: answer.value, longerThan: answer.longerThan });
}

/**
 * Whether a value can occur in a measure at all: no negative count, no share above 100 %.
 * @param {Standard} standard
 * @param {number} value
 */
export function isAllowed(standard, value) {
  return Number.isFinite(value) && Boolean(CAN_BE[standard.measure]?.(value));
}

/**
 * Whether a standard is waited for over hours or days.
 * @param {Standard} standard
 */
export function isLongWait(standard) {
  if (standard.measure !== "duration") return false;
  return DAY_UNITS.includes(standard.unit) || standard.target >= LONG_WAIT_SECONDS;
}

/** @param {Standard} standard */
export function isInDays(standard) {
  return DAY_UNITS.includes(standard.unit);
}

/**
 * Whether a stopwatch or a long wait was started and has not ended.
 * @param {LocalAnswer|undefined} answer
 */
export function isOpen(answer) {
  return Boolean(answer?.openedAt && !answer.closedAt);
}

/**
 * What a visit to such a channel is asked, in visiting order.
 * @param {{standards: Standard[]}} edition
 * @param {{kind: string, brand: {is_own: boolean}}} channel
 */
export function sheetOf(edition, channel) {
  return edition.standards.filter(
    (one) =>
      (!one.kinds.length || one.kinds.includes(channel.kind)) &&
      (channel.brand.is_own || one.scope === "common"),
  );
}

/**
 * Standards by touchpoint, in the order a customer meets them.
 * @param {Standard[]} standards
 * @returns {Map<string, Standard[]>}
 */
export function touchpointsOf(standards) {
  /** @type {Map<string, Standard[]>} */
  const grouped = new Map();
  for (const standard of standards) {
    const together = grouped.get(standard.touchpoint);
    if (together) together.push(standard);
    else grouped.set(standard.touchpoint, [standard]);
  }
  return grouped;
}

/**
 * The editions that fit a channel, newest of each set; the one most about just its kind comes first.
 * @param {import("./types.js").Edition[]} editions
 * @param {import("./types.js").Channel} channel
 */
export function editionsFor(editions, channel) {
  /** @type {Map<string, import("./types.js").Edition>} */
  const newest = new Map();
  for (const edition of editions) {
    if (Boolean(edition.is_example) !== Boolean(channel.brand.is_example)) continue;
    const known = newest.get(edition.set);
    if (!known || known.number < edition.number) newest.set(edition.set, edition);
  }
  const forJustThis = (/** @type {import("./types.js").Edition} */ edition) =>
    edition.standards.filter((one) => one.kinds.length === 1 && one.kinds[0] === channel.kind).length;
  return [...newest.values()]
    .filter((edition) => sheetOf(edition, channel).length)
    .sort((a, b) => forJustThis(b) - forJustThis(a) || (a.set < b.set ? -1 : 1));
}

/**
 * How far a visit is.
 * @param {LocalVisit} visit
 * @param {Standard[]} standards
 */
export function progressOf(visit, standards) {
  const answered = standards.filter((one) => answeredAs(one, visit.answers[one.code])).length;
  return { answered, of: standards.length };
}

/**
 * Add up a visit: points earned over points possible. Nothing applied is null, never 0.
 * @param {LocalVisit} visit
 * @param {Standard[]} standards
 */
export function scoreOf(visit, standards) {
  let points = 0;
  let possible = 0;
  let weightAnswered = 0;
  let weightApplying = 0;
  /** @type {Standard[]} */
  const noNosMissed = [];
  for (const standard of standards) {
    const verdict = answeredAs(standard, visit.answers[standard.code]);
    weightApplying += standard.weight;
    if (!verdict) continue;
    weightAnswered += standard.weight;
    if (verdict === "not applicable") continue;
    possible += standard.weight;
    if (verdict === "met") points += standard.weight;
    else if (standard.no_no) noNosMissed.push(standard);
  }
  return {
    points,
    possible,
    percent: possible ? (points / possible) * 100 : null,
    coverage: weightApplying ? weightAnswered / weightApplying : null,
    noNosMissed,
  };
}

/**
 * Whether a visit is covered well enough to be compared.
 * @param {number|null} coverage 0–1
 * @param {number} minimum
 */
export function isComplete(coverage, minimum) {
  return coverage !== null && coverage >= minimum - 1e-12;
}

/**
 * Whether a verdict has neither the photo nor the note its standard asks for.
 * @param {Standard} standard
 * @param {LocalAnswer|undefined} answer
 * @param {number} photoCount
 */
export function lacksEvidence(standard, answer, photoCount) {
  const verdict = answeredAs(standard, answer);
  if (!answer || !verdict || verdict === "not applicable") return false;
  const wanted = standard.evidence === "always" || (standard.evidence === "if missed" && verdict === "missed");
  return wanted && !photoCount && !answer.note.trim();
}

/**
 * How long a wait took, in the unit of the standard's target: whole seconds, days with their fraction, or
 * whole working days on the channel's calendar.
 * @param {Standard} standard
 * @param {Date} openedAt
 * @param {Date} closedAt
 * @param {string} zone
 */
export function waited(standard, openedAt, closedAt, zone) {
  const seconds = Math.max((closedAt.getTime() - openedAt.getTime()) / 1000, 0);
  if (standard.unit === "working days") return workingDaysBetween(dayIn(openedAt, zone), dayIn(closedAt, zone));
  return standard.unit === "days" ? seconds / 86400 : Math.floor(seconds);
}

/**
 * What is known of a wait that was given up: it is longer than this.
 * @param {Standard} standard
 * @param {Date} openedAt
 * @param {Date} now
 * @param {string} zone
 */
export function waitedInVain(standard, openedAt, now, zone) {
  const value = waited(standard, openedAt, now, zone);
  // A reply may still come today: only the whole working days before today are known to be over.
  return standard.unit === "working days" ? Math.max(value - 1, 0) : value;
}

/** @param {Date} at @param {string} zone @returns {number} days since 1970 on that zone's calendar */
function dayIn(at, zone) {
  /** @type {Intl.DateTimeFormatOptions} */
  const asked = { year: "numeric", month: "numeric", day: "numeric" };
  let parts;
  try {
    parts = new Intl.DateTimeFormat("en-US", { ...asked, timeZone: zone }).formatToParts(at);
  } catch {
    // A zone that this phone does not know: its own calendar is nearest.
    parts = new Intl.DateTimeFormat("en-US", asked).formatToParts(at);
  }
  const part = (/** @type {string} */ type) => Number(parts.find((one) => one.type === type)?.value);
  return Date.UTC(part("year"), part("month") - 1, part("day")) / 86400000;
}

/** @param {number} opened @param {number} closed */
function workingDaysBetween(opened, closed) {
  let count = 0;
  for (let day = opened + 1; day <= closed; day += 1) {
    // Day 0 was a Thursday.
    if ((day + 4) % 7 !== 0 && (day + 4) % 7 !== 6) count += 1;
  }
  return count;
}
