import { hostOf, lengthOf } from '../../hosts/address';
import { CLUSTER_NETWORK, macOf, mp0Of, nicMacOf, routerOf, type OvnNode, type OvnSite, type Zone } from './plan';

/** One command of ovn-nbctl, word by word. */
export type Command = readonly string[];

const ROUTER = 'ovn_cluster_router';
/** The network between the cluster's router and the nodes' gateway routers; and between the zones' routers. */
const JOIN = '100.64.0';
const TRANSIT = '100.88.0';
const TRANSIT_KEY = 16711683;

/** .1 of the join network is the cluster's router, from .2 on are the nodes. */
const numberOf = ({ nodes }: OvnSite, { name }: OvnNode): number => nodes.findIndex((node) => node.name === name) + 2;
const words = (line: string): Command => line.split(' ');

/** A switch's port that leads to a router's. */
const leadsTo = (port: string, routerPort: string, ...options: Command): readonly Command[] => [
  ['lsp-set-type', port, 'router'],
  ['lsp-set-addresses', port, 'router'],
  ['lsp-set-options', port, `router-port=${routerPort}`, ...options],
];
const connected = (network: string, port: string, routerPort: string, ...options: Command): readonly Command[] => [
  ['lsp-add', network, port],
  ...leadsTo(port, routerPort, ...options),
];
const routerPort = (router: string, port: string, address: string, length: number, mac = macOf(address)): Command => [
  'lrp-add',
  router,
  port,
  mac,
  `${address}/${length}`,
];

/** What ovnkube writes into a zone's northbound database for shared gateway mode, without services and policies. */
export function northbound(site: OvnSite, zone: Zone): readonly Command[] {
  const others = site.nodes.filter((node) => !zone.nodes.includes(node));
  return [
    ['set', 'NB_Global', '.', `options:name=${zone.name}`],
    ['lr-add', ROUTER],
    routerPort(ROUTER, `rtoj-${ROUTER}`, `${JOIN}.1`, 16),
    ['ls-add', 'join'],
    ...connected('join', `jtor-${ROUTER}`, `rtoj-${ROUTER}`),
    ...policies(),
    ...zone.nodes.flatMap((node) => [
      ...nodeSwitch(node),
      ...gatewayRouter(site, node),
      leavesByOwnGateway(site, node),
    ]),
    ...(others.length === 0 ? [] : transit(site, zone, others)),
  ];
}

/** Traffic inside the cluster is rerouted by no EgressIP. */
const policies = (): readonly Command[] =>
  [CLUSTER_NETWORK, `${JOIN}.0/16`].map((to) => [
    'lr-policy-add',
    ROUTER,
    '102',
    `ip4.src == ${CLUSTER_NETWORK} && ip4.dst == ${to}`,
    'allow',
  ]);

/** The node's switch with its ways: to the cluster's router, to ovn-k8s-mp0, to its Pods. Policies never shut its own mp0 out (ACL 1001). */
function nodeSwitch(node: OvnNode): readonly Command[] {
  const { name, address, subnet, pods } = node;
  const [router, mp0] = [routerOf(node), mp0Of(node)];
  return [
    ['ls-add', name],
    ['set', 'Logical_Switch', name, `other_config:subnet=${subnet}`],
    routerPort(ROUTER, `rtos-${name}`, router, lengthOf(subnet)),
    ['lrp-set-gateway-chassis', `rtos-${name}`, name, '1'],
    ...connected(name, `stor-${name}`, `rtos-${name}`),
    ['lsp-add', name, `k8s-${name}`],
    ['lsp-set-addresses', `k8s-${name}`, `${macOf(mp0)} ${mp0}`],
    ...pods.flatMap((pod): readonly Command[] => [
      ['lsp-add', name, podPort(pod)],
      ['lsp-set-addresses', podPort(pod), `${macOf(pod)} ${pod}`],
      ['lsp-set-port-security', podPort(pod), `${macOf(pod)} ${pod}`],
    ]),
    ['lr-policy-add', ROUTER, '1004', `inport == "rtos-${name}" && ip4.dst == ${hostOf(address)}`, 'reroute', mp0],
    ['acl-add', name, 'to-lport', '1001', `ip4.src==${mp0}`, 'allow-related'],
  ];
}
export const podPort = (pod: string): string => `pod-${pod}`;

