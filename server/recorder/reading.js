// Reads what people type as a value, as standards/values.py does: nothing is guessed.

// 1,250 is a thousand and more to some and less than two to others.
const UNCLEAR = /^[+-]?[1-9]\d{0,2},\d{3}$/;
const NUMBER = /^[+-]?\d{1,15}([.,]\d{1,20})?$/;

/**
 * Read a decimal number with a point or a comma; null where it is none, or not clear.
 * @param {string} text
 */
export function readNumber(text) {
  const written = text.trim().replace(/(\d)\s(?=\d{3})/g, "$1").replace("−", "-");
  if (!NUMBER.test(written) || UNCLEAR.test(written)) return null;
  return Number(written.replace(",", "."));
}

/**
 * Read parts of a duration, largest first, each worth `sizes` seconds; null where one is no number.
 * @param {string[]} parts blank is 0
 * @param {number[]} sizes
 */
export function readParts(parts, sizes) {
  let seconds = 0;
  for (const [at, part] of parts.entries()) {
    if (!part.trim()) continue;
    // Whoever types 1:30 into one of the fields means minutes and seconds.
    const clock = /^(\d{1,6}):([0-5]\d)$/.exec(part.trim());
    if (clock && sizes.at(-1) === 1) seconds += Number(clock[1]) * 60 + Number(clock[2]);
    else {
      const number = readNumber(part);
      if (number === null || number < 0) return null;
      seconds += number * (sizes[at] ?? 1);
    }
  }
  return seconds;
}

/**
 * Write seconds into such parts.
 * @param {number} seconds
 * @param {number[]} sizes
 */
export function writeParts(seconds, sizes) {
  let rest = seconds;
  return sizes.map((size, at) => {
    const part = at === sizes.length - 1 ? rest / size : Math.floor(rest / size);
    rest -= part * size;
    return String(Math.round(part * 1000) / 1000);
  });
}
