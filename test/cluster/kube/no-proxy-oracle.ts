/**
 * Asks the real kubectl whether it goes through the proxy of its environment. To be run where there is no network but
 * loopback (`unshare --net`), so that a direct way ends at once and nothing leaves the machine.
 *
 * Standard input: `{ kubectl, cases: [{ server, env }] }`. Standard output: for each case what the proxy was asked for.
 */
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

type Case = { server: string; env: Record<string, string> };

const { kubectl, cases } = JSON.parse(await text(process.stdin)) as { kubectl: string; cases: Case[] };
let asked: string | null = null;
const proxy = createServer().on('connect', (request, socket) => {
  asked = request.url ?? '';
  socket.end('HTTP/1.1 503 Service Unavailable\r\n\r\n');
});
await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;

const answers: (string | null)[] = [];
for (const { server, env } of cases) {
  asked = null;
  const own = Object.entries(env).map(([name, value]) => [name, value.replace('PROXY', address)]);
  const child = spawn(kubectl, ['get', '--raw', '/', '--server', server, '--request-timeout=2s', '--token=x'], {
    env: { HOME: '/nonexistent', ...Object.fromEntries(own) },
    stdio: 'ignore',
  });
  await new Promise((resolve) => child.on('close', resolve));
  answers.push(asked);
}
process.stdout.write(JSON.stringify(answers));
proxy.close();
