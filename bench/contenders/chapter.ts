import type { Site } from './site';

/** One command of the published procedure. */
export interface Line {
  /** Instance id, or BIG-IP's management address: there it is a tmsh command. */
  readonly host: string;
  /** May name what an earlier line has found: $RAMP_SDN_IP, $TUN0_MAC. */
  readonly line: string;
  /** A line that only looks; what it prints is remembered under that name, if it has one. */
  readonly looks?: true | 'RAMP_SDN_IP' | 'TUN0_MAC';
}

/** Where the lines differ from what is published, because that cannot work at all. */
export const corrections = (networkpolicy: boolean): string[] => [
  'RAMP_SDN_IP comes from tun0: /run/openshift-sdn/config.env, which the chapter reads first, is gone since release 3.6',
  ...(networkpolicy
    ? ['four other flows in place of the seven, whose packets all die in table 25 with this plugin']
    : []),
];

/** What the published procedure lacks, and so do the lines. */
export const LACKING = [
  'no "save sys config": a restart of BIG-IP forgets it all',
  'no INPUT rule for protocol 4: it works for as long as conntrack remembers the ping from the node, ten idle minutes',
  'no claim on RAMP_SDN_IP: a Pod may be given that address',
  'no removal: it is the reverse of the set-up here, as somebody would do it who kept no notes',
] as const;

/** BIG-IP's part. What an earlier run left is removed first, absence tolerated. */
export function onBigIp(site: Site): Line[] {
  const { F5_IP, RAMP_IP, TUNNEL_IP1, CLUSTER_NETWORK } = site;
  return [
    `delete net route ${CLUSTER_NETWORK}`,
    'delete net self SDN',
    'delete net tunnels tunnel SDN',
    'delete ltm snatpool SDN_snatpool',
    `create net tunnels tunnel SDN { description "OpenShift SDN" local-address ${F5_IP} profile ipip remote-address ${RAMP_IP} }`,
    `create net self SDN { address ${TUNNEL_IP1}/24 allow-service all vlan SDN }`,
    `create net route ${CLUSTER_NETWORK} interface SDN`,
    `create ltm snatpool SDN_snatpool members add { ${TUNNEL_IP1} }`,
    ...translating(site, 'type snat pool SDN_snatpool'),
  ].map((line) => ({ host: site.bigip, line }));
}

/** The ramp node's part. `networkpolicy`: whether the SDN has that plugin. */
export function onNode(site: Site, networkpolicy: boolean): Line[] {
  const { node: host, interface: tun1, device, F5_IP, TUNNEL_IP1, TUNNEL_IP2 } = site;
  return [
    { host, line: `ip tunnel del ${tun1}` },
    { host, line: `ip tunnel add ${tun1} mode ipip remote ${F5_IP} dev ${device}` },
    { host, line: `ip addr add ${TUNNEL_IP2} dev ${tun1}` },
    { host, line: `ip link set ${tun1} up` },
    { host, line: `ip route add ${TUNNEL_IP1} dev ${tun1}` },
    { host, line: `ping -c 5 ${TUNNEL_IP1}`, looks: true },
    { host, line: SDN_ADDRESS, looks: 'RAMP_SDN_IP' },
    { host, line: 'ip addr add $RAMP_SDN_IP dev tun0' },
    ...(networkpolicy ? four(site) : seven(site)),
  ];
}

const SDN_ADDRESS = `ip -o -4 addr show dev tun0 | head -n 1 | awk '{ print $4 }' | cut -d. -f1,2,3 | sed 's/$/.254/'`;
const TUN0_MAC = `ip -o link show dev tun0 | sed 's/.*ether //; s/ .*//'`;

/** As published: for releases 3.5 to 3.11 with the subnet and multitenant plugins. Two of them carry no cookie. */
function seven({ node: host, TUNNEL_IP1, CLUSTER_NETWORK }: Site): Line[] {
  return [
    `cookie=0x999,ip,nw_src=${TUNNEL_IP1},actions=mod_nw_src:$RAMP_SDN_IP,resubmit(,0)`,
    `cookie=0x999,ip,nw_dst=$RAMP_SDN_IP,actions=mod_nw_dst:${TUNNEL_IP1},resubmit(,0)`,
    'cookie=0x999,table=0,arp,arp_tpa=$RAMP_SDN_IP,actions=output:2',
    `cookie=0x999,table=0,priority=200,in_port=2,arp,arp_spa=$RAMP_SDN_IP,arp_tpa=${CLUSTER_NETWORK},actions=goto_table:30`,
    'table=5,priority=300,arp,arp_tpa=$RAMP_SDN_IP,actions=output:2',
    'table=5,priority=300,ip,nw_dst=$RAMP_SDN_IP,actions=output:2',
    `cookie=0x999,ip,nw_dst=${TUNNEL_IP1},actions=output:2`,
  ].map((flow) => addFlow(host, flow));
}

/** The four that pass with networkpolicy, table numbers as in release 3.11. */
function four({ node: host, TUNNEL_IP1, CLUSTER_NETWORK }: Site): Line[] {
  return [
    { host, line: TUN0_MAC, looks: 'TUN0_MAC' },
    ...[
      `cookie=0x999,table=0,priority=2000,in_port=2,ip,nw_src=${TUNNEL_IP1},nw_dst=${CLUSTER_NETWORK},actions=load:0->NXM_NX_REG0[],mod_nw_src:$RAMP_SDN_IP,goto_table:30`,
      `cookie=0x999,table=0,priority=2000,in_port=2,arp,arp_spa=$RAMP_SDN_IP,arp_tpa=${CLUSTER_NETWORK},actions=goto_table:30`,
      'cookie=0x999,table=30,priority=2000,arp,arp_tpa=$RAMP_SDN_IP,actions=output:2',
      `cookie=0x999,table=30,priority=2000,ip,nw_dst=$RAMP_SDN_IP,actions=mod_dl_dst:$TUN0_MAC,mod_nw_dst:${TUNNEL_IP1},output:2`,
    ].map((flow) => addFlow(host, flow)),
  ];
}

const addFlow = (host: string, flow: string): Line => ({
  host,
  line: `ovs-ofctl -O OpenFlow13 add-flow br0 "${flow}"`,
});

const translating = ({ virtualServers }: Site, translation: string): string[] =>
  virtualServers.map((name) => `modify ltm virtual ${name} source-address-translation { ${translation} }`);

/** Not in the chapter: all back, virtual servers first, to no translation, since nobody wrote down what they had. */
export function removal(site: Site): Line[] {
  const { node: host, interface: tun1, CLUSTER_NETWORK } = site;
  return [
    ...[
      ...translating(site, 'type none'),
      `delete net route ${CLUSTER_NETWORK}`,
      'delete net self SDN',
      'delete net tunnels tunnel SDN',
      'delete ltm snatpool SDN_snatpool',
    ].map((line) => ({ host: site.bigip, line })),
    { host, line: SDN_ADDRESS, looks: 'RAMP_SDN_IP' },
    { host, line: 'ovs-ofctl -O OpenFlow13 del-flows br0 cookie=0x999/-1' },
    { host, line: 'ip addr del $RAMP_SDN_IP/32 dev tun0' },
    { host, line: `ip tunnel del ${tun1}` },
  ];
}
