/** Files that look like parts of a chart, and stand where nothing reads them. */
import type { Chart, ChartFile } from '../../../chart/chart.ts';
import { printable } from '../../../errors-text.ts';
import { finding } from '../message.ts';
import type { LintMessage } from '../message.ts';

/**
 * Findings on templates outside `templates/`, and on CRDs outside `crds/`. Files that a template may read by `files` are
 * left out: those whose folder or name some template has.
 */
export function lintMisplacedFiles({ files, templates }: Chart): LintMessage[] {
  const suspects = files.flatMap((file) => {
    const message = problemOf(file);
    return message === undefined ? [] : [{ file, message }];
  });
  if (suspects.length === 0) return [];
  const sources = templates.map(({ data }) => Buffer.from(data).toString());
  const isRead = ({ name }: ChartFile): boolean => {
    const [first = name] = name.split('/');
    const named = name.includes('/') ? [`${first}/`] : [name];
    return sources.some((source) => /\bfiles\b/i.test(source) && named.some((one) => source.includes(one)));
  };
  return suspects.flatMap(({ file, message }) => (isRead(file) ? [] : [finding('file-misplaced', file.name, message)]));
}

function problemOf({ name, data }: ChartFile): string | undefined {
  // Of this one `values-unread` tells.
  if (name === 'values.yaml.hbs') return undefined;
  const base = name.slice(name.lastIndexOf('/') + 1);
  if (/^crds?\//i.test(name)) {
    if (/\.ya?ml\.hbs$/.test(name))
      return `this file is not read: CRDs are no templates, and their names end in .yaml, as in crds/${printable(base.slice(0, -'.hbs'.length))}`;
    const isCrd = !name.startsWith('crds/') && /\.ya?ml$/.test(name) && CRD.test(Buffer.from(data).toString());
    return isCrd ? 'this file is not read: the folder for CRDs is crds/' : undefined;
  }
  if (!/\.hbs$/i.test(name) && !/^notes\.txt$/i.test(name) && !/^templates?\/.*\.(?:ya?ml|tpl)$/i.test(name))
    return undefined;
  const folder = /^templates?\//i.test(name) ? name.slice(name.indexOf('/') + 1) : name;
  const place = /^notes\.txt/i.test(folder) ? folder.replace(/^notes/i, 'NOTES') : folder;
  return `this file is not read: templates are in the folder templates/, as in templates/${printable(place)}`;
}

const CRD = /^kind: *["']?CustomResourceDefinition\b/m;
