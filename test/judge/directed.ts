import type { Declared, Tunnel } from '../../lib/tunnel/declaration/tunnel';
import { NODES, pair, single } from '../lib/tunnel/cluster-site';
import { PIPELINES } from '../lib/tunnel/pipelines';
import { EXAMPLE, tunnel } from '../lib/tunnel/site';
import { freshWorld, publishedOnBigIp, publishedOnRamp, set, type World } from '../lib/tunnel/world';
import { Devices, type Cluster } from './devices';
import type { Records } from './recorded';
import { NOTHING, Story, begun, ended } from './story';

/*
 * Situations that generated ones seldom meet: one thing is otherwise, each time another.
 */
export function directed(): readonly Promise<Story>[] {
  return [renamed(), singleRampDrifted(), foreign(), pairChanged(), sharedCluster(), lostNames()];
}

const ALLOWED = { allowInterruption: true } as const;
const BIGIP = EXAMPLE.bigip[0]!.management;
const NODE = EXAMPLE.ramp.nodes[0]!;

interface Standing {
  readonly devices: Devices;
  readonly records: Records;
}

/** Devices that nobody has prepared: every node of these declarations. */
function fresh(declared: readonly [Tunnel, ...Tunnel[]], cluster?: Cluster): Devices {
  const [spec] = declared;
  const bigip = freshWorld(spec);
  bigip.bigip = Object.fromEntries(
    declared.flatMap(({ virtualServers }) => virtualServers).map((name) => [`virtual ${name}`, 'type automap']),
  );
  const devices = new Devices(
    spec.name,
    {
      ...Object.fromEntries(
        declared.flatMap(({ ramp }) => ramp.nodes).map(({ instance }) => [instance, freshWorld(spec)]),
      ),
      [spec.bigip[0]!.management]: bigip,
    },
    cluster,
  );
  devices.holder = spec.ramp.vip === undefined ? undefined : spec.ramp.nodes[0]!.instance!;
  return devices;
}

async function applied(story: Story, declared: readonly [Tunnel, ...Tunnel[]], cluster?: Cluster): Promise<Standing> {
  const devices = fresh(declared, cluster);
  const outcome = await story.run('applied', devices, declared[0], NOTHING, ALLOWED);
  devices.carryOut(outcome.commands);
  return { devices, records: ended(outcome.plan!) };
}

/** What becomes of a tunnel when one field is declared otherwise, and when that run stops half-way. */
async function declaredOtherwise(
  story: Story,
  name: string,
  { devices, records }: Standing,
  from: Declared,
  to: Declared,
): Promise<void> {
  const outcome = await story.run(name, devices, to, records, ALLOWED);
  if (outcome.plan === null || outcome.stopped !== null) return;
  const half = devices.clone();
  half.carryOut(outcome.commands, Math.ceil(outcome.plan.operations / 2));
  const left = begun(outcome.plan, records);
  await story.run(`${name}, half of it, put back`, half, to, left, { way: 'restore' });
  await story.run(`${name}, half of it, declared as before`, half, from, left, ALLOWED);
}

