import type { HostCommand } from '../../lab/hosts/host';
import type { Tunnel } from '../../lib/tunnel/declaration/tunnel';
import { third } from '../examples';
import { ADMIN, FIRST, SECOND, discard, endOf, pair, settled, site, writes, type Site } from './support/site';

/** Runs, and says where it ended and why. */
async function end(open: Site, input: object = {}): Promise<string> {
  const result = await open.run(input);
  return result.cause === undefined ? endOf(result) : `${endOf(result)}: ${result.cause}`;
}

/** The node that has the virtual IP, as the hosts hold it. */
function holder(open: Site, vip = '10.20.30.4'): readonly string[] {
  return Object.entries(open.world.nodes)
    .filter(([, { addresses }]) => addresses.some(({ address }) => address === vip))
    .map(([name]) => name);
}

const output = async (open: Site, input: object = {}): Promise<any> => (await open.run(input)).output;

describe('a pair of ramp nodes', () => {
  let open: Site;
  let untouched: string;
  beforeAll(async () => {
    open = await site({ spec: pair });
    untouched = open.dump();
  });
  afterAll(() => discard(open));

  test('is built on both nodes and in the cluster before BIG-IP points there, and proven on both', async () => {
    const { endState, verification } = await output(open);
    expect(endState).toBe('Applied');
    const lines = open.lab.hosts.journal().filter((command: HostCommand) => command.writes);
    const at = (text: string): number => lines.findIndex(({ line }) => line.includes(text));
    expect(lines.findLastIndex(({ line }) => line.startsWith('systemctl'))).toBeLessThan(
      at('create net tunnels tunnel'),
    );
    expect(at('adm ipfailover')).toBeLessThan(at('create net tunnels tunnel'));
    const probes =
      verification.outcomes?.flatMap((each: any) => each.devices.flatMap((d: any) => d.verification)) ?? verification;
    const about = (instance: string) => probes.filter(({ from }: any) => from.includes(instance));
    expect(about(FIRST)).toEqual(
      expect.arrayContaining([expect.objectContaining({ what: 'virtual IP', detail: 'has it', holds: true })]),
    );
    expect(about(SECOND)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ what: 'virtual IP', detail: expect.stringContaining('stands by'), holds: false }),
        expect.objectContaining({ what: expect.stringContaining('traced and not sent'), ok: true }),
      ]),
    );
    expect(about(SECOND).some(({ what }: any) => what === 'ping through the tunnel')).toBe(false);
    expect(holder(open)).toEqual([FIRST]);
  });

  test('is left alone when nothing has to change', async () => {
    const before = writes(open).length;
    expect(await end(open)).toBe('Unchanged');
    expect(await end(open, { action: 'verify' })).toBe('Verified');
    expect(writes(open).length).toBe(before);
  });

  test('is healed on the node where something was lost, and only there', async () => {
    await open.world.run(SECOND, 'ip link del tun1');
    const before = writes(open).length;
    expect(await end(open)).toBe('Applied');
    expect(
      writes(open)
        .slice(before)
        .every((line) => line.startsWith(SECOND)),
    ).toBe(true);
    expect(holder(open)).toEqual([FIRST]);
  });

  test('has its virtual IP moved away from a holder whose flows are lost, and heals it there', async () => {
    await open.world.run(FIRST, 'ovs-ofctl -O OpenFlow13 del-flows br0 cookie=0x999/-1');
    expect(holder(open)).toEqual([SECOND]);
    const { endState, changes } = await output(open);
    expect(endState).toBe('Applied');
    expect(new Set(changes.map(({ device }: any) => device))).toEqual(new Set([`ramp node ${FIRST}`]));
    expect(holder(open)).toEqual([SECOND]); // it keeps what it has
  });

  test('is gone after a teardown, and everything is as it was', async () => {
    expect(await end(open, { action: 'teardown' })).toBe('TornDown');
    expect(open.dump()).toBe(untouched);
  });
});

