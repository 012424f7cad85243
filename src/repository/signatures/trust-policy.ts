/**
 * The trust policy, `trust.yaml`: whose signature charts need, by where they come from (docs/signatures.md). The first rule
 * that matches a chart decides. Without a matching rule, a fetched chart is refused and a chart on this machine accepted.
 */
import { dirname, resolve } from 'node:path';
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { FileReadError, readUserFile } from '../../read-file.ts';
import { locateKeys } from '../../yaml/locate.ts';
import { parseYaml } from '../../yaml/read.ts';
import { isMap } from '../../yaml/value.ts';
import type { Value, ValueMap, ValuePath } from '../../yaml/value.ts';
import type { PolicyFile } from './policy-file.ts';
import { isLocalName, normalPattern } from './policy-names.ts';

/** One way to be trusted. Paths are absolute; texts that were not given are empty. */
export type Requirement = { pgp: { keyring: string } } | { cosign: CosignRequirement };

/** A key, with a trust root or without; or an identity and its issuer, with a trust root. */
export type CosignRequirement = {
  key: string;
  identity: string;
  identityRegexp: string;
  issuer: string;
  issuerRegexp: string;
  trustedRoot: string;
};

/** A rule. One of the items of `require` is enough; an empty list requires nothing. `number` counts from 1. */
export type TrustRule = { number: number; charts: readonly string[]; require: readonly Requirement[] };

/** A trust policy. */
export type TrustPolicy = { file: string; rules: readonly TrustRule[] };

/**
 * Reads a policy.
 *
 * @throws {PkgError} `PKG_TRUST_POLICY_INVALID`, also for a file that cannot be read
 */
export async function readTrustPolicy({ file, isNamed }: PolicyFile): Promise<TrustPolicy> {
  let text: string;
  try {
    text = readUserFile(file).toString('utf8');
  } catch (cause) {
    if (!(cause instanceof FileReadError)) throw cause;
    throw new PkgError('PKG_TRUST_POLICY_INVALID', `the trust policy ${printable(file, 300)} ${cause.reason}`, {
      hints: [isNamed ? 'check --trust-policy and PKG_TRUST_POLICY' : 'make it readable: no chart is fetched before'],
      cause,
    });
  }
  let value: Value;
  try {
    value = parseYaml(text, printable(file, 300), { duplicateKeys: 'error' });
  } catch (error) {
    if (!(error instanceof PkgError)) throw error;
    const { at, hints } = error;
    throw new PkgError('PKG_TRUST_POLICY_INVALID', error.message, { ...(at && { at }), hints, cause: error });
  }
  try {
    return { file, rules: rulesOf(value, dirname(resolve(file))) };
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    const at = { file: printable(file, 300), ...locateKeys(text, error.path) };
    throw new PkgError('PKG_TRUST_POLICY_INVALID', error.message, { at, hints: error.hints });
  }
}

/**
 * The first rule with a pattern that matches one of a chart's names. Names are addresses without a tag (`oci://HOST/PATH`,
 * `https://REPOSITORY/NAME`), and `REPOSITORY/NAME` for repositories in repositories.yaml.
 */
export function ruleFor(policy: TrustPolicy, names: readonly string[]): TrustRule | undefined {
  return policy.rules.find(({ charts }) => charts.some((pattern) => names.some((name) => isMatch(pattern, name))));
}

/**
 * Does a pattern match a name? `*` and `?` match anything but a slash, `**` slashes too. All positions in the pattern are
 * advanced together, character by character, so the time is bounded by the product of the lengths: backtracking would
 * take exponential time for a pattern with many stars.
 */
function isMatch(pattern: string, name: string): boolean {
  // `**` alone must not match charts on this machine: only patterns that begin with `file://` do.
  if (isLocalName(name) !== isLocalName(pattern)) return false;
  const tokens = pattern.match(/\*\*|[^]/gu) ?? [];
  /** Indexes of the tokens that may match the next character. */
  let next = withSkipped(new Set([0]), tokens);
  for (const char of name) {
    const after = new Set<number>();
    for (const at of next) {
      const token = tokens[at];
      if (token === '**' || (token === '*' && char !== '/')) after.add(at);
      else if (token === char || (token === '?' && char !== '/')) after.add(at + 1);
    }
    next = withSkipped(after, tokens);
  }
  return next.has(tokens.length);
}

/** Adds the positions behind stars, which may match nothing. */
function withSkipped(positions: Set<number>, tokens: readonly string[]): Set<number> {
  for (const at of positions) if (tokens[at] === '*' || tokens[at] === '**') positions.add(at + 1);
  return positions;
}

/** An error in the policy, with the path of the value. */
class PolicyError extends Error {
  readonly path: ValuePath;
  readonly hints: readonly string[];

  constructor(message: string, path: ValuePath, hints: readonly string[] = []) {
    super(message);
    this.path = path;
    this.hints = hints;
  }
}

