/** The bridge of an OpenShift node as `ovs-ofctl dump-flows` prints it, built from what each release's SDN installs in each table. */

export type Plugin = 'ovs-subnet' | 'ovs-multitenant' | 'ovs-networkpolicy';
export const PLUGINS: readonly Plugin[] = ['ovs-subnet', 'ovs-multitenant', 'ovs-networkpolicy'];

/** Where a node's SDN lives. */
export interface Bridge {
  readonly plugin: Plugin;
  /** Default 3.11. */
  readonly release?: Release;
  readonly gateway: string;
  readonly subnet: string;
  readonly port: string;
  readonly mac: string;
  readonly clusters: readonly string[];
  /** Addresses of local Pods. */
  readonly pods: readonly string[];
}

/** The one other node that has flows. */
export const OTHER = { address: '10.3.89.91', subnet: '10.130.0.0/23', pod: '10.130.0.7' };
const SERVICES = '172.30.0.0/16';
const NODE = '10.3.89.89';

interface Style {
  readonly version: string;
  /** 3.2 to 3.4: eight tables with small numbers and no policies. */
  readonly small?: true;
  /** Plugins with conntrack. */
  readonly tracks: readonly Plugin[];
  readonly tracking?: number;
  readonly replies?: number;
  readonly nat?: string;
  /** IP from other nodes for this node's Pods alone, and multicast. */
  readonly toPodsHere?: true;
  readonly elsewhere: string;
  /** 4.10 and later: table 30 enters, 31 routes. */
  readonly split?: true;
  /** 4.14 and later rewrite the MAC of a hybrid overlay's packets in table 10. */
  readonly hybrid?: true;
}

const POLICY = ['ovs-networkpolicy'] as const;
const TENANTS = ['ovs-multitenant', ...POLICY] as const;
const OVER_100 = { elsewhere: 'goto_table:100' } as const;
const OVER_99 = { elsewhere: 'goto_table:99', tracking: 1000, replies: 250 } as const;

/** Each way in which a release's bridge has looked, `.z` for an update's and `userspace` for that proxy's. */
const STYLES = {
  '3.2': { version: '01', small: true, tracks: [], toPodsHere: true, elsewhere: 'output:2' },
  '3.4': { version: '01', small: true, tracks: [], toPodsHere: true, elsewhere: 'goto_table:9' },
  '3.5': { version: '03', tracks: [], toPodsHere: true, ...OVER_100 },
  '3.6': { version: '04', tracks: POLICY, toPodsHere: true, nat: 'ct(nat),goto_table:70', ...OVER_100 },
  '3.6 later': { version: '04', tracks: POLICY, toPodsHere: true, ...OVER_100 },
  '3.7 early': { version: '05', tracks: POLICY, toPodsHere: true, ...OVER_100 },
  '3.7': { version: '05', tracks: POLICY, ...OVER_100 },
  '3.9': { version: '06', tracks: POLICY, ...OVER_100 },
  '3.11': { version: '07', tracks: POLICY, ...OVER_100 },
  '4.5.0': { version: '07', tracks: TENANTS, ...OVER_100 },
  '4.5.z': { version: '08', tracks: TENANTS, ...OVER_100 },
  '4.6': { version: '08', tracks: TENANTS, tracking: 1000, ...OVER_100 },
  '4.6 userspace': { version: '08', tracks: POLICY, tracking: 1000, ...OVER_100 },
  '4.7.z': { version: '09', tracks: TENANTS, tracking: 1000, replies: 250, ...OVER_100 },
  '4.8 early': { version: '0a', tracks: TENANTS, ...OVER_99, ...OVER_100 },
  '4.8': { version: '0b', tracks: TENANTS, ...OVER_99 },
  '4.9.z': { version: '0c', tracks: TENANTS, ...OVER_99 },
  '4.10': { version: '0d', tracks: TENANTS, split: true, ...OVER_99 },
  '4.13': { version: '0d', tracks: PLUGINS, split: true, ...OVER_99 },
  '4.16': { version: '0e', tracks: PLUGINS, split: true, hybrid: true, ...OVER_99 },
} as const satisfies Record<string, Style>;

