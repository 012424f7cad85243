/**
 * `npm run docs`: writes the reference of the commands (docs/cli) and of the error codes (docs/errors.md)
 * from the commands and codes themselves. With --check writes nothing, and fails when a page is stale.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PkgConfig } from '../src/commands/support/config.ts';
import { GLOBAL_FLAGS } from '../src/commands/support/global-flags.ts';
import { examplesOf, flagRows } from '../src/commands/support/help.ts';
import { spokenName, typedArgs, usageLine } from '../src/commands/support/usage.ts';
import { TABLE } from '../src/commands/table.ts';
import { ERROR_CODES } from '../src/errors.ts';
import { ERROR_DOCS } from '../src/terminal/error-docs.ts';

const docs: string = join(dirname(dirname(fileURLToPath(import.meta.url))), 'docs');
const NOTE = '<!-- Made by `npm run docs` from the source: change it there. -->\n';

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.trim().replaceAll('|', '\\|')).join(' | ')} |\n`;
  return line(head) + line(head.map(() => '---')) + rows.map((row) => line(row)).join('');
}

const flags = (specs: Parameters<typeof flagRows>[0]): string =>
  table(
    ['Flag', 'What it does'],
    flagRows(specs).map(([name = '', summary = '']) => [`\`${name.trim()}\``, summary]),
  );

const pages = new Map<string, string>();
const { commands } = new PkgConfig(TABLE);
const pageOf = (id: string): string => `${id.replaceAll(':', '-')}.md`;
for (const entry of commands) {
  const { id, summary = '' } = entry;
  const command = await entry.load();
  const parts = [`# pkg ${spokenName(id)}`, NOTE, `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`];
  parts.push(command.description ?? '', `\`\`\`text\n${usageLine(command)}\n\`\`\``);
  for (const { line, says } of examplesOf(command)) parts.push(`\`\`\`text\n# ${says}\n${line}\n\`\`\``);
  const args = typedArgs(command).map(({ name, description = '' }) => [`\`${name}\``, description]);
  if (args.length > 0) parts.push(table(['Argument', 'What it is'], args));
  if (Object.keys(command.flags ?? {}).length > 0) parts.push(flags(command.flags));
  pages.set(`cli/${pageOf(id)}`, `${parts.map((part) => part.trimEnd()).join('\n\n')}\n`);
}
const rows = commands.map(({ id, summary = '' }) => [`[\`pkg ${spokenName(id)}\`](${pageOf(id)})`, summary]);
pages.set(
  'cli/README.md',
  `# Commands\n\n${NOTE}\n${table(['Command', 'What it does'], rows)}\n## Flags of every command\n\n${flags(GLOBAL_FLAGS)}`,
);
const errors = ERROR_CODES.map((code) => {
  const { summary, why, fix } = ERROR_DOCS[code];
  return `## ${code}\n\n${summary.charAt(0).toUpperCase()}${summary.slice(1)}. ${why}\n\n${fix}\n`;
});
pages.set(
  'errors.md',
  `# Error codes\n\n${NOTE}\nEvery error carries one of these codes, which never change their meaning.\n\n${errors.join('\n')}`,
);

const isCheck = process.argv.includes('--check');
const stale: string[] = [];
mkdirSync(join(docs, 'cli'), { recursive: true });
for (const [name, text] of pages) {
  const path = join(docs, name);
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
  stale.push(name);
  if (!isCheck) writeFileSync(path, text);
}
stale.push(...readdirSync(join(docs, 'cli')).filter((name) => !pages.has(`cli/${name}`)));
if (isCheck && stale.length > 0) {
  console.error(`stale: ${stale.join(', ')}\nrun npm run docs`);
  process.exitCode = 1;
}
