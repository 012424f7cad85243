/** A float as a map key: as {@link goFloatText}, but for infinity and not-a-number, which YAML has words for. */
export function goFloatKey(value: number): string {
  if (Number.isNaN(value)) return '.nan';
  return goFloatText(value).replace(/^\+?(-?)Inf$/, '$1.inf');
}

/**
 * A float where text is wanted: Go's `strconv.FormatFloat(f, 'g', -1, 32)`, which is how sigs.k8s.io/yaml turns
 * it into text.
 */
export function goFloatText(value: number): string {
  const single = Math.fround(value);
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(single)) return single > 0 ? '+Inf' : '-Inf';
  // The shortest digits that give back the same 32-bit number.
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
