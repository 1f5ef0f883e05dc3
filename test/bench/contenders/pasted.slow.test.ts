import { pasted } from '../../../bench/contenders/pasted';
import type { WorldOptions } from '../../../lab/hosts/world';
import { closeAll, NODE, open, spec } from '../../lab/hosts/bench';
import { difference } from '../../../bench/difference';
import { dumps, podAnswers } from './support';

afterAll(closeAll);

const begin = async (world: WorldOptions = {}) => {
  const hosts = await open(world);
  return { hosts, contender: pasted({ hosts, spec, networkpolicy: world.plugin === undefined }) };
};

test.each([{}, { plugin: 'subnet' }, { plugin: 'multitenant' }] as const)(
  'BIG-IP reaches a Pod of another node afterwards (%o)',
  async (world) => {
    const { hosts, contender } = await begin(world);
    expect(await podAnswers(hosts)).toBe(false);
    await contender.apply();
    expect(await podAnswers(hosts)).toBe(true);
  },
);

test('the seven published flows carry nothing under networkpolicy', async () => {
  const hosts = await open();
  await pasted({ hosts, spec, networkpolicy: false }).apply();
  expect(await podAnswers(hosts)).toBe(false);
});

test('every line is a trip', async () => {
  const { hosts, contender } = await begin();
  const { trips, changed } = await contender.apply();
  expect({ trips, changed }).toEqual({ trips: 23, changed: 15 });
  expect(hosts.journal().filter(({ writes }) => writes)).toHaveLength(changed);
});

test('pasting again removes and makes nearly all of it again; only the SNAT pool, in use, is refused', async () => {
  const { hosts, contender } = await begin();
  await contender.apply();
  const before = await dumps(hosts);
  const { changed } = await contender.reapply();
  expect(changed).toBe(17);
  const refused = hosts.journal().filter(({ line, code }) => line.includes('ltm snatpool') && code !== 0);
  expect(refused.map(({ line }) => line.split(' ')[0])).toEqual(['delete', 'delete', 'create']);
  expect(difference(before, await dumps(hosts))).toEqual([]);
});

test('the node is repaired by pasting its part again', async () => {
  const { hosts, contender } = await begin();
  await contender.apply();
  await hosts.act(NODE, 'reboot');
  expect(await podAnswers(hosts)).toBe(false);
  await contender.repair();
  expect(await podAnswers(hosts)).toBe(true);
});

test('removal leaves a virtual server without the translation that it had', async () => {
  const { hosts, contender } = await begin();
  const before = await dumps(hosts);
  await contender.apply();
  await contender.teardown();
  expect(difference(before, await dumps(hosts))).toEqual(['- source-address-translation {', '- type automap', '- }']);
});

test('removal leaves the two published flows that carry no cookie', async () => {
  const { hosts, contender } = await begin({ plugin: 'multitenant' });
  const before = await dumps(hosts);
  await contender.apply();
  await contender.teardown();
  expect(difference(before, await dumps(hosts)).filter((line) => line.includes('flow'))).toEqual([
    '+ flow cookie=0x0 table=5 priority=300,arp,arp_tpa=10.129.0.254 actions=output:2',
    '+ flow cookie=0x0 table=5 priority=300,ip,nw_dst=10.129.0.254 actions=output:2',
  ]);
});

test('a refusal that no second paste explains stops it', async () => {
  const hosts = await open({}, { faults: [{ host: NODE, match: 'ip link set', nth: 1, effect: 'fail-before' }] });
  const applied = pasted({ hosts, spec }).apply();
  await expect(applied).rejects.toThrow(`Pasting stopped at "ip link set tun1 up" on ${NODE}: injected fault`);
});

test('a pair is not compared', () => {
  const [node] = spec.ramp.nodes;
  const ramp = { nodes: [node, { ...node, instance: 'i-0b4e90de0b4e90de0' }] };
  expect(() => pasted({ hosts: {} as never, spec: { ...spec, ramp } })).toThrow('Tunnel edge-a cannot be compared');
});
