// How things are said: the words of the pages (standards/values.py, pages/parts/scores.py).

import { RATING_TOP, isInDays } from "./rules.js";

/** @typedef {import("./types.js").Standard} Standard */

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86400;

const DEFAULT_STEPS = [
  "did not happen at all",
  "happened in a small part",
  "happened in about half",
  "happened in nearly all",
  "happened in full",
];

/** @param {number} number @param {string} thing @param {string} [plural] */
export function countOf(number, thing, plural = `${thing}s`) {
  return `${number} ${number === 1 ? thing : plural}`;
}

/** @param {number} value */
export function sayNumber(value) {
  const rounded = Math.round(value * 100) / 100;
  // Thousands apart by a narrow space: a comma means different things to different people.
  const [whole = "0", rest] = String(rounded).split(".");
  return whole.replace(/\B(?=(\d{3})+$)/g, "\u202F") + (rest ? `.${rest}` : "");
}

/** @param {number} seconds */
export function saySeconds(seconds) {
  const whole = Math.round(seconds);
  if (whole < MINUTE) return `${sayNumber(Math.round(seconds * 10) / 10)} s`;
  const days = Math.floor(whole / DAY);
  const parts = [
    days ? countOf(days, "day") : "",
    whole % DAY >= HOUR ? `${Math.floor((whole % DAY) / HOUR)} h` : "",
    whole % HOUR >= MINUTE ? `${Math.floor((whole % HOUR) / MINUTE)} min` : "",
    whole % MINUTE ? `${whole % MINUTE} s` : "",
  ];
  return parts.filter(Boolean).slice(0, 2).join(" ");
}

/**
 * A running time as a stopwatch shows it: `1:38`, `2:05:09`.
 * @param {number} seconds
 */
export function sayClock(seconds) {
  const whole = Math.max(Math.floor(seconds), 0);
  const two = (/** @type {number} */ part) => String(part).padStart(2, "0");
  const minutes = Math.floor(whole / MINUTE) % 60;
  const hours = Math.floor(whole / HOUR);
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** @param {string} unit */
function singular(unit) {
  return unit.endsWith("ss") ? unit : unit.replace(/s$/, "");
}

/** @param {Standard} standard @param {number} value */
function sayAmount(standard, value) {
  const { measure, unit } = standard;
  if (measure === "yes/no") return value ? "yes" : "no";
  if (measure === "duration" && !isInDays(standard)) return saySeconds(value);
  if (measure === "share") return `${sayNumber(value)} %`;
  if (measure === "rating") return `${sayNumber(value)} of ${RATING_TOP}`;
  const said = measure === "number" || value !== 1 ? unit : singular(unit);
  return `${sayNumber(value)} ${said}`.trim();
}

/** @param {Standard} standard */
export function sayTarget(standard) {
  const amount = sayAmount(standard, standard.target);
  if (standard.measure === "yes/no") return amount;
  const words = { "<=": "at most", ">=": "at least", "<": "less than", ">": "more than", "=": "exactly" };
  return `${words[standard.comparator]} ${amount}`;
}

/** @param {Standard} standard @param {number} value @param {boolean} longerThan */
export function sayValue(standard, value, longerThan) {
  const amount = sayAmount(standard, value);
  return longerThan ? `longer than ${amount}` : amount;
}

/** @param {Standard} standard */
export function stepsOf(standard) {
  return standard.steps.length ? standard.steps : DEFAULT_STEPS;
}

/** @param {number} percent 0–100 */
export function sayPercent(percent) {
  // Only what is whole is called 100.0 %.
  return `${(percent < 100 ? Math.min(percent, 99.9) : percent).toFixed(1)} %`;
}

/** @param {number|null} coverage 0–1 */
export function sayCoverage(coverage) {
  // Rounded down: what falls short never looks enough.
  return `${Math.floor(100 * (coverage ?? 0) + 1e-9)} %`;
}

/**
 * @param {{percent: number|null, coverage: number|null, noNosMissed: unknown[]}} score
 * @param {boolean} complete
 */
export function sayScore(score, complete) {
  let said = "no score: nothing applied";
  if (!complete && score.coverage !== null) said = `incomplete: ${sayCoverage(score.coverage)} covered`;
  else if (score.percent !== null) said = sayPercent(score.percent);
  const failed = score.noNosMissed.length;
  return failed ? `${said}, failed (${countOf(failed, "no-no")})` : said;
}

/** @param {string|null} text an ISO date or instant */
export function sayDay(text) {
  if (!text) return "";
  const at = new Date(text.length === 10 ? `${text}T12:00` : text);
  return at.toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" });
}

/** @param {string} text an ISO instant */
export function sayTime(text) {
  return new Date(text).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}

/** @param {string} text an ISO instant */
export function sayMoment(text) {
  const at = new Date(text);
  const isToday = at.toDateString() === new Date().toDateString();
  const day = at.toLocaleDateString("en-GB", { day: "numeric", month: "short" });
  return isToday ? `today, ${sayTime(text)}` : `${day}, ${sayTime(text)}`;
}

/** @param {number} bytes */
export function sayBytes(bytes) {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  return bytes >= 1e6 ? `${Math.round(bytes / 1e6)} MB` : `${Math.ceil(bytes / 1e3)} kB`;
}

/** @param {import("./types.js").Channel|undefined} channel */
export function nameOf(channel) {
  return channel ? `${channel.brand.name} · ${channel.name}` : "A channel that is closed";
}
