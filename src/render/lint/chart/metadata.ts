/**
 * Rules on `Chart.yaml` beyond those of loading a chart: the rules of `helm lint` (helm/helm,
 * pkg/chart/v2/lint/rules/chartfile.go).
 */
import { CHART_FIELDS } from '../../../chart/metadata.ts';
import { nearest } from '../../../nearest.ts';
import { printable } from '../../../errors-text.ts';
import { isMap } from '../../../yaml/value.ts';
import type { Value, ValueMap, ValuePath } from '../../../yaml/value.ts';
import { compareVersions, parseVersion } from '../../../chart/version.ts';
import type { LintRule } from '../message.ts';
import { isEmail, isRequestUrl, isWebUrl } from './urls.ts';

/** A finding in a YAML file, at a path of keys. */
export type KeyedFinding = { rule: LintRule; keys: ValuePath; message: string };

const MAINTAINER_FIELDS = ['name', 'email', 'url'];
const DEPENDENCY_FIELDS = ['name', 'version', 'repository', 'condition', 'tags', 'enabled', 'import-values', 'alias'];

/** Semantic Versioning 2.0.0, as its specification writes it (https://semver.org). */
const STRICT_VERSION =
  /^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?$/;

const MAX_VERSION_LENGTH = 1000;

/** The findings on a chart's metadata. */
export function lintMetadata(metadata: ValueMap): KeyedFinding[] {
  return [
    ...unknownFields(metadata),
    ...apiVersion(metadata),
    ...versions(metadata),
    ...maintainers(metadata),
    ...addresses(metadata),
    ...fieldsOfVersion2(metadata),
  ];
}

function unknownFields(metadata: ValueMap): KeyedFinding[] {
  const found: KeyedFinding[] = [];
  const check = (map: Value | undefined, known: readonly string[], keys: ValuePath): void => {
    if (!isMap(map)) return;
    for (const key of map.keys()) {
      // Helm decodes keys without regard to case.
      if (known.some((field) => field.toLowerCase() === key.toLowerCase())) continue;
      const near = nearest(key, known);
      const hint = near === undefined ? '' : `; did you mean ${near}?`;
      found.push({
        rule: 'chart-unknown-field',
        keys: [...keys, key],
        message: `there is no field ${printable(key)}${hint}`,
      });
    }
  };
  check(metadata, CHART_FIELDS, []);
  items(metadata, 'maintainers').forEach((item, index) => check(item, MAINTAINER_FIELDS, ['maintainers', index]));
  items(metadata, 'dependencies').forEach((item, index) => check(item, DEPENDENCY_FIELDS, ['dependencies', index]));
  return found;
}

/** Finds a missing apiVersion, with which a chart is loaded as one of Helm 2. */
function apiVersion(metadata: ValueMap): KeyedFinding[] {
  if (metadata.get('apiVersion')) return [];
  return [{ rule: 'chart-api-version', keys: [], message: 'apiVersion is missing: write apiVersion: v2' }];
}

function versions(metadata: ValueMap): KeyedFinding[] {
  const found: KeyedFinding[] = [];
  for (const key of ['version', 'appVersion']) {
    const value = metadata.get(key);
    if (value === undefined || typeof value === 'string') continue;
    const message = `${key} should be a string, and is ${describe(value)}: put it in quotes`;
    found.push({ rule: 'chart-string', keys: [key], message });
  }
  const text = String(metadata.get('version') ?? '');
  const version = parseVersion(text);
  const lowest = parseVersion('0.0.0-0');
  if (version && lowest && compareVersions(version, lowest) <= 0) {
    const message = `version ${printable(text)} is not greater than 0.0.0-0`;
    found.push({ rule: 'chart-version', keys: ['version'], message });
  }
  if (text !== '' && !(text.length <= MAX_VERSION_LENGTH && STRICT_VERSION.test(text))) {
    const message = `version ${printable(text)} is not a full semantic version such as 1.2.3`;
    found.push({ rule: 'chart-strict-version', keys: ['version'], message });
  }
  return found;
}

function maintainers(metadata: ValueMap): KeyedFinding[] {
  const found: KeyedFinding[] = [];
  items(metadata, 'maintainers').forEach((maintainer, index) => {
    const report = (key: string[], message: string): void => {
      found.push({ rule: 'chart-maintainer', keys: ['maintainers', index, ...key], message });
    };
    if (!isMap(maintainer)) return report([], 'a maintainer is empty');
    const [name, email, url] = MAINTAINER_FIELDS.map((key) => String(maintainer.get(key) ?? ''));
    if (!name) report([], 'each maintainer needs a name');
    else if (email && !isEmail(email)) report(['email'], `${printable(email)} is not a valid e-mail address`);
    else if (url && !isWebUrl(url)) report(['url'], `${printable(url)} is not a valid URL`);
  });
  return found;
}

function addresses(metadata: ValueMap): KeyedFinding[] {
  const found: KeyedFinding[] = [];
  items(metadata, 'sources').forEach((item, index) => {
    const source = String(item ?? '');
    if (isRequestUrl(source)) return;
    found.push({
      rule: 'chart-source',
      keys: ['sources', index],
      message: `${printable(source) || 'this'} is not a valid URL`,
    });
  });
  const icon = String(metadata.get('icon') ?? '');
  if (icon === '') {
    found.push({ rule: 'chart-icon', keys: [], message: 'an icon is recommended' });
  } else if (!isRequestUrl(icon)) {
    found.push({ rule: 'chart-icon-url', keys: ['icon'], message: `${printable(icon)} is not a valid URL` });
  }
  return found;
}

/** Fields that came with `apiVersion: v2`. */
function fieldsOfVersion2(metadata: ValueMap): KeyedFinding[] {
  if (metadata.get('apiVersion') === 'v2') return [];
  const present = [
    ...(items(metadata, 'dependencies').length > 0 ? ['dependencies'] : []),
    ...(metadata.get('type') ? ['type'] : []),
  ];
  return present.map((key) => ({ rule: 'chart-v1-field', keys: [key], message: `${key} needs apiVersion: v2` }));
}

function items(metadata: ValueMap, key: string): Value[] {
  const value = metadata.get(key);
  return Array.isArray(value) ? value : [];
}

function describe(value: Value): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return isMap(value) ? 'a map' : `the ${typeof value === 'boolean' ? 'boolean' : 'number'} ${String(value)}`;
}