function rulesOf(value: Value, folder: string): TrustRule[] {
  const top = mapOf(value, 'a trust policy', ['rules'], []);
  const rules = top.get('rules');
  if (!Array.isArray(rules)) throw new PolicyError('a trust policy needs a list of rules', ['rules']);
  return rules.map((item, index) => {
    const path = ['rules', index];
    const rule = mapOf(item, 'a rule', ['charts', 'require'], path);
    const charts = rule.get('charts') ?? null;
    const list = typeof charts === 'string' ? [charts] : charts;
    if (!Array.isArray(list) || list.length === 0) {
      throw new PolicyError('the rule does not name charts', path, [
        'write charts: oci://registry.example.com/team/**',
      ]);
    }
    const patterns = list.map((one, at) => {
      const where = [...path, 'charts', ...(typeof charts === 'string' ? [] : [at])];
      if (typeof one !== 'string' || one === '') throw new PolicyError('a pattern for charts is not a text', where);
      const normal = normalPattern(one);
      if ('pattern' in normal) return normal.pattern;
      throw new PolicyError(normal.problem, where, [normal.hint]);
    });
    return { number: index + 1, charts: patterns, require: requirementsOf(rule.get('require') ?? null, folder, path) };
  });
}

function requirementsOf(value: Value, folder: string, rule: ValuePath): Requirement[] {
  if (value === 'none') return [];
  const path = [...rule, 'require'];
  if (!Array.isArray(value) || value.length === 0) {
    throw new PolicyError('the rule does not say what it requires', rule, [
      'write require: and a list of pgp and cosign, of which one is enough, or the word none',
    ]);
  }
  return value.map((item, index) => requirementOf(item, folder, [...path, index]));
}

function requirementOf(value: Value, folder: string, path: ValuePath): Requirement {
  const item = mapOf(value, 'what a rule requires', ['pgp', 'cosign'], path);
  const [kind = ''] = item.keys();
  if (item.size !== 1) throw new PolicyError('an item of require is either pgp or cosign', path);
  const at = [...path, kind];
  if (kind === 'pgp') {
    const fields = textsOf(item.get(kind) ?? null, 'pgp', ['keyring'], at);
    if (fields.keyring === '') throw new PolicyError('pgp names a keyring', at);
    return { pgp: { keyring: resolve(folder, fields.keyring) } };
  }
  const fields = textsOf(item.get(kind) ?? null, 'cosign', COSIGN_FIELDS, at);
  const cosign = {
    ...fields,
    key: fields.key && resolve(folder, fields.key),
    trustedRoot: fields.trustedRoot && resolve(folder, fields.trustedRoot),
  };
  const problem = cosignProblem(cosign);
  if (problem !== undefined) throw new PolicyError(problem, at);
  return { cosign };
}

const COSIGN_FIELDS = ['key', 'identity', 'identityRegexp', 'issuer', 'issuerRegexp', 'trustedRoot'] as const;

/** What is wrong with a requirement; undefined where it is valid. */
export function cosignProblem(cosign: CosignRequirement): string | undefined {
  const { key, identity, identityRegexp, issuer, issuerRegexp, trustedRoot } = cosign;
  const named = [identity, identityRegexp, issuer, issuerRegexp].filter((text) => text !== '');
  if (key !== '') return named.length === 0 ? undefined : 'a key has neither identity nor issuer';
  if (named.length === 0) return 'a cosign signature is that of a key, or of an identity and its issuer';
  if (identity === '' && identityRegexp === '')
    return 'name the identity too: an issuer alone accepts everybody that it knows';
  if (issuer === '' && issuerRegexp === '')
    return 'name the issuer too: an identity is valid only together with its issuer';
  if (identity !== '' && identityRegexp !== '') return 'the identity is given twice';
  if (issuer !== '' && issuerRegexp !== '') return 'the issuer is given twice';
  return trustedRoot === '' ? 'name the file of a trust root: identities are verified with one' : undefined;
}

/** Checks that a value is a map with no other keys than these, so that a mistyped key is not ignored. */
function mapOf(value: Value, what: string, keys: readonly string[], path: ValuePath): ValueMap {
  if (!isMap(value)) throw new PolicyError(`${what} has to be a map`, path);
  for (const key of value.keys()) {
    if (keys.includes(key)) continue;
    throw new PolicyError(`${what} has no field '${printable(key, 60)}'`, [...path, key], [`use ${keys.join(', ')}`]);
  }
  return value;
}

function textsOf<K extends string>(value: Value, what: string, keys: readonly K[], path: ValuePath): Record<K, string> {
  const map = mapOf(value, what, keys, path);
  const entries = keys.map((key): [K, string] => {
    const text = map.get(key) ?? '';
    if (typeof text !== 'string') throw new PolicyError(`${key} is not a string`, [...path, key]);
    return [key, text];
  });
  return Object.fromEntries(entries) as Record<K, string>;
}