export type Release = keyof typeof STYLES;
export const RELEASES = Object.keys(STYLES) as readonly Release[];

/** What there is to recognise: every release's bridge with every plugin that it has. */
export const PIPELINES: readonly (readonly [Release, Plugin])[] = RELEASES.flatMap((release) =>
  PLUGINS.filter((plugin) => !('small' in STYLES[release]) || plugin !== 'ovs-networkpolicy').map(
    (plugin) => [release, plugin] as const,
  ),
);

/** Where packets from tun0 enter, and where they are routed. */
export function tables(release: Release): { readonly entry: number; readonly routing: number } {
  const { small, split }: Style = STYLES[release];
  return small ? { entry: 5, routing: 5 } : { entry: 30, routing: split ? 31 : 30 };
}

/** Whether IP passes conntrack there. */
export function tracks(release: Release, plugin: Plugin): boolean {
  return (STYLES[release].tracks as readonly Plugin[]).includes(plugin);
}

interface Line {
  /** What edge-ramp calls the flow, when it tells the pipeline. */
  readonly landmark?: string;
  readonly text: string;
}

/** Statistics that every dumped flow has, and that change from look to look. */
function dumped(table: number, priority: number, match: string, actions: string, cookie = '0x0'): string {
  return ` cookie=${cookie}, duration=684.9${table}s, table=${table}, n_packets=${priority}, n_bytes=546, priority=${priority}${match === '' ? '' : `,${match}`} actions=${actions}`;
}

const flow = (table: number, priority: number, match: string, actions: string): Line => ({
  text: dumped(table, priority, match, actions),
});
const mark = (landmark: string, table: number, priority: number, match: string, actions: string): Line => ({
  landmark,
  text: dumped(table, priority, match, actions),
});
const drops = (...all: readonly number[]): Line[] => all.map((table) => flow(table, 0, '', 'drop'));
const toNode = `move:NXM_NX_REG0[]->NXM_NX_TUN_ID[0..31],set_field:${OTHER.address}->tun_dst,output:1`;
/** A Pod's MAC is made of its address. */
export function podMac(pod: string): string {
  return `0a:58:${pod
    .split('.')
    .map((part) => Number(part).toString(16).padStart(2, '0'))
    .join(':')}`;
}

/** Table 0: where a packet goes by the port that it came from. */
function dispatch(bridge: Bridge, style: Style, track: boolean, entry: number): Line[] {
  const { gateway, subnet, port, clusters } = bridge;
  const [vxlan, pods] = style.small ? [1, 2] : [10, 20];
  const copy = `move:NXM_NX_TUN_ID[0..31]->NXM_NX_REG0[],goto_table:${vxlan}`;
  return [
    ...(track
      ? [
          mark('untracked IP is tracked', 0, style.tracking ?? 300, 'ct_state=-trk,ip', 'ct(table=0)'),
          mark('IP from the gateway enters', 0, 400, `ip,in_port=${port},nw_src=${gateway}`, `goto_table:${entry}`),
        ]
      : []),
    ...clusters.flatMap((cluster) => [
      ...(track
        ? [mark('service replies', 0, 300, `ip,in_port=${port},nw_src=${subnet},nw_dst=${cluster}`, 'goto_table:25')]
        : []),
      mark('ARP from other nodes', 0, 200, `arp,in_port=1,arp_spa=${cluster},arp_tpa=${subnet}`, copy),
      ...(style.toPodsHere
        ? [mark('IP from other nodes', 0, 200, `ip,in_port=1,nw_src=${cluster},nw_dst=${subnet}`, copy)]
        : [
            mark('IP from other nodes', 0, 200, `ip,in_port=1,nw_src=${cluster}`, copy),
            mark('IP from other nodes to Pods', 0, 200, `ip,in_port=1,nw_dst=${cluster}`, copy),
          ]),
      ...(style.toPodsHere && !style.small
        ? [flow(0, 200, `ip,in_port=1,nw_src=${cluster},nw_dst=224.0.0.0/4`, copy)]
        : []),
      mark(
        'ARP from the gateway enters',
        0,
        200,
        `arp,in_port=${port},arp_spa=${gateway},arp_tpa=${cluster}`,
        `goto_table:${entry}`,
      ),
    ]),
    ...(style.small ? [] : [flow(0, 250, `ip,in_port=${port},nw_dst=224.0.0.0/4`, 'drop')]),
    mark('IP from tun0 enters', 0, 200, `ip,in_port=${port}`, `goto_table:${entry}`),
    flow(0, 150, 'in_port=1', 'drop'),
    flow(0, 150, `in_port=${port}`, 'drop'),
    mark('ARP from Pods', 0, 100, 'arp', `goto_table:${pods}`),
    mark('IP from Pods', 0, 100, 'ip', `goto_table:${pods}`),
    ...drops(0),
  ];
}

