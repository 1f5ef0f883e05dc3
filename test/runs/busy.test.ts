import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HistoryEvent } from '../../lab';
import { put, type ClassName } from '../../lab/hosts/bigip/objects';
import { join as joinCluster } from '../../lab/hosts/cluster/cluster';
import { ipfailover } from '../../lab/hosts/cluster/ipfailover';
import { parseFlow } from '../../lab/hosts/node/flows';
import type { Fault } from '../../lab/hosts/host';
import { iptables } from '../../lab/hosts/node/iptables';
import { meet } from '../../lab/hosts/node/node';
import { CLAIMS } from '../../lab/hosts/world';
import type { Tunnel } from '../../lib/tunnel/declaration/tunnel';
import { BIGIP, discard, endOf, example, pair, site, writes, type Site } from './support/site';

const count = <T>(length: number, one: (i: number) => T): T[] => Array.from({ length }, (_, i) => one(i));

/** As much as may be declared in one tunnel, with the longest names of objects. */
const busiest = (spec: Tunnel): Tunnel => ({
  ...spec,
  objects: { tunnel: 'T'.padEnd(63, 't'), self: 'S'.padEnd(63, 's'), snatPool: 'P'.padEnd(63, 'p') },
  clusterNetworks: ['10.128.0.0/14', '10.132.0.0/14', '10.136.0.0/14', '10.140.0.0/14'],
  virtualServers: count(40, (i) => `vs-${i}-`.padEnd(63, 'v')),
});

const PODS = count(250, (i) => i + 2);
const CLAIMED = count(250, (i) => `10.128.1.${i}`);

/** What a site's devices have beside the tunnel: 5,000 flows and rules a node, 500 objects of each class a BIG-IP, 250 nodes a cluster. */
function crowd(open: Site): void {
  crowdNodes(open);
  crowdBigIps(open);
  crowdClusters(open);
}

function crowdNodes({ world, state }: Site): void {
  for (const [instance, node] of Object.entries(world.nodes)) {
    for (let i = 0; i < 250; i++)
      meet(node, { address: `10.40.${i}.1`, subnet: `10.${131 + (i >> 7)}.${(i % 128) * 2}.0/23`, pods: [] });
    for (let i = 0; node.flows.length < 5000; i++)
      node.flows.push(
        parseFlow(`table=80,priority=150,ip,reg1=${i},nw_src=10.128.2.${i % 250},actions=output:NXM_NX_REG2[]`, {}),
      );
    for (let i = 0; i < 2500; i++) {
      const rule = ['-s', `10.9.${i >> 8}.${i & 255}/32`, '-p', 'tcp', '-m', 'comment', '--comment', 'shop/web'];
      iptables(node.chains, ['-I', 'INPUT', '1', ...rule, '-j', 'ACCEPT']);
      iptables(node.chains, ['-t', 'nat', '-A', 'POSTROUTING', ...rule, '-j', 'MASQUERADE']);
    }
    for (const address of CLAIMED)
      writeFileSync(join(state, 'hosts', instance, 'root', CLAIMS, address), 'c'.repeat(64));
  }
}

function crowdBigIps({ world }: Site): void {
  for (const { running, saved } of Object.values(world.bigips))
    for (const config of [running, saved]) {
      const add = (name: ClassName, object: string, ...words: readonly [string, string][]): void =>
        put(
          config,
          name,
          object,
          words.map(([property, word]) => ({ property, verb: '', words: [word] })),
          false,
        );
      for (let i = 0; i < 500; i++) {
        add('net self', `self-${i}`, ['address', `10.50.${i >> 8}.${i & 255}/32`], ['vlan', 'internal']);
        // Every other one is of a cluster network, and bypasses the tunnel.
        const network = i % 2 ? `10.${60 + (i >> 8)}.${i & 255}.0/24` : `10.13${i % 4}.${i & 255}.${i >> 8}/32`;
        add('net route', `route-${i}`, ['network', network], ['gw', '10.50.0.0']);
        add('ltm virtual', `other-${i}`, ['destination', `10.3.80.${i & 255}:${1000 + i}`]);
      }
    }
}

