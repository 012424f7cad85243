/** What the real helm reads from many YAML texts, by few runs of it: its `fromYaml` reads as its values do. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { helm } from '../support/helm.ts';

/** The data of each text, whose top must be a map; for one that helm refuses a map whose `Error` says why. */
export function readAsHelm(texts: readonly string[]): unknown[] {
  // One run of helm for about 5 MB of texts.
  const batches: string[][] = [];
  let room = 0;
  for (const text of texts) {
    room -= 6 * text.length + 10;
    if (room < 0) {
      room = 5_000_000 - 6 * text.length;
      batches.push([]);
    }
    batches.at(-1)?.push(text);
  }
  return batches.flatMap(readBatch);
}

function readBatch(texts: readonly string[]): unknown[] {
  const chart = mkdtempSync(join(tmpdir(), 'pkg-helm-yaml-'));
  try {
    mkdirSync(join(chart, 'templates'));
    writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: probe\nversion: 1.0.0\n');
    writeFileSync(join(chart, 'texts.json'), JSON.stringify(texts));
    writeFileSync(
      join(chart, 'templates', 'probe.yaml'),
      '{"apiVersion":"v1","kind":"Probe","read":[' +
        '{{ range $i, $text := .Files.Get "texts.json" | fromJsonArray }}{{ if $i }},{{ end }}{{ $text | fromYaml | toJson | b64enc | quote }}{{ end }}]}',
    );
    const run = helm(['template', 'probe', chart]);
    if (run.status !== 0) throw new Error(run.stderr);
    const { read } = JSON.parse(run.stdout.slice(run.stdout.indexOf('{'))) as { read: string[] };
    return read.map((json) => JSON.parse(Buffer.from(json, 'base64').toString('utf8')) as unknown);
  } finally {
    rmSync(chart, { recursive: true, force: true });
  }
}
