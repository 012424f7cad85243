/** Prints floats of 64 bits as Go's `strconv.FormatFloat` does. */

/** Prints a float as `%v`: with the fewest digits that mean it, and with an exponent from 1e+06 on and below 1e-04. */
export function shortestFloat(value: number): string {
  if (Number.isInteger(value) && value > -1e6 && value < 1e6) return Object.is(value, -0) ? '-0' : String(value);
  return formatFloat(value, 'g', -1);
}

/**
 * Prints a float as `strconv.FormatFloat`.
 *
 * @param verb b, e, E, f, g, G, x or X
 * @param precision of the verb; -1 for the fewest digits that mean the number
 */
export function formatFloat(value: number, verb: string, precision: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const magnitude = Math.abs(value);
  switch (verb) {
    case 'b':
      return sign + formatBinary(magnitude);
    case 'x':
    case 'X': {
      const text = sign + formatHex(magnitude, precision);
      return verb === 'x' ? text : text.toUpperCase();
    }
    case 'f':
      return sign + (precision < 0 ? shortestFixed(magnitude) : fixed(magnitude, precision));
    case 'e':
    case 'E':
      return cased(sign + exponential(magnitude, precision), verb);
    default:
      return cased(sign + general(magnitude, precision), verb);
  }
}

function cased(text: string, verb: string): string {
  return verb === 'E' || verb === 'G' ? text.toUpperCase() : text;
}

/** A number in decimal: 0.DIGITS × 10^point. */
type Decimal = { digits: string; point: number };

/** The fewest digits that mean a number. */
function shortest(value: number): Decimal {
  if (value === 0) return { digits: '', point: 0 };
  const [mantissa = '', power] = value.toExponential().split('e');
  return { digits: mantissa.replace('.', ''), point: Number(power) + 1 };
}

/** A number rounded to so many significant digits, ties to even, from its exact value. */
function rounded(value: number, count: number): Decimal {
  if (value === 0) return { digits: '', point: 0 };
  const [, power] = value.toExponential().split('e');
  let point = Number(power) + 1;
  if (count < 0) return { digits: '', point };
  let text = scaled(value, count - point);
  // The fewest digits may be those of the next power of ten: 1e-323 is 9.88e-324.
  if (text.length < count && text !== '0') text = scaled(value, count - --point);
  // Rounding may add a digit: 9.99 becomes 10.0.
  const grown = text.length > count;
  const digits = (grown ? text.slice(0, count) : text).padStart(Math.min(count, text.length), '0');
  return text === '0' ? { digits: '', point: 0 } : { digits, point: point + (grown ? 1 : 0) };
}

/** The digits of `value × 10^places`, rounded to a whole number, ties to even. */
function scaled(value: number, places: number): string {
  const { mantissa, exponent } = split(value);
  let above = mantissa;
  let below = 1n;
  if (exponent >= 0) above <<= BigInt(exponent);
  else below <<= BigInt(-exponent);
  if (places >= 0) above *= 10n ** BigInt(places);
  else below *= 10n ** BigInt(-places);
  const whole = above / below;
  const twice = 2n * (above - whole * below);
  return String(twice > below || (twice === below && whole % 2n === 1n) ? whole + 1n : whole);
}

function split(value: number): { mantissa: bigint; exponent: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  return biased === 0
    ? { mantissa: fraction, exponent: -1074 }
    : { mantissa: fraction | (1n << 52n), exponent: biased - 1075 };
}

/** No float has more digits behind its point. */
const MAX_PLACES = 1074;

function fixed(value: number, precision: number): string {
  const places = Math.min(precision, MAX_PLACES);
  const text = scaled(value, places).padStart(places + 1, '0');
  const whole = text.slice(0, text.length - places);
  return places === 0 ? whole : `${whole}.${text.slice(text.length - places)}${'0'.repeat(precision - places)}`;
}

function shortestFixed(value: number): string {
  const { digits, point } = shortest(value);
  return plain(digits, point);
}

/** The number 0.DIGITS × 10^point, without an exponent. */
function plain(digits: string, point: number): string {
  if (point <= 0) return digits === '' ? '0' : `0.${'0'.repeat(-point)}${digits}`;
  if (digits.length <= point) return digits.padEnd(point, '0');
  return `${digits.slice(0, point)}.${digits.slice(point)}`;
}

function exponential(value: number, precision: number): string {
  const { digits, point } = precision < 0 ? shortest(value) : rounded(value, Math.min(precision, MAX_PLACES) + 1);
  return withExponent(digits, point, precision < 0 ? Math.max(digits.length - 1, 0) : precision);
}

function withExponent(digits: string, point: number, places: number): string {
  const fraction = digits.slice(1).padEnd(places, '0').slice(0, places);
  const power = digits === '' ? 0 : point - 1;
  const exponent = String(Math.abs(power)).padStart(2, '0');
  return `${digits[0] ?? '0'}${fraction === '' ? '' : `.${fraction}`}e${power < 0 ? '-' : '+'}${exponent}`;
}

function general(value: number, precision: number): string {
  const isShortest = precision < 0;
  const wanted = isShortest ? 6 : precision === 0 ? 1 : precision;
  const { digits: padded, point } = isShortest ? shortest(value) : rounded(value, Math.min(wanted, MAX_PLACES));
  const digits = padded.replace(/0+$/, '');
  let limit = wanted;
  if (limit > digits.length && digits.length >= point) limit = digits.length;
  if (isShortest) limit = 6;
  const exponent = point - 1;
  if (digits !== '' && (exponent < -4 || exponent >= limit)) {
    return withExponent(digits, point, digits.length - 1);
  }
  return plain(digits, point);
}

function formatBinary(value: number): string {
  const { mantissa, exponent } = split(value);
  return `${mantissa}p${exponent < 0 ? '' : '+'}${exponent}`;
}

function formatHex(value: number, precision: number): string {
  if (value === 0) return `0x0${precision > 0 ? `.${'0'.repeat(precision)}` : ''}p+00`;
  let { mantissa, exponent } = split(value);
  while (mantissa < 1n << 52n) {
    mantissa <<= 1n;
    exponent--;
  }
  let power = exponent + 52;
  if (precision >= 0 && precision < 13) {
    const shift = BigInt(4 * (13 - precision));
    const below = mantissa & ((1n << shift) - 1n);
    mantissa >>= shift;
    const half = 1n << (shift - 1n);
    if (below > half || (below === half && (mantissa & 1n) === 1n)) mantissa++;
    mantissa <<= shift;
    if (mantissa >= 1n << 53n) {
      mantissa >>= 1n;
      power++;
    }
  }
  let digits = (mantissa & ((1n << 52n) - 1n)).toString(16).padStart(13, '0');
  digits = precision < 0 ? digits.replace(/0+$/, '') : digits.slice(0, precision).padEnd(precision, '0');
  const sign = power < 0 ? '-' : '+';
  return `0x1${digits === '' ? '' : `.${digits}`}p${sign}${String(Math.abs(power)).padStart(2, '0')}`;
}
