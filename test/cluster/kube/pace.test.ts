/** How many requests pkg sends at once to a server that accepts only so many. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Pace } from '../../../src/cluster/kube/pace.ts';
import { inParallel } from '../../../src/parallel.ts';

test.each([1, 3, 20])('a server that accepts %i at once soon gets about that many, and none is lost', async (takes) => {
  const pace = new Pace();
  let now = 0;
  let refused = 0;
  let most = 0;
  const all = Array.from({ length: 600 }, (_, index) => index);
  await inParallel(all, 200, async (index) => {
    for (;;) {
      const place = await pace.enter(undefined);
      now++;
      if (index > 300) most = Math.max(most, now);
      const isRefused = now > takes;
      await sleep(1);
      now--;
      if (isRefused) refused++;
      pace.leave(place, isRefused ? 'refused' : 'done');
      if (!isRefused) return;
    }
  });
  expect(now).toBe(0);
  expect(refused).toBeGreaterThan(0);
  expect(most).toBeLessThanOrEqual(takes * 3 + 2);
});

test('without a refusal all are sent at once; a waiting request can be aborted and frees its place', async () => {
  const pace = new Pace();
  const places = await Promise.all(Array.from({ length: 500 }, () => pace.enter(undefined)));
  for (const place of places) pace.leave(place, 'refused');
  const held = await Promise.all(Array.from({ length: 250 }, () => pace.enter(undefined)));
  const controller = new AbortController();
  const off = pace.enter(controller.signal);
  const next = pace.enter(undefined);
  controller.abort(new Error('enough'));
  await expect(off).rejects.toThrow('enough');
  pace.leave(held[0] ?? 0, 'failed');
  expect(await next).toBe(751);
});
