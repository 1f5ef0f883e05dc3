import { discard, endOf, NODE, site } from './support/site';

const DAY = 86_400;

/** When a run's lease was taken, in milliseconds since the epoch: its fence. */
async function fenceOf({ lab }: Awaited<ReturnType<typeof site>>): Promise<number> {
  return (await lab.item('edge-a'))!['fence'] as number;
}

test('a day passes between runs: fences, dates and devices go with it, also for who opens the site again', async () => {
  const first = await site({ events: true });
  const began = Date.now();
  expect(endOf(await first.run())).toBe('Applied');
  const early = await fenceOf(first);
  expect(early).toBeLessThan(began + DAY * 1000);

  await first.lab.passTime(DAY);
  first.world.wipeFlows(NODE);
  const healed = await first.run();
  expect([endOf(healed), healed.cause]).toEqual(['Applied', undefined]);
  expect(await fenceOf(first)).toBeGreaterThanOrEqual(began + DAY * 1000);
  expect(healed.events[0]!.timestamp * 1000).toBeGreaterThanOrEqual(began + DAY * 1000);
  for (const { at } of first.lab.hosts.journal().slice(-1)) expect(at).toBeGreaterThanOrEqual(began + DAY * 1000);
  const late = await fenceOf(first);
  await first.close();

  const again = await site({ from: first.state });
  again.world.restartOvs(NODE);
  const after = await again.run();
  expect([endOf(after), after.cause]).toEqual(['Applied', undefined]);
  expect(await fenceOf(again)).toBeGreaterThan(late);
  expect(endOf(await again.run({ action: 'teardown' }))).toBe('TornDown');
  await discard(again);
  await discard(first);
});
