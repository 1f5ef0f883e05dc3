import type { Draft, Path } from '../../lib/tunnel/declaration/draft';
import { NODE_NAME, SIZED, type Size } from './size';

/** A field of a declaration that a person is asked for, or that an option gives. */
export interface Question {
  readonly path: Path;
  /** The option. What is asked for each BIG-IP or node is given once for each, in their order. */
  readonly option: string;
  /** What is asked for, in words. */
  readonly what: string;
  /** Which of the option's values; absent: the first. */
  readonly nth?: number;
  /** What an empty answer means. */
  readonly preset?: string;
  /** A list: any number of values. */
  readonly list?: true;
  /** An empty answer leaves the field out. */
  readonly optional?: true;
}

/** What every declaration of this size needs, in the order of the file. */
export function questionsFor(name: string, { bigips, nodes, byOc }: Size): readonly Question[] {
  const each = (count: number, of: (i: number) => readonly Question[]): readonly Question[] =>
    Array.from({ length: count }, (_, i) => of(i)).flat();
  return [
    ...each(bigips, (i) => bigip(name, i, bigips === 2)),
    ...(bigips === 2 ? BIGIP_PAIR : []),
    ...(byOc ? NODE_BY_OC : each(nodes, (i) => node(i, nodes === 2))),
    ...(nodes === 2 ? [VIRTUAL_IP] : []),
    ...(nodes === 2 || byOc ? CLUSTER : []),
    ...(nodes === 2 ? [VRRP_ID] : []),
    ...TUNNEL,
  ];
}

function bigip(name: string, nth: number, pair: boolean): readonly Question[] {
  const at = (key: string): Pick<Question, 'path' | 'nth'> => ({ path: ['bigip', nth, key], nth });
  return [
    {
      ...at('management'),
      option: SIZED.bigips,
      what: 'management address of BIG-IP, where its bastion reaches it by SSH',
    },
    {
      ...at('bastion'),
      option: '--bigip-bastion',
      what: 'bastion of BIG-IP: id of the instance (i-…, mi-…) that reaches it',
    },
    { ...at('user'), option: '--bigip-user', what: 'SSH user on BIG-IP', preset: 'edge-ramp' },
    {
      ...at('secret'),
      option: '--bigip-secret',
      what: 'name of the secret with the private key of that user',
      preset: `edge-ramp/${name}/ssh-key`,
    },
    {
      ...at('hostKey'),
      option: '--bigip-host-key',
      what: 'SSH host key of BIG-IP: TYPE BASE64, as ssh-keyscan prints it',
    },
    {
      ...at('address'),
      option: '--bigip-address',
      what: 'address of BIG-IP towards the ramp; F5_IP, where it is not a pair',
    },
    ...(pair
      ? [
          {
            ...at('inner'),
            option: '--bigip-inner',
            what: 'address in the network of TUNNEL_IP1 that this unit alone has',
          },
        ]
      : []),
  ];
}

const BIGIP_PAIR: readonly Question[] = [
  {
    path: ['bigipPair', 'floating'],
    option: '--bigip-floating',
    what: 'F5_IP: floating address of the pair of BIG-IPs, where the tunnel ends',
  },
  { path: ['bigipPair', 'deviceGroup'], option: '--device-group', what: 'sync-failover device group of the two units' },
];

function node(nth: number, pair: boolean): readonly Question[] {
  const at = (key: string): Pick<Question, 'path' | 'nth'> => ({ path: ['ramp', 'nodes', nth, key], nth });
  return [
    { ...at('instance'), option: SIZED.nodes, what: 'ramp node: id of its instance (i-…, mi-…)' },
    { ...at('address'), option: '--node-address', what: 'address of the ramp node; RAMP_IP, where it is not a pair' },
    { ...at('interface'), ...INTERFACE, preset: 'eth0' },
    ...(pair ? [{ ...at('node'), ...NAME }] : []),
  ];
}

const INTERFACE = { option: '--node-interface', what: 'interface of the ramp node that has this address' };
const NAME = { option: NODE_NAME, what: 'name of the ramp node, as `oc get nodes` shows it' };

/** RHCOS runs no agent: the node is called by its name. Its address is on OVN-Kubernetes' bridge, as most are. */
const NODE_BY_OC: readonly Question[] = [
  { path: ['ramp', 'nodes', 0, 'node'], ...NAME },
  { path: ['ramp', 'nodes', 0, 'address'], option: '--node-address', what: 'address of the ramp node: RAMP_IP' },
  { path: ['ramp', 'nodes', 0, 'interface'], ...INTERFACE, preset: 'br-ex' },
];