async function renamed(): Promise<Story> {
  const story = new Story('one field otherwise');
  const { objects, tunnel: ends } = EXAMPLE;
  const changes: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    "the node's end": { tunnel: { node: '10.3.91.218' } },
    "BIG-IP's end": { tunnel: { bigip: '10.3.91.215/24' } },
    'the length of the prefix': { tunnel: { bigip: ends.bigip.replace('/24', '/25'), node: '10.3.91.219' } },
    'the interface': { tunnel: { interface: 'tun7' } },
    F5_IP: { bigip: [{ ...EXAMPLE.bigip[0]!, address: '10.3.89.67' }] },
    RAMP_IP: { ramp: { nodes: [{ ...NODE, address: '10.3.89.90' }] } },
    "the node's interface": { ramp: { nodes: [{ ...NODE, interface: 'eth1' }] } },
    'the tunnel object': { objects: { ...objects, tunnel: 'SDN2' } },
    'the self IP object': { objects: { ...objects, self: 'SDN2' } },
    'the SNAT pool': { objects: { ...objects, snatPool: 'SDN2_pool' } },
    'a second network': { clusterNetworks: ['10.128.0.0/14', '10.132.0.0/14'] },
    'another network': { clusterNetworks: ['10.132.0.0/14'], probe: '10.132.0.7' },
    'the gateway': { snat: 'gateway' },
    'the cookie': { cookie: '0x998' },
    'no virtual server': { virtualServers: [] },
    'another virtual server': { virtualServers: ['ose-vserver', 'third-vserver'] },
    'not saved': { save: false },
    'not drained': { drain: 0, virtualServers: ['ose-vserver'] },
  };
  for (const [name, change] of Object.entries(changes)) {
    const spec = tunnel(change);
    await declaredOtherwise(story, name, await applied(story, [EXAMPLE, spec]), EXAMPLE, spec);
    const back = await applied(story, [spec, EXAMPLE]);
    await story.run(`${name} no more`, back.devices, EXAMPLE, back.records, ALLOWED);
    await story.run(`${name}, torn down`, back.devices, spec, back.records, { action: 'teardown' });
  }
  const managed = await applied(story, [EXAMPLE]);
  const world = managed.devices.worlds[NODE.instance!]!;
  world.ramp = set(world.ramp, 'route 10.3.91.216', 'dev tun1 proto static metric 425');
  await declaredOtherwise(
    story,
    'the interface, a route with a metric',
    managed,
    EXAMPLE,
    tunnel(changes['the interface']),
  );
  return unique(story);
}

/** Every object of a standing tunnel is lost, or has another value. */
async function singleRampDrifted(): Promise<Story> {
  const story = new Story('one object otherwise');
  const { devices, records } = await applied(story, [EXAMPLE]);
  const others: readonly (readonly [kind: 'bigip' | 'ramp', object: string, value: (now: string) => string])[] = [
    ['bigip', 'tunnel SDN', (now) => now.replace('remote-address 10.3.89.89', 'remote-address 10.3.89.88')],
    ['bigip', 'tunnel SDN', (now) => now.replace('profile ipip', 'profile gre')],
    ['bigip', 'tunnel SDN', (now) => `${now.replace('profile ipip', 'profile gre')} mtu 1400`],
    ['bigip', 'tunnel SDN', (now) => now.replace('edge-ramp:edge-a', 'theirs')],
    ['bigip', 'tunnel SDN', (now) => now.replace('edge-ramp:edge-a', 'edge-ramp:edge-z')],
    ['bigip', 'self SDN', (now) => now.replace('10.3.91.216/24', '10.3.91.200/24')],
    ['bigip', 'self SDN', (now) => now.replace('allow-service all', 'allow-service none')],
    ['bigip', 'route SDN_10.128.0.0_14', (now) => now.replace('interface SDN', 'gw 10.3.89.1')],
    ['bigip', 'snatpool SDN_snatpool', (now) => now.replace('10.3.91.216', '10.3.91.200')],
    ['bigip', 'virtual ose-vserver', () => 'type none'],
    ['bigip', 'virtual ose-vserver', () => 'type snat pool /Common/their;pool'],
    ['ramp', 'tunnel tun1', (now) => now.replace('10.3.89.66', '10.3.89.65')],
    ['ramp', 'tunnel tun1', (now) => now.replace('dev eth0', 'dev eth1')],
    ['ramp', 'tunnel tun1', (now) => `${now} ttl 64`],
    ['ramp', 'tunnel tun1', (now) => `${now} 6rd-prefix 2002::/16`],
    ['ramp', 'address tun1 10.3.91.217', () => 'peer 10.3.91.216/32'],
    ['ramp', 'address tun1 10.3.91.217', () => 'peer 10.9.9.9/32'],
    ['ramp', 'route 10.3.91.216', () => 'via 10.3.89.1 dev eth0'],
    ['ramp', 'route 10.3.91.216', () => 'dev tun1 proto static metric 425'],
    ['ramp', 'route 10.3.91.216', () => 'dev tun7 proto static metric 425'],
    ['ramp', 'input 10.3.89.66', () => 'behind'],
    ['ramp', 'nat 10.3.91.216', () => 'to 10.129.1.9'],
  ];
  const state = { bigip: devices.worlds[BIGIP]!.bigip, ramp: devices.worlds[NODE.instance!]!.ramp };
  const lost = (['bigip', 'ramp'] as const).flatMap((kind) =>
    Object.keys(state[kind]).map((object) => [kind, object, undefined] as const),
  );
  const flows = Object.keys(state.ramp)
    .filter((object) => object.startsWith('flow '))
    .map((object) => ['ramp', object, (now: string) => now.replace(/actions=.*/, 'actions=drop')] as const);
  for (const [i, [kind, object, change]] of [...lost, ...others, ...flows].entries()) {
    const drifted = devices.clone();
    const world = drifted.worlds[kind === 'bigip' ? BIGIP : NODE.instance!]!;
    const value = change?.(state[kind][object] ?? '');
    world[kind] = set(world[kind], object, value);
    const name = `${object} ${value === undefined ? 'lost' : `is ${value}`}`;
    const mended = await story.run(name, drifted, EXAMPLE, records, ALLOWED);
    if (change !== undefined) await story.run(`${name}, torn down`, drifted, EXAMPLE, records, { action: 'teardown' });
    if (mended.plan === null || mended.plan.operations === 0 || i % 3 > 0) continue;
    drifted.carryOut(mended.commands);
    await story.run(`${name}, mended, put back`, drifted, EXAMPLE, begun(mended.plan, records), { way: 'restore' });
  }
  return story;
}

