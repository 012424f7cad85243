/**
 * What templates ask a cluster (`lookup`), answered though templates cannot wait.
 *
 * A render notes what it asks and does not know yet; that is fetched, all at once, and the chart is rendered
 * anew, until a render asks nothing new. Charts that look nothing up are rendered once; nearly all others
 * twice, with one wait for all their questions instead of one for each.
 */
import type { Cluster, ObjectRef } from '../../cluster/cluster.ts';
import { PkgError } from '../../errors.ts';
import type { Lookup } from '../../render/render.ts';
import { fromPlain } from '../../yaml/value.ts';
import type { JsonObject } from '../../yaml/value.ts';

/** Each round answers questions that follow from the answers of the one before; charts have one, perhaps two. */
const MAX_ROUNDS = 10;
const MAX_LOOKUPS = 1000;

type Answer = { found: JsonObject | undefined } | { error: unknown };

/**
 * Renders until everything that was looked up is known.
 *
 * @param render one render; what it throws before all answers are there does not count
 * @throws PkgError what `render` throws, what a question met, PKG_TEMPLATE_LIMIT for questions without end
 */
export async function withLookups<T>(cluster: Cluster, render: (lookup: Lookup) => Promise<T>): Promise<T> {
  const answers = new Map<string, Answer>();
  for (let round = 1; ; round++) {
    const open = new Map<string, ObjectRef>();
    const lookup: Lookup = (apiVersion, kind, namespace, name) => {
      const key = JSON.stringify([apiVersion, kind, namespace, name]);
      const answer = answers.get(key);
      if (answer === undefined) open.set(key, { apiVersion, kind, namespace, name });
      if (answer === undefined || ('found' in answer && answer.found === undefined)) return new Map();
      if ('error' in answer) throw answer.error;
      return fromPlain(answer.found as JsonObject);
    };
    try {
      const rendered = await render(lookup);
      if (open.size === 0) return rendered;
    } catch (error) {
      // `required` may have stumbled over what is not known yet.
      if (open.size === 0) throw error;
    }
    if (round === MAX_ROUNDS || answers.size + open.size > MAX_LOOKUPS) {
      throw new PkgError('PKG_TEMPLATE_LIMIT', 'the templates look up more and more objects, without end', {
        hints: ['do not make the names that are looked up from random values or the time'],
      });
    }
    await Promise.all(
      [...open].map(async ([key, ref]) => {
        try {
          answers.set(key, { found: await cluster.lookup(ref) });
        } catch (error) {
          // The template that asked meets it, so that the error has its place.
          answers.set(key, { error });
        }
      }),
    );
  }
}