const VIRTUAL_IP: Question = {
  path: ['ramp', 'vip'],
  option: '--vip',
  what: 'RAMP_IP: virtual IP of the pair of ramp nodes, which no machine has',
};

const CLUSTER: readonly Question[] = [
  { path: ['cluster', 'admin'], option: '--cluster-admin', what: 'id of the instance that runs oc' },
  { path: ['cluster', 'kubeconfig'], option: '--cluster-kubeconfig', what: 'path of the login of oc on that instance' },
];

const VRRP_ID: Question = {
  path: ['ipfailover', 'vrrpIdOffset'],
  option: '--vrrp-id-offset',
  what: '0 to 254: the VRRP id, unique on the network, is one more',
};

const TUNNEL: readonly Question[] = [
  {
    path: ['tunnel', 'bigip'],
    option: '--tunnel-bigip',
    what: 'TUNNEL_IP1 with its prefix length: BIG-IP inside the tunnel, in a small network that nothing else uses, such as 10.3.91.216/24',
  },
  { path: ['tunnel', 'node'], option: '--tunnel-node', what: 'TUNNEL_IP2: the ramp node inside the tunnel' },
  {
    path: ['clusterNetworks'],
    option: '--cluster-network',
    what: 'network of the Pods, as the cluster has it',
    preset: '10.128.0.0/14',
    list: true,
  },
  {
    path: ['virtualServers'],
    option: '--virtual-server',
    what: 'virtual server on BIG-IP that uses the tunnel',
    list: true,
    optional: true,
  },
  {
    path: ['probe'],
    option: '--probe',
    what: 'Pod that BIG-IP pings as a proof; without one the tunnel is proven, and not the way on to Pods',
    optional: true,
  },
];

/** What has a default that serves until another tunnel has the same: only then it is asked for. */
export const FURTHER: readonly Question[] = [
  { path: ['tunnel', 'interface'], option: '--tunnel-interface', what: 'tunnel device on the ramp node' },
  { path: ['cookie'], option: '--cookie', what: "mark of this tunnel's flows, such as 0x999" },
  { path: ['objects', 'tunnel'], option: '--object-tunnel', what: 'name of the tunnel on BIG-IP' },
  { path: ['objects', 'self'], option: '--object-self', what: 'name of the self IP on BIG-IP' },
  {
    path: ['objects', 'unitSelf'],
    option: '--object-unit-self',
    what: "name of the self IP of each unit's inner address",
  },
  { path: ['objects', 'snatPool'], option: '--object-snat-pool', what: 'name of the SNAT pool on BIG-IP' },
  { path: ['ipfailover', 'name'], option: '--ipfailover-name', what: 'name of the ipfailover object' },
  { path: ['ipfailover', 'label'], option: '--ipfailover-label', what: 'label of the ramp nodes' },
];

/** A declaration of this size without any answer. What connects a pair is on one L2 network: nothing else carries a pair. */
export function blank(name: string, size: Size): Draft {
  const { bigips, nodes, byOc } = size;
  const list = (count: number): object[] => Array.from({ length: count }, () => ({}));
  const form = {
    kind: 'ramp',
    name,
    bigip: list(bigips),
    ...(bigips === 2 ? { bigipPair: { floating: '', deviceGroup: '', network: 'l2' } } : {}),
    ramp: { ...(nodes === 2 ? { network: 'l2', vip: '' } : {}), nodes: byOc ? [{ reach: 'oc' }] : list(nodes) },
    ...(nodes === 2 || byOc ? { cluster: { admin: '', kubeconfig: '' } } : {}),
    ...(nodes === 2 ? { ipfailover: {} } : {}),
    tunnel: {},
    clusterNetworks: [],
    virtualServers: [],
  };
  return questionsFor(name, size)
    .filter(({ list: several, optional }) => several !== true && optional !== true)
    .reduce((draft, { path }) => filled(draft, path, ''), form as unknown as Draft);
}

export function filled(draft: Draft, path: Path, value: unknown): Draft {
  return put(draft, path, value) as Draft;
}

function put(at: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  if (Array.isArray(at)) return at.map((item: unknown, i) => (i === key ? put(item, rest, value) : item));
  const fields = (at ?? {}) as Readonly<Record<string, unknown>>;
  return { ...fields, [key]: put(fields[key], rest, value) };
}