/** The node's way out of the cluster by br-ex, under the node's own address and MAC. */
function gatewayRouter(site: OvnSite, node: OvnNode): readonly Command[] {
  const { name, address, subnet } = node;
  const [gateway, join] = [`GR_${name}`, `${JOIN}.${numberOf(site, node)}`];
  return [
    ['lr-add', gateway],
    words(
      `set Logical_Router ${gateway} options:chassis=${name} options:lb_force_snat_ip=router_ip options:snat-ct-zone=0`,
    ),
    words(
      `set Logical_Router ${gateway} options:always_learn_from_arp_request=false options:dynamic_neigh_routers=true`,
    ),
    routerPort(gateway, `rtoj-${gateway}`, join, 16),
    ...connected('join', `jtor-${gateway}`, `rtoj-${gateway}`),
    ['ls-add', `ext_${name}`],
    ['lsp-add', `ext_${name}`, `br-ex_${name}`],
    ['lsp-set-type', `br-ex_${name}`, 'localnet'],
    ['lsp-set-addresses', `br-ex_${name}`, 'unknown'],
    ['lsp-set-options', `br-ex_${name}`, 'network_name=physnet'],
    routerPort(gateway, `rtoe-${gateway}`, hostOf(address), lengthOf(address), nicMacOf(node)),
    ...connected(`ext_${name}`, `etor-${gateway}`, `rtoe-${gateway}`, 'nat-addresses=router'),
    ['lsp-set-addresses', `etor-${gateway}`, nicMacOf(node)],
    ['lr-route-add', gateway, '0.0.0.0/0', hostOf(site.router), `rtoe-${gateway}`],
    ['lr-route-add', gateway, CLUSTER_NETWORK, `${JOIN}.1`],
    ['lr-nat-add', gateway, 'snat', hostOf(address), subnet],
    ['lr-route-add', ROUTER, `${join}/32`, join],
  ];
}

const leaves = (subnet: string, by: string): Command => [
  '--may-exist',
  '--policy=src-ip',
  'lr-route-add',
  ROUTER,
  subnet,
  by,
];
/** Shared gateway: what Pods send out of the cluster leaves by their own node's gateway router. */
const leavesByOwnGateway = (site: OvnSite, node: OvnNode): Command =>
  leaves(node.subnet, `${JOIN}.${numberOf(site, node)}`);
/** `routingViaHost: true`: it leaves by ovn-k8s-mp0, and the host routes it. */
export const leavesByHost = (node: OvnNode): Command => leaves(node.subnet, mp0Of(node));

/** The switch between the zones, which every zone has; a node of another zone is a port that is bound there. */
function transit(site: OvnSite, zone: Zone, others: readonly OvnNode[]): readonly Command[] {
  const number = (node: OvnNode): string => String(numberOf(site, node));
  const at = (node: OvnNode): string => `${TRANSIT}.${number(node)}`;
  return [
    ['ls-add', 'transit_switch'],
    words(
      `set Logical_Switch transit_switch other_config:interconn-ts=transit_switch other_config:requested-tnl-key=${TRANSIT_KEY}`,
    ),
    ...zone.nodes.flatMap((node) => [
      routerPort(ROUTER, `rtots-${node.name}`, at(node), 16),
      ...connected('transit_switch', transitPort(node), `rtots-${node.name}`, `requested-tnl-key=${number(node)}`),
    ]),
    ...others.flatMap((node): readonly Command[] => [
      ['lsp-add', 'transit_switch', transitPort(node)],
      ['lsp-set-type', transitPort(node), 'remote'],
      ['lsp-set-addresses', transitPort(node), `${macOf(at(node))} ${at(node)}/16`],
      ['lsp-set-options', transitPort(node), `requested-tnl-key=${number(node)}`],
      ['lr-route-add', ROUTER, node.subnet, at(node)],
      ['lr-route-add', ROUTER, `${JOIN}.${number(node)}/32`, at(node)],
    ]),
  ];
}
export const transitPort = ({ name }: OvnNode): string => `tstor-${name}`;

/** Interconnect: the chassis of other zones, and their transit ports bound there, in a zone's southbound database; ovnkube's controllers copy them. */
export function southbound(site: OvnSite, zone: Zone): readonly Command[] {
  return site.nodes
    .filter((node) => !zone.nodes.includes(node))
    .flatMap((node): readonly Command[] => [
      ['chassis-add', node.name, 'geneve', hostOf(node.address)],
      ['set', 'Chassis', node.name, 'other_config:is-remote=true', `hostname=${node.name}`],
      ['lsp-bind', transitPort(node), node.name],
    ]);
}

/** A project whose policy lets nobody in, with these Pods. */
export const isolate = (pods: readonly string[]): readonly Command[] => [
  ['pg-add', 'isolated', ...pods.map(podPort)],
  ['acl-add', 'isolated', 'to-lport', '1000', 'outport == @isolated', 'drop'],
  ['acl-add', 'isolated', 'to-lport', '1001', 'outport == @isolated && (arp || nd)', 'allow'],
];

/** Its policy also allows namespaces with the label policy-group.network.openshift.io/host-network: each node's mp0 and its address of the join network. */
export function allowHostNetwork(site: OvnSite): readonly Command[] {
  const addresses = site.nodes.flatMap((node) => [mp0Of(node), `${JOIN}.${numberOf(site, node)}`]);
  return [
    ['create', 'Address_Set', 'name=host_network', `addresses=${addresses.map((each) => `"${each}"`).join(',')}`],
    ['acl-add', 'isolated', 'to-lport', '1001', 'ip4.src == $host_network && outport == @isolated', 'allow-related'],
  ];
}

export const liftIsolation: readonly Command[] = [
  ['acl-del', 'isolated'],
  ['pg-del', 'isolated'],
];
