// Numbers and times in words.

const grouped = new Intl.NumberFormat("en");

/** Write a whole number with its thousands apart. */
function count(number) {
  return grouped.format(number);
}

/** Write `number` and the noun in the form that goes with it. */
function plural(number, noun, nouns = `${noun}s`) {
  return `${count(number)} ${number === 1 ? noun : nouns}`;
}

/** Write nanoseconds with three digits and the unit that suits them. */
function time(nanoseconds) {
  const [divisor, unit] =
    nanoseconds >= 999_500_000 ? [1e9, "s"] : nanoseconds >= 999_500 ? [1e6, "ms"] : nanoseconds >= 1_000 ? [1e3, "µs"] : [1, "ns"];
  return `${threeDigits(nanoseconds / divisor)} ${unit}`;
}

/** Write a number of bytes with the unit that suits it. */
function size(bytes) {
  const [divisor, unit] = bytes >= 999_500 ? [1e6, "MB"] : bytes >= 1_000 ? [1e3, "kB"] : [1, "B"];
  return `${threeDigits(bytes / divisor)} ${unit}`;
}

/** Write the share that `part` has of `whole`. */
function share(part, whole) {
  if (!whole) return "0 %";
  const percent = (100 * part) / whole;
  return percent > 0 && percent < 0.1 ? "< 0.1 %" : `${percent < 9.95 ? percent.toFixed(1) : Math.round(percent)} %`;
}

function threeDigits(number) {
  if (Number.isInteger(number) || number >= 99.95) return count(Math.round(number));
  return number >= 9.995 ? number.toFixed(1) : number.toFixed(2);
}
