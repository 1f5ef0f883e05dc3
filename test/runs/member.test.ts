import { rmSync } from 'node:fs';
import type { Tunnel } from '../../lib/tunnel/declaration/tunnel';
import { balancer as member, discard, endOf, example, site, writes, type Site, type SiteOptions } from './support/site';

const { instance: BALANCER, node: NODE } = member.balancer;
const ADMIN = member.cluster.admin;
const CORDON = `oc --config ${member.cluster.kubeconfig} adm cordon ${NODE}`;

let here: Site;
const folders: string[] = [];
afterEach(async () => {
  await discard(here);
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function open(options: SiteOptions = {}): Promise<Site> {
  return (here = await site({ spec: member, ...options }));
}

/** Closes the site and opens it again: with other declarations (what a deployment does), or other faults. The hosts stay. */
async function again(options: SiteOptions): Promise<Site> {
  await here.close();
  folders.push(here.state);
  return open({ from: here.state, ...options });
}

const typed = (...lines: readonly string[]): SiteOptions => ({ world: { typed: { [ADMIN]: lines } } });
const cordoned = (): boolean => here.dump().split('\n').includes(`node ${NODE} unschedulable`);
const outputOf = ({ output }: { readonly output?: unknown }): { remarks: readonly string[] } =>
  output as { remarks: readonly string[] };

test('is cordoned and proven; then nothing differs and nothing is written; a teardown leaves it as it was', async () => {
  await open();
  const before = here.dump();

  const planned = await here.run({ action: 'plan' });
  expect(endOf(planned)).toBe('Planned');
  expect(writes(here)).toEqual([]);
  expect(planned.output).toMatchObject({
    changes: [
      {
        device: `cluster of ${ADMIN}`,
        stage: 'shape',
        text: `~ node ${NODE}: unschedulable (was schedulable)`,
        interrupts: null,
      },
    ],
    interrupts: [],
    verification: [{ from: `balancer ${BALANCER}`, to: '10.130.0.7', ok: true }],
  });

  const applied = await here.run();
  expect(endOf(applied)).toBe('Applied');
  expect(cordoned()).toBe(true);
  expect(writes(here)).toEqual([
    expect.stringContaining(`annotate node ${NODE} edge-ramp/edge-lb.scheduling=on`),
    `${ADMIN}: ${CORDON}`,
  ]);
  expect(outputOf(applied).remarks).toEqual([
    expect.stringMatching(
      /still has 2 ordinary Pods \(shop\/backend-3-\w+, shop\/frontend-1-\w+\): being unschedulable moves nobody/,
    ),
  ]);

  const [trips, written] = [here.lab.trips().length, writes(here).length];
  const unchanged = await here.run();
  expect(endOf(unchanged)).toBe('Unchanged');
  expect([here.lab.trips().length - trips, writes(here).length]).toEqual([2, written]); // side by side: one trip long
  expect(outputOf(unchanged).remarks).toEqual(outputOf(applied).remarks);
  expect(endOf(await here.run({ action: 'verify' }))).toBe('Verified');

  expect(endOf(await here.run({ action: 'teardown' }))).toBe('TornDown');
  expect(here.dump()).toBe(before);
  expect(endOf(await here.run({ action: 'teardown' }))).toBe('TornDown');
});

test('a node that was cordoned before stays cordoned', async () => {
  await open(typed(`oc adm cordon ${NODE}`));
  const before = here.dump();
  expect(cordoned()).toBe(true);
  expect(endOf(await here.run())).toBe('Applied');
  expect(endOf(await here.run({ action: 'teardown' }))).toBe('TornDown');
  expect(here.dump()).toBe(before);
});

test('a node that another tunnel has cordoned stays so when we go, and what was there first is passed on', async () => {
  await open(typed(`oc annotate node ${NODE} edge-ramp/edge-x.scheduling=on`, `oc adm cordon ${NODE}`));
  const before = here.dump();
  expect(endOf(await here.run())).toBe('Applied');
  expect(here.dump()).toContain(`annotation edge-ramp/edge-lb.scheduling=on`);
  const torn = await here.run({ action: 'teardown' });
  expect(endOf(torn)).toBe('TornDown');
  expect(outputOf(torn).remarks.join()).toContain('tunnel edge-x uses it too');
  expect(here.dump()).toBe(before);
});

test('when the other tunnel has gone meanwhile, the node is schedulable again', async () => {
  await open(typed(`oc annotate node ${NODE} edge-ramp/edge-x.scheduling=on`, `oc adm cordon ${NODE}`));
  expect(endOf(await here.run())).toBe('Applied');
  await here.world.run(ADMIN, `oc annotate node ${NODE} edge-ramp/edge-x.scheduling-`);
  expect(endOf(await here.run({ action: 'teardown' }))).toBe('TornDown');
  expect(cordoned()).toBe(false);
});

test('clients that know only manage-node do the same', async () => {
  await open({ world: { lacks: ['adm cordon', 'adm uncordon'] } });
  const before = here.dump();
  const applied = await here.run();
  expect(endOf(applied)).toBe('Applied');
  expect(cordoned()).toBe(true);
  expect(outputOf(applied).remarks.join()).toContain(`oc adm manage-node ${NODE} --evacuate`);
  expect(endOf(await here.run({ action: 'teardown' }))).toBe('TornDown');
  expect(here.dump()).toBe(before);
});

test('so do those of OpenShift 4', async () => {
  await open({ world: { openshift: 4 } });
  const before = here.dump();
  const applied = await here.run();
  expect(endOf(applied)).toBe('Applied');
  expect(outputOf(applied).remarks.join()).toContain('2 ordinary Pods');
  expect(endOf(await here.run({ action: 'teardown' }))).toBe('TornDown');
  expect(here.dump()).toBe(before);
});

test.each([
  [
    'without the SDN',
    'has no tun0: it is no member of the SDN',
    (): void => {
      const node = here.world.nodes[BALANCER]!;
      node.links = node.links.filter(({ name }) => name !== 'tun0');
      node.addresses = node.addresses.filter(({ dev }) => dev !== 'tun0');
      node.routes = node.routes.filter(({ dev }) => dev !== 'tun0');
    },
  ],
  [
    'whose SDN is down',
    'tun0 is down or has no address',
    (): void => {
      here.world.nodes[BALANCER]!.links.find(({ name }) => name === 'tun0')!.up = false;
    },
  ],
  [
    'without the route',
    'has no route to the cluster network 10.128.0.0/14',
    (): void => {
      const node = here.world.nodes[BALANCER]!;
      node.routes = node.routes.filter(({ to }) => to !== '10.128.0.0/14');
    },
  ],
])('a balancer %s is refused before any change', async (_what, words, spoil) => {
  await open();
  spoil();
  const before = here.dump();
  for (const action of ['apply', 'plan', 'verify']) {
    const result = await here.run({ action });
    expect([endOf(result), result.cause]).toEqual(['NotStarted', expect.stringContaining(words)]);
  }
  expect(writes(here)).toEqual([]);
  expect(here.dump()).toBe(before);
});

test('a balancer that left the SDN is still torn down', async () => {
  await open();
  const before = here.dump();
  expect(endOf(await here.run())).toBe('Applied');
  const node = here.world.nodes[BALANCER]!;
  const routes = node.routes;
  node.routes = routes.filter(({ dev }) => dev !== 'tun0');
  expect(endOf(await here.run())).toBe('NotStarted');
  expect(cordoned()).toBe(true);
  expect(endOf(await here.run({ action: 'teardown' }))).toBe('TornDown');
  node.routes = routes;
  expect(here.dump()).toBe(before);
});

describe('a Pod that cannot be reached', () => {
  /** The other nodes' Pods are gone. */
  const dead = (): void => void here.world.nodes[BALANCER]!.settings.others.splice(0);

  test('takes the cordon back', async () => {
    await open();
    dead();
    const before = here.dump();
    const result = await here.run();
    expect(endOf(result)).toBe('RolledBack');
    expect(result.cause).toContain(`balancer ${BALANCER}: ping of the Pod 10.130.0.7 failed: 0 of 3 packets came back`);
    expect(here.dump()).toBe(before);
  });

  test('is told of where nothing has to change', async () => {
    await open(typed(`oc annotate node ${NODE} edge-ramp/edge-lb.scheduling=on`, `oc adm cordon ${NODE}`));
    dead();
    const before = here.dump();
    for (const action of ['apply', 'verify']) {
      const result = await here.run({ action });
      expect(endOf(result)).toBe('NotVerified');
      expect(result.cause).toContain(`balancer ${BALANCER}`);
    }
    expect(writes(here)).toEqual([]);
    expect(here.dump()).toBe(before);
  });
});

test.each(['fail-before', 'fail-after', 'hang'] as const)('a cordon that fails (%s) is taken back', async (effect) => {
  await open({ faults: [{ host: ADMIN, match: `adm cordon ${NODE}`, nth: 1, effect }] });
  const before = here.dump();
  const result = await here.run();
  expect(endOf(result)).toBe('RolledBack');
  expect(result.cause).toContain(`cluster of ${ADMIN}`);
  expect(here.dump()).toBe(before);
  expect(endOf(await here.run())).toBe('Applied');
});

test('a teardown that fails half-way is put back, and made by the next', async () => {
  await open({ faults: [{ host: ADMIN, match: `adm uncordon ${NODE}`, nth: 1, effect: 'fail-after' }] });
  const before = here.dump();
  await here.run();
  const standing = here.dump();
  expect(endOf(await here.run({ action: 'teardown' }))).toBe('RolledBack');
  expect(here.dump()).toBe(standing);
  expect(endOf(await here.run({ action: 'teardown' }))).toBe('TornDown');
  expect(here.dump()).toBe(before);
});

test('Pods that would not be listed hinder nobody', async () => {
  await open({ faults: [{ host: ADMIN, match: ' get pods ', nth: 1, effect: 'fail-before' }] });
  const result = await here.run();
  expect(endOf(result)).toBe('Applied');
  expect(outputOf(result).remarks).toEqual([expect.stringContaining(`would not list the Pods of node ${NODE}`)]);
});

test('a node that the cluster does not have is refused', async () => {
  await open();
  delete here.world.clusters[0]!.nodes[NODE];
  const result = await here.run();
  expect(endOf(result)).toBe('NotStarted');
  expect(result.cause).toContain(`cluster of ${ADMIN} has no node ${NODE}: declare the balancer's name`);
  expect(writes(here)).toEqual([]);
});

test('a balancer that is gone for good is torn down without it', async () => {
  await open();
  expect(endOf(await here.run())).toBe('Applied');
  here.world.gone(BALANCER);
  expect(endOf(await here.run({ action: 'teardown', forget: [BALANCER] }))).toBe('TornDown');
  expect(cordoned()).toBe(false);
});

test('one that was removed from tunnels/ is torn down as it was applied', async () => {
  await open();
  const before = here.dump();
  expect(endOf(await here.run())).toBe('Applied');
  await again({ specs: [] });
  expect(endOf(await here.run({ action: 'teardown' }))).toBe('TornDown');
  expect(here.dump()).toBe(before);
});

test('a declaration whose kind has changed is refused until the old one is torn down', async () => {
  const ramp: Tunnel = { ...example, name: member.name };
  await open({ also: [ramp] });
  const before = here.dump();
  expect(endOf(await here.run())).toBe('Applied');
  const [standing, options] = [here.dump(), { specs: [ramp], also: [member] }];
  await again(options);
  for (const action of ['apply', 'plan', 'verify']) {
    const result = await here.run({ action });
    expect([endOf(result), result.cause]).toEqual([
      'NotStarted',
      expect.stringContaining('edge-lb was applied as kind member and is declared as kind ramp: tear it down first'),
    ]);
  }
  expect(here.dump()).toBe(standing);
  expect(endOf(await here.run({ action: 'teardown' }))).toBe('TornDown');
  expect(here.dump()).toBe(before);
  expect(endOf(await here.run())).toBe('Applied');

  // The lab keeps a key for what is declared.
  await again({ specs: [member, { ...ramp, name: 'edge-a' }] });
  expect((await here.run()).cause).toContain('was applied as kind ramp and is declared as kind member');
  expect(endOf(await here.run({ action: 'teardown' }))).toBe('TornDown');
  expect(here.dump()).toBe(before);
  expect(endOf(await here.run())).toBe('Applied');
});
