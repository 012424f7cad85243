/** `pkg search hub` compared with helm, on a test server with the search API of Artifact Hub. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../chart/support.ts';
import { run } from './support.ts';
import type { Run } from './support.ts';

function chart(name: string, description: string, more: object = {}): object {
  return {
    id: `acme/${name}`,
    type: 'chart',
    attributes: { name, description, repo: { name: 'acme', url: 'https://charts.example.com/stable' }, keywords: [] },
    relationships: {
      latestChartVersion: { data: { version: '1.2.3', app_version: '9.8', created: '2026-01-02T03:04:05Z' } },
    },
    ...more,
  };
}

/** Answers by what is searched for. */
const ANSWERS: Record<string, [status: number, body: string]> = {
  web: [
    200,
    JSON.stringify({
      data: [
        chart('web', 'a <b>web</b> thing & more', {
          artifactHub: { packageUrl: 'https://hub.example.com/packages/helm/acme/web' },
        }),
        chart('ümläut', `${'very long words '.repeat(8)}`),
        { id: 'bare/one' },
      ],
    }),
  ],
  none: [200, '{"data":[]}'],
  null: [200, '{"data":null}'],
  '': [200, JSON.stringify({ data: [chart('all', '')] })],
  'two words & "more"': [200, JSON.stringify({ data: [chart('rich', 'found by a rich query')] })],
  broken: [404, 'nothing here'],
  page: [200, '<html></html>'],
  list: [200, '[]'],
};

let server: Server;
let url: string;
const asked: string[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://hub');
    asked.push(pathname);
    const [status, body] = ANSWERS[searchParams.get('q') ?? 'none'] ?? [500, ''];
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

async function both(...args: string[]): Promise<{ helm: Run; pkg: Run }> {
  const home = temporaryFolder();
  const on = (program: 'helm' | 'pkg'): Promise<Run> => run(program, ['search', 'hub', ...args], { cwd: home, home });
  const [helm, pkg] = await Promise.all([on('helm'), on('pkg')]);
  return { helm, pkg };
}

test.each([
  ['web'],
  ['web', '--list-repo-url'],
  ['web', '--max-col-width', '20'],
  ['web', '--max-col-width', '0'],
  ['web', '-o', 'json'],
  ['web', '-o', 'yaml'],
  ['none'],
  ['none', '-o', 'json'],
  ['none', '--fail-on-no-result'],
  ['none', '--fail-on-no-result', '-o', 'yaml'],
  ['null'],
  [],
  ['two', 'words', '&', '"more"'],
  ['broken'],
])('%s %s %s %s', async (...args) => {
  const { helm, pkg } = await both(...args.filter((arg) => arg !== undefined), '--endpoint', url);
  expect(pkg.status, pkg.stderr).toBe(helm.status);
  expect(pkg.stdout).toBe(helm.stdout);
  if (pkg.status !== 0) expect(pkg.stderr).toMatch(/code: PKG_(?!INTERNAL)[A-Z_]+ /);
});

test('an endpoint with a path, and invalid endpoints', async () => {
  asked.length = 0;
  const { helm, pkg } = await both('none', '--endpoint', `${url}/deep/er/`);
  expect([pkg.status, pkg.stdout]).toEqual([helm.status, helm.stdout]);
  expect(asked).toEqual(Array(2).fill('/deep/er/api/chartsvc/v1/charts/search'));
  for (const endpoint of ['', 'nothing', 'file:///etc/passwd', 'ftp://127.0.0.1', 'oci://127.0.0.1/x']) {
    const refused = await both('none', `--endpoint=${endpoint}`);
    expect(refused.pkg.stderr).toContain('code: PKG_USAGE');
    expect([refused.helm.status, refused.pkg.status]).toEqual([1, 1]);
  }
});

test('an answer that is not from a hub is an error, where helm finds nothing', async () => {
  for (const word of ['page', 'list']) {
    const { pkg } = await both(word, '--endpoint', url);
    expect(pkg.status).toBe(1);
    expect(pkg.stderr).toContain('code: PKG_REPOSITORY_INVALID');
  }
});
