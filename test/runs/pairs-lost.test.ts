import type { Tunnel } from '../../lib/tunnel/declaration/tunnel';
import { FIRST, SECOND, discard, endOf, pair, site, writes } from './support/site';

test('a pair whose second node dies in the middle of a change: BIG-IP and the first node are put back', async () => {
  const first = await site({ spec: pair });
  expect(endOf(await first.run())).toBe('Applied');
  const applied = [FIRST, pair.bigip[0]!.management].map((host) => first.lab.hosts.dump(host));
  await first.close();
  const other: Tunnel = { ...pair, tunnel: { ...pair.tunnel, bigip: '10.3.92.219/24' } };
  const faults = [{ host: SECOND, match: 'systemctl restart', nth: 1, effect: 'hang' as const }];
  const second = await site({ from: first.state, spec: other, also: [pair], faults });
  const running = second.run({ allowInterruption: true });
  const hung = setInterval(() => {
    if (writes(second).some((line) => line.startsWith(SECOND) && line.includes('--bundle add-flows')))
      second.world.gone(SECOND);
  }, 50);
  const result = await running;
  clearInterval(hung);
  expect(`${endOf(result)}: ${result.cause}`).toMatch(new RegExp(`^RollbackFailed: .*ramp node ${SECOND}: \\? `));
  expect([FIRST, pair.bigip[0]!.management].map((host) => second.lab.hosts.dump(host))).toEqual(applied);
  second.world.back(SECOND);
  await discard(second);
  await discard(first);
}, 180_000);