describe('a pair of which one node is away', () => {
  let open: Site;
  beforeEach(async () => {
    open = await site({ spec: pair });
  });
  afterEach(() => discard(open));

  test('is degraded: the rest is built and carries, and the node is completed when it comes back', async () => {
    open.world.gone(SECOND);
    const fresh = await output(open);
    expect(fresh).toMatchObject({ endState: 'Applied', degraded: [`ramp node ${SECOND}`] });
    expect(fresh.sentence).toContain(`Degraded: ramp node ${SECOND} cannot be reached`);
    expect(await output(open)).toMatchObject({ endState: 'Unchanged', degraded: [`ramp node ${SECOND}`] });
    open.world.back(SECOND);
    const { endState, degraded, changes } = await output(open);
    expect({ endState, degraded }).toEqual({ endState: 'Applied', degraded: [] });
    expect(new Set(changes.map(({ device }: any) => device))).toEqual(new Set([`ramp node ${SECOND}`]));
  });

  test('goes on by the other node when the holder dies, and is completed when it comes back', async () => {
    expect(await end(open)).toBe('Applied');
    open.world.gone(FIRST);
    expect(holder(open)).toContain(SECOND);
    expect(await output(open, { action: 'verify' })).toMatchObject({
      endState: 'Verified',
      degraded: [`ramp node ${FIRST}`],
    });
    open.world.back(FIRST);
    expect(holder(open)).toEqual([SECOND]); // its tunnel is gone: the reporter keeps the address away from it
    expect(await end(open)).toBe('Applied');
    expect(await end(open)).toBe('Unchanged');
  });

  test('is not torn down behind its back; with "forget" the rest is', async () => {
    expect(await end(open)).toBe('Applied');
    open.world.gone(SECOND);
    const applied = await open.lab.hosts.dump(FIRST);
    expect(await end(open, { action: 'teardown' })).toMatch(
      new RegExp(
        `^NotStarted: .*ramp node ${SECOND} has the tunnel and cannot be reached.*"forget": \\["${SECOND}"\\]`,
      ),
    );
    expect(await open.lab.hosts.dump(FIRST)).toBe(applied);
    const without = await output(open, { action: 'teardown', forget: [SECOND] });
    expect(without).toMatchObject({
      endState: 'TornDown',
      remarks: expect.arrayContaining([
        `ramp node ${SECOND} is not asked: if it comes back, its keeper still holds the tunnel there, after a restart too, until a teardown without "forget" reaches that node`,
      ]),
    });
    expect(await open.lab.hosts.dump(FIRST)).not.toContain('tun1');
    expect(await open.lab.hosts.dump(ADMIN)).not.toContain('ipfailover');
    open.world.back(SECOND);
    await open.lab.hosts.act(SECOND, 'keep');
    expect(await open.lab.hosts.dump(SECOND)).toMatch(/tun1[^]*edge-ramp/);
    expect(await end(open, { action: 'teardown' })).toBe('TornDown');
    expect(await open.lab.hosts.dump(SECOND)).not.toMatch(/tun1|edge-ramp/);
  });

  test('is refused whole when both are away', async () => {
    open.world.gone(FIRST);
    open.world.gone(SECOND);
    expect(await end(open)).toMatch(/^NotStarted: .*never started/);
  });
});

