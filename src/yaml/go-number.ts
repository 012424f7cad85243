/** Floats as text, as sigs.k8s.io/yaml converts them. */

/** A float that is the key of a map: as {@link goFloatText}, but infinity and not-a-number are written as in YAML. */
export function goFloatKey(value: number): string {
  if (Number.isNaN(value)) return '.nan';
  return goFloatText(value).replace(/^\+?(-?)Inf$/, '$1.inf');
}

/**
 * A float for a field of type string: as Go's `strconv.FormatFloat(f, 'g', -1, 32)`. The 32 bits are a mistake of
 * sigs.k8s.io/yaml that Helm has too: 16777217.0 becomes `1.6777216e+07`.
 */
export function goFloatText(value: number): string {
  const single = Math.fround(value);
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(single)) return single > 0 ? '+Inf' : '-Inf';
  // The fewest digits that mean the same 32-bit float.
  let exponential = single.toExponential();
  for (let digits = 0; digits < 9; digits++) {
    const candidate = single.toExponential(digits);
    if (Math.fround(Number(candidate)) === single) {
      exponential = candidate;
      break;
    }
  }
  const [mantissa = '', power = '0'] = exponential.split('e');
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 6) return goExponent(mantissa, exponent);
  return Object.is(single, -0) ? '-0' : String(Number(exponential));
}

function goExponent(mantissa: string, exponent: number): string {
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}
