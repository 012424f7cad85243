/** What a template is compared with: variations of values, releases, versions of Kubernetes and its APIs. */
import type { Chart } from '../chart/chart.ts';
import { satisfies } from '../chart/constraint.ts';
import { DEFAULT_CAPABILITIES, kubeVersionNumbers } from '../render/capabilities.ts';
import type { Capabilities, ReleaseContext } from '../render/render.ts';
import { printJson } from '../yaml/json.ts';
import { toPlain } from '../yaml/value.ts';
import type { ValueMap } from '../yaml/value.ts';
import type { Reads } from './usage.ts';
import { variations } from './variations.ts';
import type { Outcome, Variation } from './variations.ts';

/** What decides about the values to try. */
export type Subject = {
  chart: Chart;
  reads: Reads;
  /** Values files that come with the chart. */
  bases: readonly ValueMap[];
  /** Names that the template gives to `.Capabilities.APIVersions.Has`. */
  apiVersions: readonly string[];
  /** Versions of Kubernetes that its constraints tell apart. */
  kubeVersions: readonly string[];
};

/** The release that charts are rendered for, unless a variation has another one. */
export const RELEASE: ReleaseContext = {
  name: 'release-name',
  namespace: 'default',
  revision: 1,
  isInstall: true,
  isUpgrade: false,
};

/** The input of one render. */
export type Situation = Variation & { release: ReleaseContext; capabilities: Capabilities };

/** The outcome of a render that is skipped. */
export const SKIPPED: Outcome = { verdict: 'skipped', reached: 0 };

/**
 * All variations, each with some releases and versions of Kubernetes. The outcome of each render is given to `next`: it
 * decides about the values that follow.
 */
export function* situations(subject: Subject): Generator<Situation, void, Outcome> {
  const { reads, chart, bases, apiVersions, kubeVersions } = subject;
  const [plain, ...others] = surroundings(chart, apiVersions, kubeVersions);
  if (plain === undefined) return;
  let index = 0;
  const outcomes = new Map<string, Outcome>();
  const all = variations(reads, chart.values, bases);
  let outcome = SKIPPED;
  for (;;) {
    const { done, value: variation } = all.next(outcome);
    if (done === true) return;
    const key = printJson(toPlain(variation.values));
    const known = outcomes.get(key);
    // The chart's own values, and those that turn on everything, decide most about versions.
    const isEverywhere = variation.isEverywhere === true;
    if (known !== undefined && !isEverywhere) {
      outcome = known;
      continue;
    }
    // Each variation in each surroundings would take minutes: it gets the default ones and one more, or one of the two.
    const other = others[variation.isFitting === true ? 0 : index++ % others.length] ?? plain;
    const isSpecial = variation.isAwkward === true || variation.isMissing === true;
    const wanted = isEverywhere ? [plain, ...others] : isSpecial ? [index % 2 === 0 ? plain : other] : [plain, other];
    outcome = SKIPPED;
    for (const one of wanted) {
      const found = yield { ...variation, ...one };
      if (outcome.verdict === 'skipped' || found.reached > outcome.reached) outcome = found;
    }
    outcomes.set(key, outcome);
  }
}

function surroundings(
  chart: Chart,
  apiVersions: readonly string[],
  kubeVersions: readonly string[],
): Pick<Situation, 'release' | 'capabilities'>[] {
  const all = { ...DEFAULT_CAPABILITIES, apiVersions: [...DEFAULT_CAPABILITIES.apiVersions, ...apiVersions] };
  const few = { kubeVersion: 'v1.16.0', apiVersions: ['v1', 'apps/v1'] };
  const { kubeVersion } = chart.metadata;
  const isAllowed = ({ capabilities }: { capabilities: Capabilities }): boolean =>
    kubeVersion === '' || satisfies(kubeVersionNumbers(capabilities.kubeVersion), kubeVersion);
  return [
    { release: RELEASE, capabilities: DEFAULT_CAPABILITIES },
    { release: { ...RELEASE, name: `my-${chart.metadata.name}`, namespace: 'other' }, capabilities: all },
    { release: { ...RELEASE, revision: 2, isInstall: false, isUpgrade: true }, capabilities: few },
    { release: { ...RELEASE, name: 'a'.repeat(53) }, capabilities: { ...all, kubeVersion: 'v1.22.3' } },
    { release: { ...RELEASE, name: chart.metadata.name }, capabilities: { ...few, kubeVersion: 'v1.19.0' } },
    ...kubeVersions.map((kubeVersion) => ({ release: RELEASE, capabilities: { ...all, kubeVersion } })),
    // `else if` asks for one where another is absent.
    ...(apiVersions.length === 0 ? [] : [['v1'], ...apiVersions.map((one) => ['v1', one])]).map((some) => ({
      release: RELEASE,
      capabilities: { ...all, apiVersions: some },
    })),
  ].filter(isAllowed);
}