/** What others have on the devices. */
async function foreign(): Promise<Story> {
  const story = new Story('foreign');
  const found: Readonly<Record<string, (bigip: World, node: World) => void>> = {
    'all of the published procedure': (bigip, node) => {
      bigip.bigip = { ...bigip.bigip, ...Object.fromEntries(publishedOnBigIp(EXAMPLE)) };
      node.ramp = Object.fromEntries(publishedOnRamp(EXAMPLE, node.bridge!));
    },
    'a route through the tunnel': (bigip) =>
      void (bigip.otherRoutes = ['net route theirs { interface SDN network 10.200.0.0/16 }']),
    'a route to the cluster network': (bigip) =>
      void (bigip.bigip = set(bigip.bigip, 'route theirs', 'network 10.128.0.0/14 gw 10.3.89.1 description none')),
    'a more specific route': (bigip) =>
      void (bigip.otherRoutes = ['net route theirs { gw 10.3.89.1 network 10.129.0.0/24 }']),
    'a device group': (bigip) => void (bigip.group = { sync: 'In Sync', failover: 'ACTIVE' }),
    'a device group that is not told': (bigip) => void (bigip.group = null),
    'no forwarding': (_, node) => void (node.forwarding = '0'),
    'no tun0': (_, node) => void (node.bridge = null),
    'the address taken': (_, node) => void (node.claims = [...node.claims, '10.129.1.254']),
    'flows with the cookie': (_, node) =>
      void (node.otherFlows = [
        ' cookie=0x999, duration=5.1s, table=0, n_packets=1, n_bytes=98, priority=50,ip,nw_src=10.9.9.9 actions=drop',
      ]),
    'tun1 that leads elsewhere': (_, node) =>
      void (node.ramp = { 'tunnel tun1': 'remote 10.9.9.9 local any dev eth0', 'link tun1': 'up' }),
    'a dead tunnel': (bigip, node) => void (bigip.alive = node.alive = false),
  };
  for (const [name, change] of Object.entries(found)) {
    const devices = fresh([EXAMPLE]);
    change(devices.worlds[BIGIP]!, devices.worlds[NODE.instance!]!);
    await story.run(`${name}, before the first apply`, devices, EXAMPLE, NOTHING, ALLOWED);
    await story.run(`${name}, takeover`, devices, { ...EXAMPLE, takeover: true }, NOTHING, ALLOWED);
    await story.run(`${name}, torn down`, devices, EXAMPLE, NOTHING, { action: 'teardown' });
    const standing = await applied(story, [EXAMPLE]);
    change(standing.devices.worlds[BIGIP]!, standing.devices.worlds[NODE.instance!]!);
    await story.run(`${name}, since the apply`, standing.devices, EXAMPLE, standing.records, ALLOWED);
    await story.run(`${name}, since the apply, torn down`, standing.devices, EXAMPLE, standing.records, {
      action: 'teardown',
    });
  }
  for (const [release, plugin] of PIPELINES.filter((_, i) => i % 6 === 0)) {
    const devices = fresh([EXAMPLE]);
    const world = devices.worlds[NODE.instance!]!;
    world.bridge = { ...world.bridge!, release, plugin };
    await story.run(`OpenShift ${release} with ${plugin}`, devices, EXAMPLE, NOTHING, ALLOWED);
    await story.run(`OpenShift ${release} with ${plugin}, gateway`, devices, tunnel({ snat: 'gateway' }), NOTHING);
  }
  return unique(story);
}

