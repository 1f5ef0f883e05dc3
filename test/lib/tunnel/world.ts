import type { State } from '../../../lib/tunnel/device/operation';
import { bigipAddress, type Tunnel } from '../../../lib/tunnel/declaration/tunnel';
import type { Bridge } from './pipelines';

/** A BIG-IP's objects of one tunnel, a ramp node's, and what stands around them: enough to answer every question of the observe scripts. */
export interface World {
  bigip: State;
  /** The file on the bastion that says what was saved last. */
  saved: string | undefined;
  /** What BIG-IP says of its device group: two statuses, or null where it would not say. */
  group: { readonly sync: string; readonly failover: string } | null;
  /** Whole lines of `list net route one-line` beside the tunnel's own routes. */
  otherRoutes: readonly string[];
  ramp: State;
  /** null: the node has no tun0. */
  bridge: Bridge | null;
  /** The address of OVN-Kubernetes' port; null: the node has none. */
  ovn: string | null;
  /** Lines of dump-flows beside the SDN's and those in `ramp`. */
  otherFlows: readonly string[];
  /** Addresses that the CNI has given to Pods. */
  claims: readonly string[];
  forwarding: string;
  alive: boolean;
  /** What the node's keeper has put back: how often within an hour, and of the last time how long ago it was and what. */
  heals: string;
}

/** The bridge of the example's ramp node. */
export const BRIDGE: Bridge = {
  plugin: 'ovs-multitenant',
  gateway: '10.129.0.1',
  subnet: '10.129.0.0/23',
  port: '2',
  mac: '4e:1f:a2:00:00:01',
  clusters: ['10.128.0.0/14'],
  pods: ['10.129.0.5', '10.129.0.6'],
};

/** A BIG-IP with its virtual servers and a ramp node that nobody has prepared. */
export function freshWorld(spec: Tunnel, translations: State = {}): World {
  return {
    bigip: Object.fromEntries(
      spec.virtualServers.map((name) => [`virtual ${name}`, translations[name] ?? 'type automap'] as const),
    ),
    saved: undefined,
    group: { sync: 'Standalone', failover: 'ACTIVE' },
    otherRoutes: [],
    ramp: {},
    bridge: { ...BRIDGE, clusters: spec.clusterNetworks },
    ovn: null,
    otherFlows: [],
    claims: ['10.129.0.5', '10.129.0.6'],
    forwarding: '1',
    alive: true,
    heals: '0',
  };
}

/** The state with one object of another value, or without it. */
export function set(state: State, object: string, value: string | undefined): State {
  const { [object]: _old, ...rest } = state;
  return value === undefined ? rest : { ...rest, [object]: value };
}

/** What the published procedure leaves on BIG-IP, in the order in which it makes it. */
export function publishedOnBigIp(spec: Tunnel): readonly (readonly [string, string])[] {
  const pool = spec.objects.snatPool;
  const [network] = spec.clusterNetworks as [string];
  return [
    [
      `tunnel ${spec.objects.tunnel}`,
      `profile ipip local-address ${bigipAddress(spec)} remote-address ${spec.ramp.nodes[0]!.address} description OpenShift%20SDN`,
    ],
    [
      `self ${spec.objects.self}`,
      `address ${spec.tunnel.bigip} vlan ${spec.objects.tunnel} allow-service all description none`,
    ],
    [`route ${network}`, `network ${network} interface ${spec.objects.tunnel} description none`],
    [`snatpool ${pool}`, `members ${spec.tunnel.bigip.split('/')[0]} description none`],
    ...spec.virtualServers.map((name) => [`virtual ${name}`, `type snat pool ${pool}`] as const),
  ];
}

/** What the published procedure leaves on the ramp node. Two of its flows bear no cookie, and two stand in a table that is never reached. */
export function publishedOnRamp(spec: Tunnel, bridge: Bridge): readonly (readonly [string, string])[] {
  const source = spec.tunnel.bigip.split('/')[0]!;
  const [node, device] = [spec.ramp.nodes[0]!, spec.tunnel.interface];
  const address = `${bridge.gateway.split('.').slice(0, 3).join('.')}.254`;
  const [network] = spec.clusterNetworks as [string];
  const flow = (cookie: string, table: number, match: string, actions: string): readonly [string, string] => [
    `flow table=${table},priority=32768,${match}`,
    `cookie=${cookie} actions=${actions}`,
  ];
  return [
    [`tunnel ${device}`, `remote ${bigipAddress(spec)} local any dev ${node.interface}`],
    [`address ${device} ${spec.tunnel.node}`, '/32'],
    [`link ${device}`, 'up'],
    [`route ${source}`, `dev ${device}`],
    [`address tun0 ${address}`, '/32'],
    flow('0x999', 0, `ip,nw_src=${source}`, `mod_nw_src:${address},resubmit(,0)`),
    flow('0x999', 0, `ip,nw_dst=${address}`, `mod_nw_dst:${source},resubmit(,0)`),
    flow('0x999', 0, `arp,arp_tpa=${address}`, `output:${bridge.port}`),
    flow('0x999', 0, `arp,arp_spa=${address},arp_tpa=${network},in_port=${bridge.port}`, 'goto_table:30'),
    flow('0x0', 5, `arp,arp_tpa=${address}`, `output:${bridge.port}`),
    flow('0x0', 5, `ip,nw_dst=${address}`, `output:${bridge.port}`),
    flow('0x999', 0, `ip,nw_dst=${source}`, `output:${bridge.port}`),
  ];
}

/** A node's state but for its keeper, whose unit and files no played command shows. */
export function withoutKeeper(state: State): State {
  return Object.fromEntries(Object.entries(state).filter(([object]) => !object.startsWith('keeper ')));
}
