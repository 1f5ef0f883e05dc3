import * as fc from 'fast-check';
import { parseCidr, toAddress } from '../../../lib/tunnel/declaration/address';
import type { State } from '../../../lib/tunnel/device/operation';
import { KINDS } from '../../../lib/tunnel/plan/devices';
import { interfaceTaken, isTmshWord } from '../../../lib/tunnel/declaration/reserved-words';
import { tunnelSchema } from '../../../lib/tunnel/declaration/parse';
import type { Tunnel } from '../../../lib/tunnel/declaration/tunnel';
import { subject, Site } from './site';
import { BRIDGE, freshWorld, publishedOnBigIp, publishedOnRamp } from './world';
import { PLUGINS } from './pipelines';

const octet = fc.integer({ min: 1, max: 250 });
const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const name = (first: string, rest: string, most: number): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.constantFrom(...first.split('')),
      fc.string({ unit: fc.constantFrom(...rest.split('')), maxLength: most - 1 }),
    )
    .map((parts) => parts.join(''));
const safe = `${letters}0123456789_.-`;
const objectName = fc
  .oneof(fc.constantFrom('SDN', 'SDN_snatpool', 'ose'), name(letters, safe, 190))
  .filter((each) => !isTmshWord(each));
const interfaceName = fc
  .oneof(fc.constantFrom('tun1', 'tun7'), name(letters, safe, 15))
  .filter((each) => interfaceTaken(each) === undefined);
