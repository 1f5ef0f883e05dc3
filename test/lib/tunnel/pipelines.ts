/** The bridge of an OpenShift 3.11 node as `ovs-ofctl dump-flows` prints it, built from what the SDN's source installs in each table. */

export type Plugin = 'ovs-subnet' | 'ovs-multitenant' | 'ovs-networkpolicy';
export const PLUGINS: readonly Plugin[] = ['ovs-subnet', 'ovs-multitenant', 'ovs-networkpolicy'];

/** Where a node's SDN lives. */
export interface Bridge {
  readonly plugin: Plugin;
  readonly gateway: string;
  readonly subnet: string;
  readonly port: string;
  readonly mac: string;
  readonly clusters: readonly string[];
  /** Addresses of local Pods. */
  readonly pods: readonly string[];
}

/** Statistics that every dumped flow has, and that change from look to look. */
function dumped(table: number, priority: number, match: string, actions: string): string {
  return ` cookie=0x0, duration=684.9${table}s, table=${table}, n_packets=${priority}, n_bytes=546, priority=${priority}${match === '' ? '' : `,${match}`} actions=${actions}`;
}

const COPY_TENANT = 'move:NXM_NX_TUN_ID[0..31]->NXM_NX_REG0[],goto_table:10';

/** The flows of one node, header line first. */
export function bridgeFlows({ plugin, gateway, subnet, port, clusters, pods }: Bridge): string[] {
  const policy = plugin === 'ovs-networkpolicy';
  const lines = [
    ...(policy ? [dumped(0, 300, 'ct_state=-trk,ip', 'ct(table=0)')] : []),
    ...(policy ? [dumped(0, 400, `ip,in_port=${port},nw_src=${gateway}`, 'goto_table:30')] : []),
    ...clusters.flatMap((cluster) => [
      ...(policy ? [dumped(0, 300, `ip,in_port=${port},nw_src=${subnet},nw_dst=${cluster}`, 'goto_table:25')] : []),
      dumped(0, 200, `arp,in_port=1,arp_spa=${cluster},arp_tpa=${subnet}`, COPY_TENANT),
      dumped(0, 200, `ip,in_port=1,nw_src=${cluster}`, COPY_TENANT),
      dumped(0, 200, `ip,in_port=1,nw_dst=${cluster}`, COPY_TENANT),
      dumped(0, 200, `arp,in_port=${port},arp_spa=${gateway},arp_tpa=${cluster}`, 'goto_table:30'),
    ]),
    dumped(0, 250, `ip,in_port=${port},nw_dst=224.0.0.0/4`, 'drop'),
    dumped(0, 200, `ip,in_port=${port}`, 'goto_table:30'),
    dumped(0, 150, 'in_port=1', 'drop'),
    dumped(0, 150, `in_port=${port}`, 'drop'),
    dumped(0, 100, 'arp', 'goto_table:20'),
    dumped(0, 100, 'ip', 'goto_table:20'),
    dumped(0, 0, '', 'drop'),
    dumped(10, 100, 'tun_src=10.3.89.91', 'goto_table:30'),
    dumped(10, 0, '', 'drop'),
    dumped(20, 0, '', 'drop'),
    ...(policy ? clusters.map((cluster) => dumped(21, 200, `ip,nw_dst=${cluster}`, 'ct(commit,table=30)')) : []),
    dumped(21, 0, '', 'goto_table:30'),
    ...(policy ? [dumped(25, 0, '', 'drop')] : []),
    dumped(30, 300, `arp,arp_tpa=${gateway}`, `output:${port}`),
    dumped(30, 300, `ip,nw_dst=${gateway}`, `output:${port}`),
    dumped(30, 200, `arp,arp_tpa=${subnet}`, 'goto_table:40'),
    ...(policy ? [dumped(30, 300, `ct_state=+rpl,ip,nw_dst=${subnet}`, 'ct(table=70,nat)')] : []),
    dumped(30, 200, `ip,nw_dst=${subnet}`, 'goto_table:70'),
    ...clusters.flatMap((cluster) => [
      dumped(30, 100, `arp,arp_tpa=${cluster}`, 'goto_table:50'),
      dumped(30, 100, `ip,nw_dst=${cluster}`, 'goto_table:90'),
    ]),
    dumped(30, 100, 'ip,nw_dst=172.30.0.0/16', 'goto_table:60'),
    dumped(30, 50, 'ip,in_port=1,nw_dst=224.0.0.0/4', 'goto_table:120'),
    dumped(30, 25, 'ip,nw_dst=224.0.0.0/4', 'goto_table:110'),
    dumped(30, 0, 'ip', 'goto_table:100'),
    dumped(30, 0, 'arp', 'drop'),
    ...pods.flatMap((pod, i) => [
      dumped(20, 100, `ip,in_port=${i + 4},nw_src=${pod}`, 'load:0x64->NXM_NX_REG0[],goto_table:21'),
      dumped(40, 100, `arp,arp_tpa=${pod}`, `output:${i + 4}`),
      dumped(
        70,
        100,
        `ip,nw_dst=${pod}`,
        `load:0x64->NXM_NX_REG1[],load:0x${(i + 4).toString(16)}->NXM_NX_REG2[],goto_table:80`,
      ),
    ]),
    dumped(80, 300, `ip,nw_src=${gateway}`, 'output:NXM_NX_REG2[]'),
    dumped(
      90,
      100,
      'ip,nw_dst=10.130.0.0/23',
      'move:NXM_NX_REG0[]->NXM_NX_TUN_ID[0..31],set_field:10.3.89.91->tun_dst,output:1',
    ),
    ` cookie=0x0, duration=683.661s, table=253, n_packets=0, n_bytes=0, actions=note:0${PLUGINS.indexOf(plugin)}.07.00.00.00.00`,
  ];
  return ['OFPST_FLOW reply (OF1.3) (xid=0x6):', ...lines];
}

