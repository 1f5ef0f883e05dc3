import { rmSync } from 'node:fs';
import type { ExecutionResult } from '../../lab';
import type { LineFault } from '../../lab/hosts/host';
import type { Tunnel } from '../../lib/tunnel/declaration/tunnel';
import { BIGIP, NODE, byOc, discard, endOf, entered, example, onOvn, site, type Site } from './support/site';

/*
 * A run that finds one drifted node, and nothing else: it sends change and proof together (ADR 0034).
 */

let here: Site;
const folders: string[] = [];
afterEach(async () => {
  await discard(here);
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A site where the tunnel stands. These lines are typed on its node. `faults` count from then on. */
async function drifted(spec: Tunnel, lines: readonly string[], faults: readonly LineFault[] = []): Promise<void> {
  here = await site({ spec });
  expect(endOf(await here.run())).toBe('Applied');
  await here.close();
  folders.push(here.state);
  here = await site({ spec, faults, from: here.state });
  for (const line of lines) expect(await here.world.run(nodeOf(spec), line)).toMatchObject({ code: 0 });
}
const nodeOf = ({ ramp: { nodes } }: Tunnel): string => nodes[0]!.instance ?? nodes[0]!.node!;
const states = ({ events }: ExecutionResult): readonly unknown[] => events.map(entered);
const WIPED = [`ovs-ofctl -O OpenFlow13 del-flows br0 cookie=${example.cookie}/-1`];

/** The documents that were sent since the site opened, and how often. */
const sent = (): readonly string[] =>
  here.lab
    .trips()
    .map(({ document }) => document.replace(/-[0-9a-f]{16}$/, ''))
    .sort();

test.each<[string, Tunnel, readonly string[]]>([
  ['its flows', example, WIPED],
  ['its tunnel device', example, ['ip link set tun1 down', 'ip tunnel del tun1']],
  ['its forwarding, on OVN-Kubernetes', onOvn, ['sysctl -w net/ipv4/conf/tun1/forwarding=0']],
])('a node that has lost %s is changed and proven in the trip after the look', async (_, spec, lines) => {
  await drifted(spec, lines);
  const result = await here.run();
  expect([endOf(result), result.cause]).toEqual(['Applied', undefined]);
  expect(states(result)).toContain('Configure');
  expect(states(result)).not.toContain('Verify ping');
  expect(sent()).toEqual([
    'edge-ramp-bigip-observe',
    'edge-ramp-bigip-observe',
    'edge-ramp-ramp-apply',
    'edge-ramp-ramp-observe',
    'edge-ramp-ramp-observe',
  ]);
  const { verification } = result.output as { verification: readonly { from: string; ok: boolean }[] };
  expect([...new Set(verification.map(({ from }) => from))]).toEqual([
    `BIG-IP ${spec.bigip[0]!.management}`,
    `ramp node ${nodeOf(spec)}`,
  ]);
  expect(verification.every(({ ok }) => ok)).toBe(true);
  expect(endOf(await here.run())).toBe('Unchanged');
});

/** The look sends the first two of BIG-IP's triple pings, and one of the node's. */
test.each<[string, LineFault]>([
  ['BIG-IP is not answered in time', { host: BIGIP, match: 'ping -c 3 .* 10.3.91.217', nth: 2, effect: 'fail-before' }],
  ["BIG-IP's ping hangs", { host: BIGIP, match: 'ping -c 1 ', nth: 1, effect: 'hang' }],
  ["the node's ping fails", { host: NODE, match: '^ping -c 3 .* 10.3.91.216', nth: 2, effect: 'fail-before' }],
])('where %s, the proof comes once more, behind the change, and decides', async (_, fault) => {
  await drifted(example, WIPED, [fault]);
  const result = await here.run();
  expect([endOf(result), result.cause]).toEqual(['Applied', undefined]);
  expect(states(result)).toContain('Verify ping');
});

test('where nothing comes through behind the change either, the run is taken back', async () => {
  const faults = [2, 3].map((nth): LineFault => ({ host: NODE, match: '^ping -c 3 ', nth, effect: 'fail-before' }));
  await drifted(example, WIPED, faults);
  const before = here.dump();
  const result = await here.run();
  expect([endOf(result), result.cause]).toEqual([
    'RolledBack',
    expect.stringMatching(/^Ping from ramp nodes failed/) as unknown,
  ]);
  expect(here.dump()).toBe(before);
});

test.each(['fail-before', 'fail-after', 'hang'] as const)(
  'a change that fails (%s) beside its proof is taken back',
  async (effect) => {
    await drifted(example, WIPED, [{ host: NODE, match: '--bundle|add-flows', nth: 1, effect }]);
    const before = here.dump();
    const result = await here.run();
    expect([endOf(result), states(result).includes('Verify ping')]).toEqual(['RolledBack', false]);
    expect(here.dump()).toBe(before);
  },
);

test('a node that is reached by oc is proven behind its change: each command is a debug Pod', async () => {
  await drifted(byOc, ['sysctl -w net/ipv4/conf/tun1/forwarding=0']);
  const result = await here.run();
  expect(endOf(result)).toBe('Applied');
  expect(states(result)).toContain('Verify ping');
});