async function pairChanged(): Promise<Story> {
  const story = new Story('pair, one thing otherwise');
  const changes: Readonly<Record<string, Tunnel>> = {
    'the cookie': pair({ cookie: '0x998' }),
    "BIG-IP's end": pair({ tunnel: { bigip: '10.3.91.215/24' } }),
    'the interface': pair({ tunnel: { interface: 'tun7' } }),
    'the VRRP id': pair({ ipfailover: { vrrpIdOffset: 30 } }),
    'the name of ipfailover': pair({ ipfailover: { vrrpIdOffset: 10, name: 'renamed' } }),
    'the label': pair({ ipfailover: { vrrpIdOffset: 10, label: 'edge_2' } }),
    'the account': pair({ ipfailover: { vrrpIdOffset: 10, serviceAccount: 'second' } }),
    'the virtual IP': pair({ ramp: { ...pair().ramp, vip: '10.20.30.5' } }),
    'the gateway': pair({ snat: 'gateway' }),
    'another node': pair({}, [2, 3]),
    'one node': single(true),
    'one node, cordoned': single(false),
    'one node, no cluster': single(true, { cluster: undefined }),
  };
  const [one, two] = pair().ramp.nodes.map(({ instance }) => instance) as [string, string];
  for (const [name, spec] of Object.entries(changes)) {
    const standing = await applied(story, [pair(), spec]);
    await declaredOtherwise(story, name, standing, pair(), spec);
    for (const [i, instance] of [one, two].entries()) {
      const away = { device: `ramp ${instance}`, stage: 'observe', how: { error: 'NotDelivered' } } as const;
      await story.run(`${name}, node ${i} away`, standing.devices, spec, standing.records, ALLOWED, away);
    }
    const back = await applied(story, [spec, pair()]);
    await story.run(`${name} no more`, back.devices, pair(), back.records, ALLOWED);
  }
  const { devices, records } = await applied(story, [pair()]);
  for (const state of ['old ', 'stopped ', undefined]) {
    const drifted = devices.clone();
    const world = drifted.worlds[one]!;
    const value = world.ramp['keeper edge-p'];
    world.ramp = set(world.ramp, 'keeper edge-p', state === undefined ? undefined : `${state}${value}`);
    const name = `a keeper that is ${state?.trim() ?? 'gone'}`;
    const mended = await story.run(name, drifted, pair(), records, ALLOWED);
    await story.run(`${name}, torn down`, drifted, pair(), records, { action: 'teardown' });
    drifted.carryOut(mended.commands);
    await story.run(`${name}, put back`, drifted, pair(), begun(mended.plan!, records), { way: 'restore' });
  }
  for (const holder of [undefined, two, 'both'] as const) {
    const moved = devices.clone();
    moved.holder = holder;
    await story.run(`the virtual IP is at ${holder ?? 'none'}`, moved, pair(), records);
  }
  return unique(story);
}

