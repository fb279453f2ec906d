// @ts-check
/* Numbers, shown in 4 significant digits as Python shows them, and read as a student types them. */

/** @param {number} x */
function shown(x) {
  return written(x).replaceAll("-", "−");
}

/** The digits alone, with a plain minus sign.
 * @param {number} x */
function written(x) {
  if (x === 0) return "0.0";
  let [mantissa, suffix] = Math.abs(x).toExponential(3).split("e");
  const exponent = Number(suffix);
  const fourth = (Math.abs(x) / 10 ** (exponent - 3)) % 1;
  if (Math.abs(fourth - 0.5) < 1e-6) mantissa = halfWay(x, mantissa);
  const sign = x < 0 ? "-" : "";
  if (exponent < -4 || exponent >= 4) return sign + mantissa.replace(/\.?0+$/, "") + "e" + exponent;
  const plain = String(Number(mantissa + "e" + exponent));
  return sign + plain + (plain.includes(".") || !isExactly(Number(sign + plain), x) ? "" : ".0");
}

/** Halfway between two numbers of 4 digits, the even one wins, as in Python.
 * @param {number} x @param {string} otherwise */
function halfWay(x, otherwise) {
  const digits = Math.abs(x).toExponential(30);
  return /^\d\.\d{2}[02468]50*e/.test(digits) ? digits.slice(0, 5) : otherwise;
}

/** Whether the digits that are shown are the whole number, up to the rounding of floats.
 * @param {number} x */
function isWhole(x) {
  return isExactly(Number(written(x)), x);
}

/** @param {number} shorter @param {number} x */
function isExactly(shorter, x) {
  return Math.abs(shorter - x) <= 1e-12 * Math.abs(x);
}

/** "=" if the shown digits make a true equation, otherwise "≈".
 * @param {number} result
 * @param {number[]} operands */
function equals(result, operands) {
  return isWhole(result) && operands.every(isWhole) ? "=" : "≈";
}

/** A shown number without rounding: an integer times 10 to an exponent.
 * @param {number} x */
function decimal(x) {
  const [mantissa, exponent] = written(x).split("e");
  const [whole, fraction = ""] = mantissa.split(".");
  return { digits: BigInt(whole + fraction), exponent: Number(exponent || 0) - fraction.length };
}

/** "=" if the product of the shown digits is exactly what is shown of the result.
 * @param {number} result @param {number} one @param {number} other */
function productSign(result, one, other) {
  const [a, b] = [decimal(one), decimal(other)];
  return isSame({ digits: a.digits * b.digits, exponent: a.exponent + b.exponent }, decimal(result)) ? "=" : "≈";
}

/** The same for terms that are added up. @param {number} result @param {number[]} terms */
function sumSign(result, terms) {
  const all = terms.map(decimal).reduce((total, { digits, exponent }) => {
    const least = Math.min(total.exponent, exponent);
    return { digits: atPower(total, least) + atPower({ digits, exponent }, least), exponent: least };
  }, { digits: 0n, exponent: 0 });
  return isSame(all, decimal(result)) ? "=" : "≈";
}

/** @param {{digits: bigint, exponent: number}} one @param {{digits: bigint, exponent: number}} other */
function isSame(one, other) {
  const least = Math.min(one.exponent, other.exponent);
  return atPower(one, least) === atPower(other, least);
}

/** @param {{digits: bigint, exponent: number}} number @param {number} exponent */
function atPower({ digits, exponent: from }, exponent) {
  return digits * 10n ** BigInt(from - exponent);
}

/** The sign in front of numbers that were put in: "≈" if one of them is not all that is shown of it.
 * @param {number[]} operands */
function digits(operands) {
  return operands.every(isWhole) ? "=" : "≈";
}

/** A number as it is typed: 2, -0.5e-2, 1/3, also with a decimal comma or the digits of a Chinese keyboard. Else NaN.
 * @param {string} text */
function parsed(text) {
  const plain = text.normalize("NFKC").trim().replace(/[−–—]/g, "-").replace(/⁄/g, "/");
  const [over, under, ...more] = plain.split("/").map((part) => {
    const number = part.trim().replace(/^([+-]?\d*),(\d+)/, "$1.$2");
    return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(number) ? Number(number) : NaN;
  });
  const value = more.length ? NaN : under === undefined ? over : over / under;
  return Number.isFinite(value) ? value : NaN;
}

/** A generator of random numbers from 0 to 1 with a seed (mulberry32).
 * @param {number} seed */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