/** General routing: `to` are the tables for a local Pod's ARP and IP, another node's ARP and IP, and services. */
function route(bridge: Bridge, style: Style, track: boolean, routing: number, to: readonly number[]): Line[] {
  const { gateway, subnet, port, clusters } = bridge;
  return [
    mark('ARP for the gateway', routing, 300, `arp,arp_tpa=${gateway}`, `output:${port}`),
    mark('IP to the gateway', routing, 300, `ip,nw_dst=${gateway}`, `output:${port}`),
    mark('ARP for local Pods', routing, 200, `arp,arp_tpa=${subnet}`, `goto_table:${to[0]}`),
    ...(track
      ? [
          mark(
            'replies to local Pods',
            routing,
            style.replies ?? 300,
            `ct_state=+rpl,ip,nw_dst=${subnet}`,
            style.nat ?? 'ct(table=70,nat)',
          ),
        ]
      : []),
    mark('IP to local Pods', routing, 200, `ip,nw_dst=${subnet}`, `goto_table:${to[1]}`),
    ...clusters.flatMap((cluster) => [
      mark('ARP for other nodes', routing, 100, `arp,arp_tpa=${cluster}`, `goto_table:${to[2]}`),
      mark('IP to other nodes', routing, 100, `ip,nw_dst=${cluster}`, `goto_table:${to[3]}`),
    ]),
    ...(style.small ? [] : [flow(routing, 100, `ip,nw_dst=${SERVICES}`, `goto_table:${to[4]}`)]),
    ...(style.small
      ? []
      : [
          flow(routing, 50, 'ip,in_port=1,nw_dst=224.0.0.0/4', 'goto_table:120'),
          flow(routing, 25, 'ip,nw_dst=224.0.0.0/4', 'goto_table:110'),
        ]),
    mark('IP elsewhere', routing, 0, 'ip', style.elsewhere.replace('output:2', `output:${port}`)),
    flow(routing, 0, 'arp', 'drop'),
  ];
}

/** 3.2 to 3.4: the Pod's own table looks at the tenant, no registers for policies. */
function smallTables({ plugin, port, pods }: Bridge): Line[] {
  const tenants = plugin === 'ovs-subnet' ? ['0'] : ['0', '0x64'];
  return [
    flow(1, 100, `tun_src=${OTHER.address}`, 'goto_table:5'),
    ...drops(1, 2, 6, 7, 8),
    flow(3, 100, `ip,nw_dst=${SERVICES}`, 'goto_table:4'),
    mark('IP from Pods goes on', 3, 0, '', 'goto_table:5'),
    flow(4, 200, 'reg0=0', `output:${port}`),
    ...drops(4),
    flow(8, 100, `arp,arp_tpa=${OTHER.subnet}`, toNode),
    flow(8, 100, `ip,nw_dst=${OTHER.subnet}`, toNode),
    flow(9, 0, '', `output:${port}`),
    ...pods.flatMap((pod, i) => [
      flow(
        2,
        100,
        `arp,in_port=${i + 4},arp_spa=${pod},arp_sha=${podMac(pod)}`,
        `load:${tenants.at(-1)}->NXM_NX_REG0[],goto_table:5`,
      ),
      flow(2, 100, `ip,in_port=${i + 4},nw_src=${pod}`, `load:${tenants.at(-1)}->NXM_NX_REG0[],goto_table:3`),
      flow(6, 100, `arp,arp_tpa=${pod}`, `output:${i + 4}`),
      ...tenants.map((tenant) => flow(7, 100, `ip,reg0=${tenant},nw_dst=${pod}`, `output:${i + 4}`)),
    ]),
  ];
}

