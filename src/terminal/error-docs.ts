/** What each error code means. The explanations stand by topic in `error-docs/`. */
import type { ErrorCode } from '../errors.ts';
import { charts } from './error-docs/charts.ts';
import { input } from './error-docs/input.ts';
import { own } from './error-docs/own.ts';
import { releases } from './error-docs/releases.ts';
import { repositories } from './error-docs/repositories.ts';
import { targets } from './error-docs/targets.ts';
import { templates } from './error-docs/templates.ts';

/** What a code means, why it happens, what to do. */
export type ErrorDoc = { summary: string; why: string; fix: string };

/** One explanation for every code: `pkg docs CODE` and docs/errors.md print them. */
export const ERROR_DOCS: Readonly<Record<ErrorCode, ErrorDoc>> = {
  ...input,
  ...charts,
  ...repositories,
  ...templates,
  ...releases,
  ...targets,
  ...own,
};
