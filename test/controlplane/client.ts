/**
 * A small client of the API server for tests, on nothing but `node:https`: it must not share a mistake with the
 * client that is tested.
 */
import { readFileSync } from 'node:fs';
import { Agent, request as httpsRequest } from 'node:https';

/** An object of Kubernetes, or any other JSON. */
// Tests look deep into objects whose shape the API server answers for.
// oxlint-disable-next-line typescript/no-explicit-any
export type Json = any;

/** How to reach an API server: its address, its authority, and who asks (PEM). */
export type Access = { server: string; ca: string; certificate: string; key: string };

/** What came back; `body` is the parsed JSON where the answer is JSON. */
export type Answer = { status: number; text: string; body: Json };

/** A client; failed connections throw, HTTP statuses do not, but for the helpers that say so. */
export type Client = {
  request(method: string, path: string, body?: Json, contentType?: string): Promise<Answer>;
  /** The object at a path; throws unless the status is 2xx. */
  get(path: string): Promise<Json>;
  /** Creates an object in the collection at a path; throws unless the status is 2xx. */
  create(path: string, object: Json): Promise<Json>;
  /** Server-side apply of the object at a path, by field manager `test`; throws unless the status is 2xx. */
  apply(path: string, object: Json): Promise<Json>;
  /** Deletes the object at a path, dependents in the background; throws unless the status is 2xx or 404. */
  delete(path: string): Promise<Json>;
  /** Reads the object at a path (undefined while it is not there) until `holds` says yes; throws after `ms`. */
  until(path: string, holds: (object: Json) => boolean, ms?: number): Promise<Json>;
  close(): void;
};

/** A client for an API server. */
export function createClient(access: Access): Client {
  const agent = new Agent({ keepAlive: true, ca: access.ca, cert: access.certificate, key: access.key });

  function request(method: string, path: string, body?: Json, contentType = 'application/json'): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const headers = body === undefined ? {} : { 'content-type': contentType };
      const sent = httpsRequest(new URL(path, access.server), { method, headers, agent }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('error', reject);
        response.on('end', () => {
          const isJson = response.headers['content-type']?.startsWith('application/json') ?? false;
          resolve({ status: response.statusCode ?? 0, text, body: isJson ? JSON.parse(text) : undefined });
        });
      });
      sent.on('error', reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  async function expectFine(
    method: string,
    path: string,
    body?: Json,
    contentType?: string,
    alsoFine?: number,
  ): Promise<Json> {
    const answer = await request(method, path, body, contentType);
    if (answer.status >= 300 && answer.status !== alsoFine) {
      throw new Error(`${method} ${path}: ${answer.status} ${answer.body?.message ?? answer.text}`);
    }
    return answer.body ?? answer.text;
  }

  return {
    request,
    get: (path) => expectFine('GET', path),
    create: (path, object) => expectFine('POST', path, object),
    apply: (path, object) => expectFine('PATCH', `${path}?fieldManager=test`, object, 'application/apply-patch+yaml'),
    delete: (path) => expectFine('DELETE', `${path}?propagationPolicy=Background`, undefined, undefined, 404),
    async until(path, holds, ms = 30_000) {
      const deadline = Date.now() + ms;
      for (;;) {
        const { status, body, text } = await request('GET', path);
        const object = status < 300 ? (body ?? text) : undefined;
        if (holds(object)) return object;
        if (Date.now() > deadline) throw new Error(`${path} is not as it should be after ${ms} ms: ${text}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    close: () => agent.destroy(),
  };
}

/** The text of a kubeconfig with one context, whose default namespace is `namespace`. */
export function writeKubeconfig(access: Access, namespace = 'default'): string {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const cluster = { server: access.server, 'certificate-authority-data': base64(access.ca) };
  const user = {
    'client-certificate-data': base64(access.certificate),
    'client-key-data': base64(access.key),
  };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [{ name: 'test', cluster }],
    users: [{ name: 'test', user }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', namespace } }],
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}

/** The access that a kubeconfig of {@link writeKubeconfig} gives. */
export function readKubeconfig(path: string): Access {
  const config = JSON.parse(readFileSync(path, 'utf8')) as Json;
  const text = (base64: string): string => Buffer.from(base64, 'base64').toString();
  const { cluster } = config.clusters[0];
  const { user } = config.users[0];
  return {
    server: cluster.server,
    ca: text(cluster['certificate-authority-data']),
    certificate: text(user['client-certificate-data']),
    key: text(user['client-key-data']),
  };
}
