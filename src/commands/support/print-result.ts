/** Prints the results of commands in the format that `--output` names. */
import { print, printDocument, printJson } from '../../terminal/output.ts';
import { goJson } from '../../yaml/json.ts';
import type { Json } from '../../yaml/value.ts';
import { goYaml } from './go-yaml.ts';

/** `table`, `json` or `yaml`. */
export type OutputFormat = string;

/** Prints a result in the chosen format. Only the function for that format is called. */
export async function printResult(
  format: OutputFormat,
  data: () => Json,
  table: () => string | Promise<string>,
): Promise<void> {
  if (format === 'table') print(await table());
  else await printData(format, data());
}

/** Prints data as JSON or YAML. */
export async function printData(format: OutputFormat, data: Json): Promise<void> {
  if (format === 'json') printJson(`${goJson(data)}\n`);
  else printDocument(await goYaml(data));
}
