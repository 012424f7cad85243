/** What a definition is given as its context, by all that includes it: `.`, a value, or a map with the root in it. */
import { call, isCall, keyOf, literal, path } from './expression.ts';
import type { Expression, Path, Trail } from './expression.ts';
import { expressionOf, partOf, valueOf } from './meaning.ts';
import type { Meaning } from './meaning.ts';

/** How deep contexts may nest: a definition that includes itself with its own context nests without end. */
const MAX_DEPTH = 4;

/**
 * What `.` is in a definition that is included with this context. The root stays the root; a value becomes `this`, and
 * the values in a map that also holds the root become `this.name`.
 *
 * @param given the context whose values it is lowered for; without it, the definition is lowered for any context of
 *   this sort
 */
export function parameterOf(context: Meaning, given?: Meaning): Meaning {
  return parameter(context, given, path('this'));
}

function parameter(context: Meaning, given: Meaning | undefined, at: Path): Meaning {
  if (context.kind === 'fields') return fieldsOf(context.fields, given, at);
  if (!isValue(context)) return context;
  // `include "image" (tuple .Values.image .Values.registry)`: its items lead to values.
  if (given?.kind === 'value' && isCall(given.value, 'list')) return given;
  return valueOf(path(at.base, at.names, trailOf(given)));
}

function fieldsOf(fields: ReadonlyMap<string, Meaning>, given: Meaning | undefined, at: Path): Meaning {
  const inside = (name: string): Meaning | undefined => (given?.kind === 'fields' ? given.fields.get(name) : undefined);
  const made = [...fields].map(
    ([name, field]) => [name, parameter(field, inside(name), path(at.base, [...at.names, name]))] as const,
  );
  return { kind: 'fields', fields: new Map(made) };
}

/** Can it be passed as a value? The root cannot, nor a part of it. */
function isValue(meaning: Meaning): boolean {
  return meaning.kind !== 'object' && expressionOf(meaning) !== undefined;
}

function trailOf(meaning: Meaning | undefined): Trail | undefined {
  return meaning?.kind === 'value' && meaning.value.type === 'path' ? meaning.value.trail : undefined;
}

/** Helpers whose result consists of what their arguments hold. */
const COMBINING: ReadonlySet<string> = new Set('merge mergeOverwrite deepCopy default coalesce'.split(' '));

/** The values that a context may hold: both maps of (mergeOverwrite (deepCopy values.a) values.b). */
export function sourcesOf(context: Meaning): Meaning[] {
  if (context.kind === 'fields') {
    const sources = [...context.fields].map(([name, field]) => ({ name, all: sourcesOf(field) }));
    const count = Math.max(1, ...sources.map(({ all }) => all.length));
    return Array.from({ length: count }, (_, at) => {
      const fields = sources.map(({ name, all }) => [name, all[Math.min(at, all.length - 1)]] as const);
      return { kind: 'fields', fields: new Map(fields.flatMap(([name, one]) => (one ? [[name, one] as const] : []))) };
    });
  }
  const { value } = context.kind === 'value' ? context : {};
  if (value?.type !== 'call' || !COMBINING.has(value.name)) return [context];
  const sources = value.args.flatMap((arg) => sourcesOf(valueOf(arg)));
  return sources.length === 0 ? [context] : sources;
}

/**
 * The parameter that serves both contexts; undefined where no partial can serve both. A field that one of them does
 * not have is a value that may be missing.
 *
 * @param a what {@link parameterOf} gave for the contexts so far
 * @param b for the next one
 */
export function unify(a: Meaning, b: Meaning, depth = 0): Meaning | undefined {
  if (a.kind === 'fields' && b.kind === 'fields') {
    if (depth > MAX_DEPTH) return undefined;
    const fields = new Map(a.fields);
    for (const [name, field] of b.fields) {
      const known = fields.get(name);
      const both = known === undefined ? field : unify(known, field, depth + 1);
      if (both === undefined) return undefined;
      fields.set(name, both);
    }
    return { kind: 'fields', fields };
  }
  if (a.kind === 'object' && b.kind === 'object') return a.object === b.object ? a : undefined;
  if (a.kind === 'value' || b.kind === 'value') {
    const [value, other] = a.kind === 'value' ? [a, b] : [b, a];
    return isValue(other) ? value : undefined;
  }
  return a.kind === b.kind ? a : undefined;
}

/** The same parameter, where a map without the root in it is a value like any other. */
export function simplified(parameter: Meaning, at: Path = path('this')): Meaning {
  if (parameter.kind !== 'fields') return parameter;
  if (isValue(parameter)) return valueOf(at);
  const made = [...parameter.fields].map(
    ([name, field]) => [name, simplified(field, path(at.base, [...at.names, name]))] as const,
  );
  return { kind: 'fields', fields: new Map(made) };
}

/** A text by which parameters can be compared. */
export function signatureOf(parameter: Meaning): string {
  if (parameter.kind === 'object') return `object ${parameter.object}`;
  if (parameter.kind !== 'fields') return parameter.kind;
  return JSON.stringify([...parameter.fields].map(([name, field]) => `${name} ${signatureOf(field)}`).sort());
}

/**
 * The context that a native template passes on; undefined where it passes none, since partials know the root anyway.
 *
 * @param root what stands for the root: a Go template has to get it, a native partial does without
 * @throws what `fail` makes, for a part of the root that cannot be passed on
 */
export function argumentOf(context: Meaning, root: Expression | undefined, fail: () => Error): Expression | undefined {
  switch (context.kind) {
    case 'root':
      return root;
    case 'object': {
      if (root === undefined) return undefined;
      const part = partOf(context.object);
      if (part === undefined) throw fail();
      return path('@go', [part]);
    }
    case 'value':
      return context.value;
    case 'fields': {
      const args: Expression[] = [];
      for (const [name, field] of context.fields) {
        const value = expressionOf(field) ?? argumentOf(field, root, fail);
        if (value !== undefined) args.push(literal(name), value);
      }
      return call('dict', ...args);
    }
  }
}

/** A text for the values that a context is made of. */
export function trailsOf(context: Meaning): string {
  if (context.kind === 'value') {
    return context.value.type === 'path' ? (context.value.trail ?? []).join('.') : keyOf(context.value);
  }
  if (context.kind !== 'fields') return context.kind;
  return [...context.fields].map(([name, field]) => `${name}=${trailsOf(field)}`).join();
}
