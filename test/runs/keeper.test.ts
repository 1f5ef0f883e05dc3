import type { Tunnel } from '../../lib/tunnel/declaration/tunnel';
import { FIRST, SECOND, discard, endOf, pair, site, writes, type Site } from './support/site';

async function end(open: Site, input: object = {}): Promise<string> {
  const result = await open.run(input);
  return result.cause === undefined ? endOf(result) : `${endOf(result)}: ${result.cause}`;
}

const output = async (open: Site, input: object = {}): Promise<any> => (await open.run(input)).output;

const holder = (open: Site): readonly string[] =>
  Object.entries(open.world.nodes)
    .filter(([, { addresses }]) => addresses.some(({ address }) => address === pair.ramp.vip))
    .map(([name]) => name);

test('a pair with another cookie keeps its virtual IP where it is', async () => {
  const first = await site({ spec: pair });
  expect(await end(first)).toBe('Applied');
  expect(holder(first)).toEqual([FIRST]);
  await first.close();
  const other: Tunnel = { ...pair, cookie: '0x998' };
  const second = await site({ from: first.state, spec: other });
  second.world.gone(SECOND);
  expect(await end(second)).toMatch(new RegExp(`^NotStarted: .*ramp node ${SECOND} cannot be reached.*flows 0x999 `));
  second.world.back(SECOND);
  expect(await end(second)).toBe('Applied');
  for (const node of [FIRST, SECOND]) {
    const lines = writes(second).filter((line) => line.startsWith(node));
    const at = (text: string): number => lines.findIndex((line) => line.includes(text));
    expect(at('systemctl stop')).toBeLessThan(at('--bundle add-flows'));
    expect(at('--bundle add-flows')).toBeLessThan(at('systemctl restart'));
  }
  expect(holder(second)).toEqual([FIRST]);
  expect(await end(second)).toBe('Unchanged');
  await discard(second);
  await discard(first);
});

test('a keeper of an earlier version goes with the tunnel', async () => {
  const open = await site({ spec: pair });
  const untouched = open.dump();
  expect(await end(open)).toBe('Applied');
  await open.world.run(SECOND, `echo "# earlier" >> "$EDGE_RAMP_ROOT/var/lib/edge-ramp/${pair.name}.keeper"`);
  expect(await output(open, { action: 'plan' })).toMatchObject({
    changes: [{ device: `ramp node ${SECOND}`, text: expect.stringContaining('keeper') }],
  });
  expect(await end(open, { action: 'teardown' })).toBe('TornDown');
  expect(open.dump()).toBe(untouched);
  await discard(open);
});
