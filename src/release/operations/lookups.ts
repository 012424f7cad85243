/**
 * Answers the `lookup` function of templates, which is synchronous, from a cluster that answers asynchronously.
 *
 * A render collects the objects that it looks up and that are not known yet. These are fetched together, and the chart
 * is rendered again, until a render looks up nothing new. Charts without `lookup` are rendered once, nearly all others
 * twice.
 */
import type { Cluster, ObjectRef } from '../../cluster/cluster.ts';
import { PkgError } from '../../errors.ts';
import type { Lookup } from '../../render/render.ts';
import { fromPlain } from '../../yaml/value.ts';
import type { JsonObject } from '../../yaml/value.ts';

/** A round is needed for each lookup whose name depends on the result of another one; charts need one or two. */
const MAX_ROUNDS = 10;
const MAX_LOOKUPS = 1000;

type Answer = { found: JsonObject | undefined } | { error: unknown };

/**
 * Renders until everything that is looked up is known.
 *
 * @param render renders once; an error counts only if all lookups of that render had answers
 * @throws what `render` throws; in a template that looks up what cannot be read, the error of the cluster
 * @throws {PkgError} `PKG_TEMPLATE_LIMIT` where renders keep looking up new objects
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
      // The error may come from a missing answer: `required` fails on the empty map that stands in for it.
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
          // Thrown by the next render inside the template, so that the error has a position.
          answers.set(key, { error });
        }
      }),
    );
  }
}