function crowdClusters({ world }: Site): void {
  for (const cluster of world.clusters) {
    for (let i = 0; i < 250; i++) joinCluster(cluster, `node-${i}.example.com`, `i-${i}`, `10.40.${i}.1`, true);
    cluster.privileged.push(...count(250, (i) => `system:serviceaccount:project-${i}:runner`), 'ipfailover');
    for (let i = 0; i < 100; i++)
      ipfailover(
        cluster,
        [`failover-${i}`],
        new Map([
          ['--virtual-ips', `10.20.31.${i + 1},10.20.32.${i + 1}-${i + 2}`],
          ['--vrrp-id-offset', String(100 + i)],
          ['--selector', `zone=z${i}`],
        ]),
      );
    for (const config of Object.values(cluster.configs)) Object.assign(config, { replicas: 0 });
  }
}

jest.setTimeout(180_000);

let here: Site | undefined;
afterEach(async () => {
  if (here) await discard(here);
  here = undefined;
});

describe.each([
  ['a single ramp node', example],
  ['a pair', pair],
] as const)('on a busy site, the busiest tunnel of %s', (_, declared) => {
  test('is applied, found unchanged and torn down, with every answer whole', async () => {
    const spec = busiest(declared);
    here = await site({ spec, world: { pods: PODS } });
    crowd(here);
    const before = here.dump();
    let largest = 0;
    const onEvent = ({ stateExitedEventDetails: exited }: HistoryEvent): void => {
      largest = Math.max(largest, Buffer.byteLength((exited?.['output'] as string | undefined) ?? ''));
    };
    const run = (input: object) => here!.lab.start({ tunnel: spec.name, ...input }, onEvent).done;

    const applied = await run({});
    expect([endOf(applied), applied.cause]).toEqual(['Applied', undefined]);
    expect((applied.output as { remarks: readonly string[] }).remarks).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/ \d{3} more routes are more specific than 10\.128\.0\.0\/14 and bypass the tunnel$/),
      ]),
    );
    const done = writes(here).length;
    expect(endOf(await run({}))).toBe('Unchanged');
    expect(writes(here)).toHaveLength(done);
    expect(endOf(await run({ action: 'teardown' }))).toBe('TornDown');
    expect(here.dump()).toBe(before);

    const trips = here.lab.trips();
    expect(Math.max(...trips.map(({ printed }) => printed))).toBeLessThan(24_000);
    expect(largest).toBeLessThan(262_144 / 2);
  });
});

test('all of it may change at once, and is put back when that fails', async () => {
  const spec = busiest(example);
  here = await site({ spec, world: { pods: PODS } });
  crowdBigIps(here);
  expect(endOf(await here.run())).toBe('Applied');
  const { state } = here;
  await here.close();
  const other: Tunnel = {
    ...spec,
    objects: { tunnel: 't'.padEnd(63, 'T'), self: 's'.padEnd(63, 'S'), snatPool: 'p'.padEnd(63, 'P') },
    tunnel: { bigip: '10.3.92.216/24', node: '10.3.92.217', interface: 'tunnel-to-pods' },
    cookie: '0x123456789abcdef',
    virtualServers: count(40, (i) => `sv-${i}-`.padEnd(63, 's')),
  };
  const fault: Fault = { host: BIGIP, match: '^save sys config', nth: 1, effect: 'fail-after' };
  here = await site({ from: state, spec: other, also: [spec], faults: [fault] });
  const before = here.dump();
  const failed = await here.run({ allowInterruption: true });
  expect([endOf(failed), here.dump()]).toEqual(['RolledBack', before]);
  const changed = await here.run({ allowInterruption: true });
  expect([endOf(changed), changed.cause]).toEqual(['Applied', undefined]);
  expect(Math.max(...here.lab.trips().map(({ printed }) => printed))).toBeLessThan(24_000);
});
