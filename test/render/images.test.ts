import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mirroredImage, parseMirror } from '../../src/image-name.ts';
import { imagesOf, renameImages } from '../../src/render/images.ts';
import { fromPlain, isMap, toPlain } from '../../src/yaml/value.ts';
import type { Json, JsonObject, ValueMap } from '../../src/yaml/value.ts';

function values(value: JsonObject): ValueMap {
  const map = fromPlain(value);
  if (!isMap(map)) throw new Error('no map');
  return map;
}

const image = fc
  .tuple(
    fc.constantFrom('', 'registry.example.com/', 'localhost:5000/', 'quay.io/team/'),
    fc.stringMatching(/^[a-z]{1,8}$/),
    fc.constantFrom('', ':1.2', ':latest', `@sha256:${'a'.repeat(64)}`, `:1@sha256:${'0'.repeat(64)}`),
  )
  .map((parts) => parts.join(''));
const container = fc.record({ name: fc.stringMatching(/^[a-z]{1,5}$/), image });
const pod = fc.record({
  containers: fc.array(container, { maxLength: 3 }),
  initContainers: fc.array(container, { maxLength: 2 }),
  ephemeralContainers: fc.array(container, { maxLength: 1 }),
  volumes: fc.array(fc.record({ name: fc.constant('v'), image: fc.record({ reference: image }) }), { maxLength: 1 }),
});

/** Where the kinds of Kubernetes keep their pods. */
const WRAPPED: Readonly<Record<string, (spec: Json) => JsonObject>> = {
  Pod: (spec) => ({ apiVersion: 'v1', kind: 'Pod', spec }),
  Deployment: (spec) => ({ apiVersion: 'apps/v1', kind: 'Deployment', spec: { template: { spec } } }),
  CronJob: (spec) => ({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    spec: { jobTemplate: { spec: { template: { spec } } } },
  }),
  Custom: (spec) => ({ apiVersion: 'example.com/v1', kind: 'Custom', spec: { deep: [{ podTemplate: { spec } }] } }),
};

test('every image of every container is found, in all kinds with pods', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(...Object.keys(WRAPPED)), pod), { maxLength: 4 }), (pods) => {
      const objects = pods.map(([kind, spec], at) => ({
        ...WRAPPED[kind]?.(spec),
        metadata: { name: `o${at}` },
      }));
      const wanted = pods.flatMap(([, spec]) => [
        ...[...spec.containers, ...spec.initContainers, ...spec.ephemeralContainers].map((one) => one.image),
        ...spec.volumes.map((volume) => volume.image.reference),
      ]);
      const asOne = { apiVersion: 'v1', kind: 'List', items: objects };
      for (const given of [objects, [asOne]]) {
        const found = imagesOf(given.map(values), undefined).map((one) => one.image);
        expect(found).toEqual([...new Set(wanted)].sort());
      }
    }),
  );
});

test('every image that is found is renamed once, and nothing else', () => {
  const mirror = parseMirror('oci://mirror.example:5000/apps');
  const field = fc.oneof(
    image,
    fc.record({
      registry: fc.constantFrom('quay.io', 'docker.io'),
      repository: fc.constant('a/b'),
      tag: fc.constant('1'),
    }),
    fc.record({ repository: fc.constant('quay.io/a/b'), digest: fc.constant(`sha256:${'b'.repeat(64)}`) }),
    fc.record({ repository: fc.constantFrom('a/b:1', `quay.io/a/b:1@sha256:${'b'.repeat(64)}`, 'localhost:5000/a/b') }),
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.keys(WRAPPED)),
      pod,
      fc.array(field, { maxLength: 3 }),
      (kind, spec, fields) => {
        const object = values({
          ...WRAPPED[kind]?.(spec),
          metadata: { name: 'o', annotations: { text: 'quay.io/a/b:1' } },
          status: fields.map((one) => ({ sidecarImage: one })),
          more: { images: fields.filter((one) => typeof one === 'string') },
        });
        const before = imagesOf([object], undefined).map((one) => one.image);
        const metadata = JSON.stringify([...(object.get('metadata') as ValueMap)]);
        const rename = (text: string): string => mirroredImage(text, mirror);
        expect(renameImages(object, rename)).toBe(before.length > 0);
        const after = imagesOf([object], undefined).map((one) => one.image);
        expect(after).toEqual([...new Set(before.map(rename))].sort());
        expect(renameImages(object, rename)).toBe(false);
        expect(JSON.stringify([...(object.get('metadata') as ValueMap)])).toBe(metadata);
      },
    ),
  );
});