/** Table 80: who may reach which Pod. */
function policies({ plugin, gateway }: Bridge): Line[] {
  const output = 'output:NXM_NX_REG2[]';
  const own: Readonly<Record<Plugin, readonly Line[]>> = {
    'ovs-subnet': [flow(80, 200, '', output)],
    'ovs-multitenant': [
      flow(80, 200, 'reg0=0', output),
      flow(80, 200, 'reg1=0', output),
      flow(80, 100, 'reg0=0x64,reg1=0x64', output),
    ],
    'ovs-networkpolicy': [flow(80, 200, 'ct_state=+rpl,ip', output), flow(80, 50, 'reg1=0x64', output)],
  };
  return [mark('the gateway passes policies', 80, 300, `ip,nw_src=${gateway}`, output), ...own[plugin], ...drops(80)];
}

function largeTables(bridge: Bridge, style: Style, track: boolean): Line[] {
  const { plugin, port, clusters, pods, gateway, subnet } = bridge;
  const policy = plugin === 'ovs-networkpolicy';
  const [ips, arps] = style.split ? [27, 30] : [21, 21];
  const tenant = `load:${plugin === 'ovs-subnet' ? '0' : '0x64'}->NXM_NX_REG0[]`;
  const committing = style.replies === 250 ? 'ct(commit,table=30,nat(src))' : 'ct(commit,table=30)';
  const pairs = clusters.flatMap((from) => clusters.map((to) => [from, to] as const));
  return [
    flow(10, 100, `tun_src=${OTHER.address}`, 'goto_table:30'),
    ...(style.hybrid
      ? [
          flow(
            10,
            210,
            `ip,dl_dst=02:00:00:00:00:01,nw_dst=${gateway}`,
            'set_field:02:00:00:00:00:02->eth_dst,resubmit(,10)',
          ),
          flow(
            10,
            200,
            `ip,dl_dst=02:00:00:00:00:01,nw_dst=${subnet}`,
            'move:NXM_OF_IP_DST[]->NXM_OF_ETH_DST[0..31],load:0xa58->NXM_OF_ETH_DST[32..47],resubmit(,10)',
          ),
        ]
      : []),
    ...drops(10, 20, 40, 50, 70, 90, 110, 120),
    ...(track ? drops(25) : []),
    ...(style.elsewhere === 'goto_table:99' ? [flow(20, 300, 'udp,tp_dst=4789', 'drop')] : []),
    ...(style.split
      ? [
          ...drops(27),
          mark('what enters is routed', 30, 0, '', 'goto_table:31'),
          ...(policy
            ? [
                flow(27, 300, `ip,nw_dst=${SERVICES}`, 'goto_table:30'),
                flow(27, 200, 'ct_state=+rpl,ip', 'goto_table:30'),
                flow(27, 50, 'reg0=0x64', 'goto_table:30'),
                ...pairs.map(([from, to]) =>
                  from === to
                    ? mark(
                        'new connections are committed',
                        30,
                        100,
                        `ct_state=-rpl,ip,nw_src=${from},nw_dst=${to}`,
                        'ct(commit,table=31)',
                      )
                    : flow(30, 100, `ct_state=-rpl,ip,nw_src=${from},nw_dst=${to}`, 'ct(commit,table=31)'),
                ),
              ]
            : [mark('IP from Pods goes on', 27, 500, '', 'goto_table:30')]),
        ]
      : [
          mark('IP from Pods goes on', 21, 0, '', 'goto_table:30'),
          ...(policy
            ? clusters.map((cluster) =>
                flow(21, 200, `${style.replies === 250 ? 'ct_state=-rpl,' : ''}ip,nw_dst=${cluster}`, committing),
              )
            : []),
        ]),
    ...(track ? [flow(60, 200, '', `output:${port}`)] : [flow(60, 200, 'reg0=0', `output:${port}`), ...drops(60)]),
    flow(50, 100, `arp,arp_tpa=${OTHER.subnet}`, toNode),
    flow(90, 100, `ip,nw_dst=${OTHER.subnet}`, toNode),
    ...policies(bridge),
    ...(style.elsewhere === 'goto_table:99'
      ? [
          flow(99, 200, `tcp,nw_dst=${NODE},tp_dst=53`, `output:${port}`),
          flow(99, 200, `udp,nw_dst=${NODE},tp_dst=53`, `output:${port}`),
          flow(99, 0, '', 'goto_table:100'),
        ]
      : []),
    ...(style.version < '05'
      ? [flow(100, 0, '', `output:${port}`)]
      : [flow(100, 0, '', 'goto_table:101'), flow(101, 0, '', `output:${port}`)]),
    flow(111, 100, '', 'goto_table:120'),
    ...pods.flatMap((pod, i) => [
      flow(20, 100, `arp,in_port=${i + 4},arp_spa=${pod},arp_sha=${podMac(pod)}`, `${tenant},goto_table:${arps}`),
      flow(20, 100, `ip,in_port=${i + 4},nw_src=${pod}`, `${tenant},goto_table:${ips}`),
      ...(track ? [flow(25, 100, `ip,nw_src=${pod}`, `${tenant},goto_table:${style.split ? 27 : 30}`)] : []),
      flow(40, 100, `arp,arp_tpa=${pod}`, `output:${i + 4}`),
      flow(
        70,
        100,
        `ip,nw_dst=${pod}`,
        `${tenant.replace('REG0', 'REG1')},load:0x${(i + 4).toString(16)}->NXM_NX_REG2[],goto_table:80`,
      ),
    ]),
  ];
}

