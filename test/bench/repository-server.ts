/**
 * A chart repository in a process of its own, for the bench: the files of a folder, with ETags. `GET /-/asked` gives
 * the number of whole indexes that were sent, and begins to count anew. Prints its port.
 */
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

const folder = process.argv[2] ?? '.';
let sent = 0;

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? '', 'http://server');
  if (pathname === '/-/asked') {
    // The bench blocks while it measures, and would send its next request over a connection that has ended.
    response.writeHead(200, { connection: 'close' }).end(String(sent));
    sent = 0;
    return;
  }
  const file = join(folder, pathname);
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat?.isFile() !== true) {
    response.writeHead(404).end();
    return;
  }
  const etag = `"${stat.size}-${stat.mtimeMs}"`;
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, { etag }).end();
    return;
  }
  if (pathname.endsWith('/index.yaml')) sent++;
  response.writeHead(200, { etag, 'content-length': stat.size });
  createReadStream(file).pipe(response);
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
