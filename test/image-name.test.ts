/** Names of images as Docker reads them, and their names in a mirror. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fullImageName, mirroredImage, parseImageName, parseMirror } from '../src/image-name.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

test.each([
  ['nginx', 'docker.io/library/nginx:latest'],
  ['nginx:1.27', 'docker.io/library/nginx:1.27'],
  ['acme/web', 'docker.io/acme/web:latest'],
  ['docker.io/nginx', 'docker.io/library/nginx:latest'],
  ['index.docker.io/acme/web:1', 'docker.io/acme/web:1'],
  ['localhost/web', 'localhost/web:latest'],
  ['localhost:5000/a/b/c:1', 'localhost:5000/a/b/c:1'],
  ['GHCR.io/acme/web', 'ghcr.io/acme/web:latest'],
  [`quay.io/a/b@${DIGEST}`, `quay.io/a/b@${DIGEST}`],
  [`quay.io/a/b:1@${DIGEST}`, `quay.io/a/b:1@${DIGEST}`],
])('%s is %s', (text, full) => {
  const name = parseImageName(text);
  expect(name === undefined ? undefined : fullImageName(name)).toBe(full);
});

test.each(['', 'Acme/web', 'a b', 'nginx:', 'nginx@sha256:1', '/web', 'quay.io/', 'a//b', '../b', 'a:b:c', 'x.y/../z'])(
  '%j is not the name of an image',
  (text) => expect(parseImageName(text)).toBeUndefined(),
);

test('a mirrored name is valid, keeps tag and digest, and is not mirrored again', () => {
  const part = fc.stringMatching(/^[a-z0-9]{1,6}(?:[._-][a-z0-9]{1,4})?$/);
  const image = fc
    .tuple(
      fc.constantFrom('', 'quay.io/', 'localhost:5000/', 'docker.io/', '127.0.0.1:5000/'),
      fc.array(part, { minLength: 1, maxLength: 3 }),
      fc.constantFrom('', ':1', ':v1.2_3-x'),
      fc.constantFrom('', `@${DIGEST}`),
    )
    .map(([host, path, tag, digest]) => `${host}${path.join('/')}${tag}${digest}`);
  const mirror = fc.constantFrom('oci://mirror.example', 'oci://mirror.example:5000/a/b', 'oci://127.0.0.1:1/a/');
  fc.assert(
    fc.property(image, mirror, (text, place) => {
      const target = parseMirror(place);
      const copy = mirroredImage(text, target);
      const [before, after] = [parseImageName(text), parseImageName(copy)];
      expect([after?.tag, after?.digest, after?.host]).toEqual([before?.tag, before?.digest, target.host]);
      expect(mirroredImage(copy, target)).toBe(copy);
    }),
  );
});