/** Labels, accounts, rights and cordons that other tunnels use, or that were there before. */
async function sharedCluster(): Promise<Story> {
  const story = new Story('shared cluster');
  const [first, second] = NODES as [string, string];
  const things = (is: string, claims: Readonly<Record<string, string>>): Cluster['things'] => ({
    [`label ${first} f5rampnode`]: { is: is === '-' ? '-' : 'true', claims },
    'account f5ipfailover': { is: is === '-' ? '-' : 'present', claims },
    'scc f5ipfailover': { is: is === '-' ? '-' : 'granted', claims },
  });
  const clusters: Readonly<Record<string, Cluster>> = {
    'all there before': { things: things('there', {}), failovers: {} },
    "another's work": { things: things('there', { 'edge-q': '-' }), failovers: {} },
    'a cordoned node': { things: { [`scheduling ${second}`]: { is: 'off', claims: {} } }, failovers: {} },
    'a label with another value': {
      things: { [`label ${first} f5rampnode`]: { is: 'yes', claims: {} } },
      failovers: {},
    },
    'an ipfailover with our VRRP id': {
      things: {},
      failovers: {
        theirs: 'vip 10.20.30.90 interface eth0 port 80 check none offset 10 replicas 2 account second selector zone=a',
      },
    },
    'the published ipfailover': {
      things: things('there', {}),
      failovers: {
        f5ipfailover:
          'vip 10.20.30.4 interface eth0 port 0 check none offset 0 replicas 2 account f5ipfailover selector f5rampnode=true',
      },
    },
  };
  for (const [name, cluster] of Object.entries(clusters)) {
    const devices = fresh([pair()], cluster);
    const outcome = await story.run(`${name}, before the first apply`, devices, pair(), NOTHING, ALLOWED);
    await story.run(`${name}, torn down`, devices, pair(), NOTHING, { action: 'teardown' });
    if (outcome.plan === null || outcome.stopped !== null) continue;
    devices.carryOut(outcome.commands);
    const records = ended(outcome.plan);
    await story.run(`${name}, applied, torn down`, devices, pair(), records, { action: 'teardown' });
    const joined = devices.clone();
    joined.cluster = {
      ...joined.cluster,
      things: Object.fromEntries(
        Object.entries(joined.cluster.things).map(([object, { is, claims }]) => [
          object,
          { is, claims: { ...claims, 'edge-q': '-' } },
        ]),
      ),
    };
    await story.run(`${name}, applied, shared since, torn down`, joined, pair(), records, { action: 'teardown' });
    await story.run(`${name}, applied, shared since, one node`, joined, single(true), records, ALLOWED);
  }
  for (const off of [false, true]) {
    const cordoned = fresh([single()], {
      things: off ? { [`scheduling ${first}`]: { is: 'off', claims: {} } } : {},
      failovers: {},
    });
    const outcome = await story.run(
      `one node, ${off ? 'cordoned before' : 'not cordoned'}`,
      cordoned,
      single(),
      NOTHING,
    );
    cordoned.carryOut(outcome.commands);
    const records = ended(outcome.plan!);
    await story.run(`one node, ${off}, takes Pods again`, cordoned, single(true), records);
    await story.run(`one node, ${off}, torn down`, cordoned, single(), records, { action: 'teardown' });
  }
  return story;
}

/** A run that could not put back what it had done under names, or on a device, that nobody declares any more. */
async function lostNames(): Promise<Story> {
  const story = new Story('lost');
  const elsewhere = tunnel({ ramp: { nodes: [{ ...NODE, instance: 'mi-0bbbbbbbbbbbbbbbb', address: '10.3.89.92' }] } });
  for (const [name, first, then] of [
    [
      'under another name',
      tunnel({ tunnel: { interface: 'tun7' }, objects: { ...EXAMPLE.objects, self: 'SDN7' } }),
      EXAMPLE,
    ],
    ['on another node', elsewhere, EXAMPLE],
  ] as const) {
    const devices = fresh([first, then]);
    const outcome = await story.run(`${name}, begun`, devices, first, NOTHING, ALLOWED);
    devices.carryOut(outcome.commands, 9);
    const left = begun(outcome.plan!, NOTHING);
    await story.run(`${name}, applied as declared since`, devices, then, left, ALLOWED);
    await story.run(`${name}, put back as declared since`, devices, then, left, { way: 'restore' });
    await story.run(`${name}, torn down as declared since`, devices, then, left, { action: 'teardown' });
    const forget = [first.ramp.nodes[0]!.instance!];
    await story.run(`${name}, torn down, the node forgotten`, devices, then, left, { action: 'teardown', forget });
    await story.run(`${name}, put back as it was`, devices, first, left, { way: 'restore' });
  }
  return story;
}

/** A first apply that several of a story begin with is tried once. */
function unique(story: Story): Story {
  const seen = new Set<string>();
  for (let i = story.cases.length - 1; i >= 0; i -= 1) {
    const { name: _name, ...rest } = story.cases[i]!;
    const text = JSON.stringify(rest);
    if (seen.has(text)) story.cases.splice(i, 1);
    seen.add(text);
  }
  return story;
}