describe('fields with names of images', () => {
  const custom = (spec: JsonObject): string[] =>
    imagesOf(
      [values({ apiVersion: 'example.com/v1', kind: 'Database', metadata: { name: 'db' }, spec })],
      undefined,
    ).map((one) => one.image);

  test('of custom resources', () => {
    expect(custom({ image: 'postgres:16', backupImage: 'quay.io/x/backup:1' })).toEqual([
      'postgres:16',
      'quay.io/x/backup:1',
    ]);
    expect(custom({ image: { registry: 'docker.io', repository: 'x/y', tag: '1.2' } })).toEqual(['docker.io/x/y:1.2']);
    expect(custom({ imagePullPolicy: 'Always', imageTag: 'v1', image: '' })).toEqual([]);
    expect(custom({ images: ['a/b:1', 'quay.io/c/d'], preloadImages: ['e:2', 'no image', 3] })).toEqual([
      'a/b:1',
      'e:2',
      'quay.io/c/d',
    ]);
    // Flux and Argo CD list changes of images so.
    expect(custom({ images: [{ name: 'a/b', newTag: '1' }, 'a/b=c/d:1'] })).toEqual([]);
  });

  test('of the variables and arguments by which operators are told what to run', () => {
    const env = [
      { name: 'RELATED_IMAGE_DATABASE', value: 'quay.io/x/db:1' },
      { name: 'SIDECAR_IMAGE', value: 'envoy:1' },
      { name: 'IMAGE_TAG', value: '1' },
      { name: 'IMAGE_REPOSITORY', value: 'quay.io/x/db' },
      { name: 'IMAGE_SERVICE', value: 'images.example.com:8080/x' },
      { name: 'OTHER', value: 'quay.io/x/no:1' },
      { name: 'RELATED_IMAGE_NONE', value: '' },
    ];
    const command = ['run', '--executor-image', 'docker.io/x/executor:1', '-init-image=init:1'];
    const args = [
      '--config-reloader=quay.io/x/reloader:1',
      `--image=quay.io/x/pinned:1@sha256:${'a'.repeat(64)}`,
      '--image-pull-secrets=team/secret',
      '--image-repository=quay.io/x/db',
      '--image-pull-policy=Always',
      '--target=api.example.com:8080/path',
      '--url=https://quay.io/x/db:1',
      '--schedule=a/b:1',
      '--label=image:1',
      'docker run quay.io/x/db:1',
    ];
    const operator = values({
      ...WRAPPED['Deployment']?.({ containers: [{ name: 'op', image: 'op:1', env, command, args }] }),
      metadata: { name: 'op' },
    });
    const inField = [
      'docker.io/x/executor:1',
      'envoy:1',
      'init:1',
      'quay.io/x/db:1',
      'quay.io/x/pinned:1',
      'quay.io/x/reloader:1',
    ];
    expect(
      imagesOf([operator], undefined).map(({ image, usedBy }) => [
        image.replace(/@.*/, ''),
        usedBy.map(({ kind }) => kind),
      ]),
    ).toEqual([...inField.map((image) => [image, ['field']]), ['op:1', ['container']]].sort());
    const texts = (): string[] => JSON.stringify(toPlain(operator)).split('"');
    const before = texts();
    renameImages(operator, (image) => `mirror.example/${image}`);
    const renamed = [...inField, 'op:1'].join('|');
    const inMirror = (text: string): string =>
      text.replace(new RegExp(`^(--?[a-z-]+=)?((?:${renamed})(?:@.*)?)$`), '$1mirror.example/$2');
    // `OTHER` has the same text as an image, and no name that says so.
    const other = before.indexOf('OTHER') + 4;
    expect(texts()).toEqual(before.map((text, index) => (index === other ? text : inMirror(text))));
  });

  test('of Kubernetes’ own kinds only in containers and volumes', () => {
    const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { image: 'nginx:1' } };
    expect(imagesOf([values(config)], undefined)).toEqual([]);
  });

  test('of values that appear in no object', () => {
    const pods = [
      values({ ...WRAPPED['Pod']?.({ containers: [{ name: 'a', image: 'nginx:1' }] }), metadata: { name: 'p' } }),
    ];
    const given = values({
      image: { repository: 'nginx', tag: '1' },
      sidecar: { image: 'envoy:1.30' },
      job: { repository: 'tools/job', tag: 2 },
      pull: { imagePullPolicy: 'IfNotPresent' },
    });
    expect(imagesOf(pods, given).map((one) => [one.image, one.usedBy[0]?.kind])).toEqual([
      ['envoy:1.30', 'values'],
      ['nginx:1', 'container'],
      ['tools/job:2', 'values'],
    ]);
  });
});