function lines(bridge: Bridge): readonly Line[] {
  const { plugin, release = '3.11' } = bridge;
  const style: Style = STYLES[release];
  const { entry, routing } = tables(release);
  const track = tracks(release, plugin);
  return [
    ...dispatch(bridge, style, track, entry),
    ...route(bridge, style, track, routing, style.small ? [6, 7, 8, 8] : [40, 70, 50, 90, 60]),
    ...(style.small ? smallTables(bridge) : largeTables(bridge, style, track)),
    {
      text: ` cookie=0x0, duration=683.661s, table=253, n_packets=0, n_bytes=0, actions=note:0${PLUGINS.indexOf(plugin)}.${style.version}.00.00.00.00`,
    },
  ];
}

/** The flows of one node, header line first. */
export function bridgeFlows(bridge: Bridge): string[] {
  return ['OFPST_FLOW reply (OF1.3) (xid=0x6):', ...lines(bridge).map(({ text }) => text)];
}

/** The flows that tell a pipeline, as they stand in a dump: what edge-ramp calls each, and its line. */
export function landmarkLines(bridge: Bridge): ReadonlyMap<string, string> {
  return new Map(lines(bridge).flatMap(({ landmark, text }) => (landmark === undefined ? [] : [[landmark, text]])));
}

/** The bridges that have no version note: one table until 3.0 (and 3.1's ovs-subnet), 3.1's learning ovs-multitenant. */
export function oldFlows(
  { gateway, subnet, port, clusters }: Bridge,
  plugin: 'ovs-subnet' | 'ovs-multitenant',
): string[] {
  const all =
    plugin === 'ovs-subnet'
      ? [
          flow(0, 50, '', `output:${port}`),
          flow(0, 100, `arp,arp_tpa=${gateway}`, `output:${port}`),
          flow(0, 100, `ip,nw_dst=${gateway}`, `output:${port}`),
          flow(0, 75, `ip,nw_dst=${subnet}`, 'output:9'),
        ]
      : [
          flow(1, 32768, 'in_port=2', 'goto_table:5'),
          flow(5, 200, `ip,nw_dst=${gateway}`, `output:${port}`),
          flow(5, 150, `ip,nw_dst=${subnet}`, 'goto_table:6'),
          flow(5, 100, `ip,nw_dst=${clusters[0]}`, 'goto_table:7'),
          {
            text: ' cookie=0x0, duration=1s, table=0, n_packets=9, n_bytes=9, actions=learn(table=8,hard_timeout=900,priority=200,NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],output:NXM_OF_IN_PORT[]),goto_table:1',
          },
        ];
  return all.map(({ text }) => text);
}