const virtualServer = fc.oneof(
  fc.constantFrom('ose-vserver', 'https-ose-vserver', '10.3.89.70:443', '/Common/10.3.89.70'),
  objectName.map((each) => `/Common/${each}`),
  objectName,
);
const hex = (least: number, most: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'.split('')), minLength: least, maxLength: most });
const NETWORKS = ['10.128.0.0/14', '10.132.0.0/14', '192.168.0.0/16', '10.140.0.0/20'];

/** Declared tunnels of every kind that the rules admit. The ramp node's SDN subnet (10.129.0.0/23) lies in the first cluster network. */
export const specs: fc.Arbitrary<Tunnel> = fc
  .record({
    name: name('abcdefghijklmnopqrstuvwxyz', 'abcdefghijklmnopqrstuvwxyz0123456789-', 32),
    outer: fc.tuple(octet, octet, octet, octet, octet),
    inner: fc.tuple(octet, octet, fc.integer({ min: 16, max: 30 }), fc.nat(), fc.nat()),
    instances: fc.tuple(hex(17, 17), hex(8, 8)),
    user: name(`${letters}_`, safe, 32),
    secret: name(letters, `${letters}0123456789/_+=.@-`, 100),
    key: fc.string({ unit: fc.constantFrom(...`${letters}0123456789+/`.split('')), minLength: 40, maxLength: 44 }),
    padding: fc.constantFrom('', '=', '=='),
    type: fc.constantFrom('ssh-ed25519', 'ecdsa-sha2-nistp256', 'ssh-rsa'),
    device: interfaceName,
    tunnelDevice: interfaceName,
    objects: fc.record({ tunnel: objectName, self: objectName, snatPool: objectName }),
    networks: fc.subarray(NETWORKS.slice(1), { maxLength: 3 }),
    snat: fc.constantFrom('flows', 'gateway'),
    cookie: hex(0, 15).map((rest) => `0x9${rest}`),
    virtualServers: fc.uniqueArray(virtualServer, { maxLength: 4 }),
    save: fc.boolean(),
    takeover: fc.boolean(),
    drain: fc.integer({ min: 0, max: 90 }),
    probe: fc.boolean(),
  })
  .map((drawn) => {
    const [a, b, f5, node, management] = drawn.outer;
    const [c, d, length, one, two] = drawn.inner;
    const size = 2 ** (32 - length);
    const base = (c * 256 + d) * 256 - ((c * 256 * 256 + d * 256) % size) / 256;
    const inside = (n: number): string => {
      const value = 172 * 2 ** 24 + Math.floor((base * 256) / size) * size + 1 + (n % (size - 2));
      return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
    };
    return {
      kind: 'ramp',
      name: drawn.name,
      bigip: [
        {
          management: `10.4.${b}.${management}`,
          bastion: `i-${drawn.instances[0]}`,
          user: drawn.user,
          secret: drawn.secret,
          hostKey: `${drawn.type} ${drawn.key}${drawn.padding}`,
          address: `10.3.${a}.${f5}`,
        },
      ],
      ramp: {
        nodes: [{ instance: `mi-${drawn.instances[1]}`, address: `10.3.${a}.${node}`, interface: drawn.device }],
      },
      tunnel: { bigip: `${inside(one)}/${length}`, node: inside(two), interface: drawn.tunnelDevice },
      objects: drawn.objects,
      clusterNetworks: ['10.128.0.0/14', ...drawn.networks],
      snat: drawn.snat,
      cookie: drawn.cookie,
      virtualServers: drawn.virtualServers,
      save: drawn.save,
      takeover: drawn.takeover,
      drain: drawn.drain,
      ...(drawn.probe ? { probe: '10.130.0.7' } : {}),
    };
  })
  .map((candidate) => tunnelSchema.safeParse(candidate))
  .filter(({ success }) => success)
  .map(({ data }) => data as Tunnel);

/** Declared tunnels of a pair of BIG-IPs, by the same rules. */
export const bigipPairs: fc.Arbitrary<Tunnel> = fc
  .tuple(
    specs,
    fc.record({
      octets: fc.tuple(octet, octet, octet),
      inner: fc.tuple(fc.nat(), fc.nat()),
      deviceGroup: objectName,
      unitSelf: fc.option(objectName, { nil: undefined }),
    }),
  )
  .map(([spec, { octets, inner, deviceGroup, unitSelf }]) => {
    const [floating, address, management] = octets;
    const [first] = spec.bigip;
    const sibling = (own: string, last: number): string => own.replace(/[0-9]+$/, String(last));
    const { first: base, last: end } = parseCidr(spec.tunnel.bigip)!;
    const inside = (n: number): string => toAddress(base + 1 + (n % (end - base - 1)));
    return {
      ...spec,
      bigip: [
        { ...first!, inner: inside(inner[0]) },
        {
          ...first!,
          management: sibling(first!.management, management),
          address: sibling(first!.address, address),
          inner: inside(inner[1]),
        },
      ],
      bigipPair: { floating: sibling(first!.address, floating), deviceGroup, network: 'l2' },
      objects: { ...spec.objects, ...(unitSelf === undefined ? {} : { unitSelf }) },
    };
  })
  .map((candidate) => tunnelSchema.safeParse(candidate))
  .filter(({ success }) => success)
  .map(({ data }) => data as Tunnel);

/** Declared tunnels of one BIG-IP, or of a pair. */
export const anySpecs: fc.Arbitrary<Tunnel> = fc.oneof(specs, bigipPairs);

/** One unit of a pair, declared alone. */
function alone({ bigipPair: _shared, ...spec }: Tunnel): Tunnel {
  const [{ inner: _inner, ...first }] = spec.bigip as [Tunnel['bigip'][number]];
  const { unitSelf: _self, ...objects } = spec.objects;
  return { ...spec, bigip: [first], objects };
}

/** The same tunnel, declared otherwise: some fields are another's. Identity (name, hosts' names) stays. */
export const changedSpecs: fc.Arbitrary<readonly [Tunnel, Tunnel]> = fc
  .tuple(
    specs,
    specs,
    fc.subarray(['outer', 'tunnel', 'objects', 'clusterNetworks', 'snat', 'cookie', 'virtualServers', 'save']),
  )
  .map(([spec, other, fields]): readonly [Tunnel, unknown] => {
    const pick = <K extends keyof Tunnel>(field: K): Tunnel[K] => (fields.includes(field) ? other : spec)[field];
    const outer = fields.includes('outer');
    return [
      spec,
      {
        ...spec,
        bigip: [{ ...spec.bigip[0]!, ...(outer ? { address: other.bigip[0]!.address } : {}) }],
        ramp: { nodes: [{ ...spec.ramp.nodes[0]!, ...(outer ? { address: other.ramp.nodes[0]!.address } : {}) }] },
        tunnel: pick('tunnel'),
        objects: pick('objects'),
        clusterNetworks: pick('clusterNetworks'),
        snat: pick('snat'),
        cookie: pick('cookie'),
        virtualServers: pick('virtualServers'),
        save: pick('save'),
      },
    ];
  })
  .map(([spec, candidate]) => [spec, tunnelSchema.safeParse(candidate)] as const)
  .filter(([, { success }]) => success)
  .map(([spec, { data }]) => [spec, data as Tunnel] as const);

/** The same, or a pair of BIG-IPs that comes, goes or has other inner addresses. */
export const anyChangedSpecs: fc.Arbitrary<readonly [Tunnel, Tunnel]> = fc.oneof(
  changedSpecs,
  bigipPairs.chain((pair) =>
    fc.constantFrom<readonly [Tunnel, Tunnel]>(
      [alone(pair), pair],
      [pair, alone(pair)],
      [pair, { ...pair, bigip: pair.bigip.map((unit, i) => ({ ...unit, inner: pair.bigip[1 - i]!.inner! })) }],
    ),
  ),
);

const translations = fc.constantFrom(
  'type none',
  'type automap',
  'type snat pool theirs',
  'type snat pool /Edge/theirs',
);

/** A site before edge-ramp first comes: fresh, or with any part of what the published procedure leaves. */
export function sites(spec: Tunnel): fc.Arbitrary<Site> {
  return fc
    .record({
      had: fc.array(translations, { minLength: spec.virtualServers.length, maxLength: spec.virtualServers.length }),
      plugin: fc.constantFrom(...PLUGINS),
      bigip: fc.option(fc.nat({ max: 9 })),
      ramp: fc.option(fc.nat({ max: 12 })),
    })
    .map(({ had, plugin, bigip, ramp }) => {
      const world = freshWorld(spec, Object.fromEntries(spec.virtualServers.map((each, i) => [each, had[i]!])));
      const bridge = { ...world.bridge!, plugin };
      return new Site(spec, {
        ...world,
        bridge,
        bigip: { ...world.bigip, ...Object.fromEntries(publishedOnBigIp(spec).slice(0, bigip ?? 0)) },
        ramp: Object.fromEntries(publishedOnRamp(spec, bridge).slice(0, ramp ?? 0)),
      });
    });
}

/** The whole state of one device of a declared tunnel. */
function built(kind: 'bigip' | 'ramp', spec: Tunnel, state: State): State {
  const wanted = { ...subject(kind, spec), original: {} };
  if (kind === 'bigip')
    return KINDS.bigip.desired(wanted, {
      facts: { routes: {}, bypasses: {}, unrestorable: {}, saved: '', twins: [], group: { kind: 'none' } },
      state,
      probes: [],
    });
  const facts = {
    sdn: BRIDGE,
    pipeline: {
      release: '3.10, 3.11 or 4.2 to 4.5',
      plugin: BRIDGE.plugin,
      entry: 30,
      routing: 30,
      landmarks: ['cookie=0x0,table=253,priority=32768,actions=note:01.07.00.00.00.00'],
    },
    pipelineProblem: null,
    ovn: null,
    ovnProblem: null,
    withoutRules: null,
    wayProblem: null,
    holders: [spec.ramp.nodes[0]!.interface],
    network: `${spec.ramp.nodes[0]!.address}/24`,
    forwarding: true,
    sdnAddress: '10.129.1.254',
    sdnAddressRemark: '',
    strangeFlows: [],
    keeperRemarks: [],
    healed: null,
    bootScripts: [],
    unrestorable: {},
  };
  return KINDS.ramp.desired(wanted, { facts, state: {}, probes: [] });
}

const foreign: Readonly<Record<'bigip' | 'ramp', State>> = {
  bigip: {
    'route theirs': 'network 10.200.0.0/16 gw 10.3.89.1 description none',
    'route aside': 'network 10.201.0.0/16 interface SDN description none',
    'virtual theirs': 'type snat pool theirs',
    'snatpool theirs': 'members 10.3.89.70 description none',
    'self theirs': 'address 10.3.89.71/24 vlan external allow-service none description none',
  },
  ramp: {
    'tunnel tun9': 'remote 10.9.9.9 local any dev eth0',
    'flow table=0,priority=900,ip,nw_src=10.9.9.8': 'cookie=0x5 actions=drop',
    'nat 10.9.9.8': 'to 10.129.0.1',
  },
};

/** Every state that a device of a tunnel may be met in: as built, half-way, with another's objects, with values that somebody changed. */
export function states(kind: 'bigip' | 'ramp', spec: Tunnel): fc.Arbitrary<State> {
  const whole = sites(spec).map(({ world }) => built(kind, spec, world.bigip));
  return fc
    .tuple(whole, fc.boolean())
    .chain(([state, complete]) => {
      const entries = Object.entries(state);
      return fc.record({
        kept: complete ? fc.constant(entries) : fc.subarray(entries),
        others: fc.subarray(Object.entries(foreign[kind])),
        changed: fc.subarray(
          entries.map(([object]) => object),
          { maxLength: 3 },
        ),
      });
    })
    .map(({ kept, others, changed }) => ({
      ...Object.fromEntries(others),
      ...Object.fromEntries(
        kept.map(([object, value]) => [object, changed.includes(object) ? otherValue(object, value) : value]),
      ),
    }));
}

/** What somebody could have made of an object of this kind. */
function otherValue(object: string, value: string): string {
  switch (object.split(' ')[0]) {
    case 'tunnel':
      return value.replace(/remote(-address)? [0-9.]+/, 'remote$1 10.3.250.250').replace('profile ipip', 'profile gre');
    case 'self':
      return value.replace(/address [0-9.]+/, 'address 172.31.255.250');
    case 'route':
      return value.replace(/interface \S+/, 'gw 10.3.89.1').replace(/^dev \S+$/, 'via 10.3.89.1 dev eth0');
    case 'snatpool':
      return value.replace(/members [0-9.]+/, 'members 172.31.255.251');
    case 'virtual':
      return value === 'type automap' ? 'type none' : 'type automap';
    case 'input':
      return value === 'ahead' ? 'behind' : 'ahead';
    case 'nat':
      return 'to 10.129.1.9';
    case 'flow':
      return value.replace(/actions=.*/, 'actions=drop');
    default:
      return value;
  }
}

/** Two states of one device, of the same declaration or of two. */
export function statePairs(kind: 'bigip' | 'ramp'): fc.Arbitrary<readonly [State, State]> {
  return anyChangedSpecs.chain(([spec, other]) => fc.tuple(states(kind, spec), states(kind, other)));
}