/** The flows that tell a 3.11 pipeline, as they stand in a dump: what edge-ramp calls each, and its line. */
export function landmarkLines(bridge: Bridge): ReadonlyMap<string, string> {
  const { gateway, subnet, port, clusters } = bridge;
  const cluster = clusters[0]!;
  const lines = bridgeFlows(bridge);
  const line = (match: string): string =>
    lines.find((text) =>
      new RegExp(`table=(?:0|30), .*priority=[0-9]+,${match.replace(/[.+]/g, '\\$&')} actions=`).test(text),
    )!;
  return new Map([
    ['ARP from the gateway enters', line(`arp,in_port=${port},arp_spa=${gateway},arp_tpa=${cluster}`)],
    ['IP from tun0 enters', line(`ip,in_port=${port}`)],
    ['ARP from other nodes', line(`arp,in_port=1,arp_spa=${cluster},arp_tpa=${subnet}`)],
    ['IP from other nodes', line(`ip,in_port=1,nw_src=${cluster}`)],
    ['IP from other nodes to Pods', line(`ip,in_port=1,nw_dst=${cluster}`)],
    ['ARP for the gateway', line(`arp,arp_tpa=${gateway}`)],
    ['IP to the gateway', line(`ip,nw_dst=${gateway}`)],
    ['ARP for local Pods', line(`arp,arp_tpa=${subnet}`)],
    ['IP to local Pods', line(`ip,nw_dst=${subnet}`)],
    ['ARP for other nodes', line(`arp,arp_tpa=${cluster}`)],
    ['IP to other nodes', line(`ip,nw_dst=${cluster}`)],
    ...(bridge.plugin === 'ovs-networkpolicy'
      ? ([
          ['untracked IP is tracked', line('ct_state=-trk,ip')],
          ['IP from the gateway enters', line(`ip,in_port=${port},nw_src=${gateway}`)],
          ['service replies', line(`ip,in_port=${port},nw_src=${subnet},nw_dst=${cluster}`)],
          ['replies to local Pods', line(`ct_state=+rpl,ip,nw_dst=${subnet}`)],
        ] as const)
      : []),
  ]);
}
