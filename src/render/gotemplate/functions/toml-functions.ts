/** Helm's functions that read and print TOML. */
import { printToml } from '../data/toml-print.ts';
import type { GoValue } from '../value.ts';
import { readToml } from '../data/toml-read.ts';
import { orElse } from './json-functions.ts';
import { fn } from './signature.ts';
import type { FunctionGroup } from './signature.ts';

export const functions: FunctionGroup = {
  fromToml: fn(['string'], (_host, text) =>
    orElse<GoValue>(
      () => readToml(text),
      (message) => new Map([['Error', message]]),
    ),
  ),
  mustToToml: fn(['any'], (_host, value) => printToml(value)),
  toToml: fn(['any'], (_host, value) =>
    // For nil the encoder panics, which is an error of the call; its errors are returned as text.
    value === null
      ? printToml(value)
      : orElse(
          () => printToml(value),
          (message) => message,
        ),
  ),
};