describe('a changed pair', () => {
  const [one, two] = pair.ramp.nodes as [Tunnel['ramp']['nodes'][number], Tunnel['ramp']['nodes'][number]];
  const swapped: Tunnel = { ...pair, ramp: { ...pair.ramp, nodes: [two, third] } };
  const { vip: _vip, network: _network, ...noPair } = pair.ramp;
  const { ipfailover: _ipfailover, cluster: _cluster, ...rest } = pair;
  const single: Tunnel = { ...rest, ramp: { ...noPair, nodes: [one] } };

  /** Applies one declaration, then another on the same hosts; then tears down. */
  async function change(from: Tunnel, to: Tunnel, then: (open: Site) => Promise<void>): Promise<void> {
    const first = await site({ spec: from, also: [to] });
    const untouched = first.dump();
    expect(await end(first)).toBe('Applied');
    await first.close();
    const second = await site({ from: first.state, spec: to, also: [from] });
    await then(second);
    expect(await end(second)).toBe('Unchanged');
    expect(await end(second, { action: 'teardown' })).toBe('TornDown');
    expect(second.dump()).toBe(untouched);
    await discard(second);
    await discard(first);
  }

  test('swaps a node: the new one is built first, the old one is cleaned last, BIG-IP is not touched', () =>
    change(pair, swapped, async (open) => {
      const planned = await output(open, { action: 'plan' });
      expect(planned.interrupts.join()).toContain('ramp-1.example.com');
      expect(await end(open)).toMatch(/^NotStarted: .*allowInterruption/);
      expect(await end(open, { allowInterruption: true })).toBe('Applied');
      const lines = writes(open);
      expect(lines.some((line) => line.startsWith(pair.bigip[0]!.management))).toBe(false);
      const at = (text: string): number => lines.findIndex((line) => line.includes(text));
      expect(at(`${third.instance}: systemctl`)).toBeLessThan(at('label node ramp-1.example.com f5rampnode-'));
      expect(at('label node ramp-1.example.com f5rampnode-')).toBeLessThan(at(`${FIRST}: ip tunnel del tun1`));
      expect(holder(open)).toEqual([SECOND]);
      expect(await open.lab.hosts.dump(FIRST)).not.toContain('tun1');
    }));

  test('swaps a node that is gone for good with "forget"', async () => {
    const first = await site({ spec: pair, also: [swapped] });
    expect(await end(first)).toBe('Applied');
    await first.close();
    const second = await site({ from: first.state, spec: swapped, also: [pair] });
    second.world.gone(FIRST);
    expect(await end(second, { allowInterruption: true })).toMatch(
      /^NotStarted: .*"forget": \["mi-0a4e90b20a4e90b20"\]/,
    );
    expect(await end(second, { allowInterruption: true, forget: [FIRST] })).toBe('Applied');
    expect(holder(second)).toEqual([SECOND]);
    expect(await end(second)).toBe('Unchanged');
    await discard(second);
    await discard(first);
  });

  test('becomes a single ramp, and nothing of the pair is left', () =>
    change(pair, single, async (open) => {
      expect(await end(open, { allowInterruption: true })).toBe('Applied');
      expect(holder(open)).toEqual([]);
      expect(await open.lab.hosts.dump(ADMIN)).not.toContain('ipfailover');
      expect(await open.lab.hosts.dump(SECOND)).not.toContain('tun1');
    }));

  test('comes from a single ramp: the other node and the virtual IP are there before BIG-IP points to it', () =>
    change(single, pair, async (open) => {
      expect(await end(open)).toMatch(/^NotStarted: .*allowInterruption/);
      expect(await end(open, { allowInterruption: true })).toBe('Applied');
      const lines = writes(open);
      const at = (text: string): number => lines.findIndex((line) => line.includes(text));
      expect(at('adm ipfailover')).toBeLessThan(at('modify net tunnels tunnel'));
      expect(at(`${SECOND}: systemctl`)).toBeLessThan(at('modify net tunnels tunnel'));
      expect(holder(open).length).toBe(1);
    }));

  test('that fails at its last command is as before', async () => {
    const first = await site({ spec: pair, also: [swapped] });
    expect(await end(first)).toBe('Applied');
    const applied = settled(first);
    await first.close();
    const fault = { host: FIRST, match: 'ip tunnel del tun1', nth: 1, effect: 'fail-after' as const };
    const second = await site({ from: first.state, spec: swapped, also: [pair], faults: [fault] });
    expect(await end(second, { allowInterruption: true })).toMatch(/^RolledBack: Clean up ramp nodes failed/);
    expect(settled(second)).toBe(applied);
    await discard(second);
    await discard(first);
  });
});

describe('a pair is refused before the first change', () => {
  test('where the cluster has no ipfailover (OpenShift 4); a single ramp works there', async () => {
    const open = await site({ spec: pair, world: { openshift: 4 } });
    expect(await end(open)).toMatch(/^NotStarted: .*oc adm ipfailover.*declare one ramp node/);
    expect(writes(open)).toEqual([]);
    await discard(open);
  });

  test('and a cordoned single ramp is built there all the same', async () => {
    const { ipfailover: _ipfailover, ...rest } = pair;
    const spec: Tunnel = { ...rest, ramp: { nodes: [pair.ramp.nodes[0]!], schedulable: false } };
    const open = await site({ spec, world: { openshift: 4 } });
    const untouched = open.dump();
    expect(await end(open)).toBe('Applied');
    expect(writes(open)).toContain(
      `${ADMIN}: oc --config ${pair.cluster!.kubeconfig} adm cordon ${pair.ramp.nodes[0]!.node}`,
    );
    expect(await end(open, { action: 'teardown' })).toBe('TornDown');
    expect(open.dump()).toBe(untouched);
    await discard(open);
  });

  test('where another ipfailover speaks with its VRRP id', async () => {
    const open = await site({
      spec: pair,
      world: {
        typed: {
          [ADMIN]: [
            'oc create serviceaccount theirs -n default',
            'oc adm policy add-scc-to-user privileged system:serviceaccount:default:theirs',
            'oc adm ipfailover theirs -n default --virtual-ips=10.20.30.90 --interface=eth0 --watch-port=0 --replicas=1 --service-account=theirs --selector=infra=true --vrrp-id-offset=10',
          ],
        },
      },
    });
    expect(await end(open)).toMatch(/^NotStarted: .*default\/theirs.*vrrpIdOffset/);
    await discard(open);
  });
});
