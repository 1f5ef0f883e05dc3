import { ADMIN, BALANCER, BIGIP, FLOAT, member, NODE, open, pair, SECOND, VIP, type Bench } from './bench';

const OBJECTS = [
  `create net tunnels tunnel SDN { local-address 10.3.89.66 profile ipip remote-address ${VIP} }`,
  'create net self SDN { address 10.3.91.216/24 allow-service all vlan SDN }',
  'create net route 10.128.0.0/14 interface SDN',
];
/** One node's end with everything: tunnel, firewall, the address of its subnet and the four flows. */
export const ramp = (gateway: string): string[] => [
  `ip tunnel add tun1 mode ipip remote 10.3.89.66 local ${VIP} dev eth0`,
  'ip addr add 10.3.91.217 dev tun1',
  'ip link set tun1 up',
  'ip route add 10.3.91.216 dev tun1',
  'iptables -w -I INPUT 1 -p 4 -s 10.3.89.66 -m comment --comment edge-ramp:edge-a -j ACCEPT',
  `ip addr add ${gateway} dev tun0`,
  `ovs-ofctl -O OpenFlow13 --bundle add-flows br0 - <<EOF
add cookie=0x999,table=0,priority=2000,in_port=2,ip,nw_src=10.3.91.216,nw_dst=10.128.0.0/14,actions=load:0->NXM_NX_REG0[],mod_nw_src:${gateway},goto_table:30
add cookie=0x999,table=0,priority=2000,in_port=2,arp,arp_spa=${gateway},arp_tpa=10.128.0.0/14,actions=goto_table:30
add cookie=0x999,table=30,priority=2000,arp,arp_tpa=${gateway},actions=output:2
add cookie=0x999,table=30,priority=2000,ip,nw_dst=${gateway},actions=mod_nw_dst:10.3.91.216,output:2
EOF`,
];
/** The two nodes and a balancer of the same cluster, with these lines typed. */
export const openPair = (typed: Record<string, string[]> = {}): Promise<Bench> =>
  open({ typed }, { specs: [pair, member] });
/** The whole pair at work. */
export const working = (): Promise<Bench> =>
  openPair({ [BIGIP]: OBJECTS, [NODE]: ramp('10.129.0.254'), [SECOND]: ramp('10.131.0.254'), [ADMIN]: FLOAT });

/** The hosts that have the virtual IP. */
export const holders = (hosts: Bench): string[] =>
  [NODE, SECOND, BALANCER].filter((host) => hosts.dump(host).includes(`address ${VIP}/32 dev eth0`));
/** Whether a Pod on each node answers BIG-IP. */
export const answers = async (hosts: Bench): Promise<boolean[]> => {
  const all = [];
  for (const pod of ['10.129.0.5', '10.131.0.5', '10.130.0.7'])
    all.push(/ [1-9] received/.test((await hosts.world.run(BIGIP, `run util ping -c 3 ${pod}`)).out));
  return all;
};

const UNIT = '$EDGE_RAMP_ROOT/etc/systemd/system/edge-ramp-edge-a.service';
const GOAL = '$EDGE_RAMP_ROOT/var/lib/edge-ramp/edge-a.goal';
/** What a node keeps whose packets have this source, by flows; or the gateway's by a rule of nat. */
const goal = (gateway: string | undefined): readonly string[] => [
  'mark 127.112.0.11',
  'keep link tun1%up',
  'keep route 10.3.91.216%dev tun1',
  ...(gateway === undefined
    ? ['keep nat 10.3.91.216%to 10.129.0.1']
    : [
        `keep address tun0 ${gateway}%/32`,
        ...[1, 2, 3, 4].map((n) => `keep flow table=0,priority=${n}%cookie=0x999 actions=drop`), // of flows only their number is looked at
      ]),
];
/** Gives a node a keeper and starts it. */
export const keeper = (gateway?: string): string =>
  [
    `printf '%s\\n' ${goal(gateway)
      .map((line) => `'${line}'`)
      .join(' ')} >${GOAL}`,
    `printf '[Service]\\nExecStart=/bin/bash /var/lib/edge-ramp/edge-a.keeper\\n' >${UNIT}`,
    'systemctl daemon-reload',
    'systemctl enable --now edge-ramp-edge-a',
  ].join(' && ');
/** The whole pair at work, and each node with its keeper. */
export const kept = async (): Promise<Bench> => {
  const hosts = await working();
  expect((await hosts.world.run(NODE, keeper('10.129.0.254'))).code).toBe(0);
  expect((await hosts.world.run(SECOND, keeper('10.131.0.254'))).code).toBe(0);
  return hosts;
};
