/** `pkg serve` on a free port, in a process of its own. */
import { request } from 'node:http';
import type { IncomingHttpHeaders, RequestOptions } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { startPkg } from '../repository/support.ts';
import type { Run } from '../repository/support.ts';

export type Serving = {
  url: string;
  port: number;
  /** What it has printed so far about changes and failures. */
  said: () => string;
  /** Sends a signal; returns how it ended. */
  end: (signal?: NodeJS.Signals) => Promise<Run>;
};

/** Starts it and waits until it answers. */
export async function startServing(folder: string, ...flags: string[]): Promise<Serving> {
  const started = startPkg(['serve', folder, '--listen', '127.0.0.1:0', ...flags], { cwd: folder, home: folder });
  let [printed, said] = ['', ''];
  const url = await new Promise<string>((resolve, reject) => {
    started.child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    started.child.stdout?.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      const found = / at (\S+)\n/.exec(printed)?.[1];
      if (found !== undefined) resolve(found);
    });
    void started.ended.then(({ stderr }) => reject(new Error(`it did not start: ${stderr}`)));
  });
  return {
    url,
    port: Number(new URL(url).port),
    said: () => said,
    end: async (signal = 'SIGTERM') => {
      started.child.kill(signal);
      return await started.ended;
    },
  };
}

export type Reply = { status: number; headers: IncomingHttpHeaders; body: Buffer };

/** Sends one request on a connection of its own; the path is sent unchanged. */
export function ask(
  { url }: { url: string },
  path: string,
  options: RequestOptions & { body?: string | Uint8Array; ca?: string } = {},
): Promise<Reply> {
  const { hostname, port, protocol } = new URL(url);
  const { body, ...rest } = options;
  return new Promise((resolve, reject) => {
    const send = protocol === 'https:' ? tlsRequest : request;
    const sent = send({ hostname, port, path, agent: false, ...rest }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
