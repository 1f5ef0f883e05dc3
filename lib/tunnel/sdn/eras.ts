/** The plugins of OpenShift SDN. */
export type Plugin = 'ovs-subnet' | 'ovs-multitenant' | 'ovs-networkpolicy';

/** What a flow is to us, and the flow as `ovs-ofctl` takes it; capitals stand for the site's own addresses (`landmarks.ts`). */
export type LandmarkSet = Readonly<Record<string, string>>;

/** A release era of the SDN: what the version note says, who wrote it, and the flows on the way between BIG-IP and a Pod. */
export interface Era {
  /** Second byte of the note, in hexadecimal as `dump-flows` prints it. */
  readonly versions: readonly string[];
  readonly releases: string;
  readonly plugins: readonly Plugin[];
  /** For each part of the pipeline the forms that the era has it in; the bridge has to hold one of them entirely. */
  parts(plugin: Plugin): readonly (readonly LandmarkSet[])[];
}

const WITHOUT_POLICY = ['ovs-subnet', 'ovs-multitenant'] as const;
const ALL = [...WITHOUT_POLICY, 'ovs-networkpolicy'] as const;

const fromTun0 = (entry: number): LandmarkSet => ({
  'ARP from the gateway enters': `table=0,priority=200,arp,in_port=TUN0,arp_spa=GATEWAY,arp_tpa=CLUSTER,actions=goto_table:${entry}`,
  'IP from tun0 enters': `table=0,priority=200,ip,in_port=TUN0,actions=goto_table:${entry}`,
});

const fromPods = (table: number): LandmarkSet => ({
  'ARP from Pods': `table=0,priority=100,arp,actions=goto_table:${table}`,
  'IP from Pods': `table=0,priority=100,ip,actions=goto_table:${table}`,
});

/** Other nodes' packets, as until 3.7 was being made: IP for this node's Pods alone (and multicast, which is no matter of ours). */
const toPodsHere = (table: number): LandmarkSet => ({
  'ARP from other nodes': `table=0,priority=200,arp,in_port=1,arp_spa=CLUSTER,arp_tpa=SUBNET,actions=TENANT,goto_table:${table}`,
  'IP from other nodes': `table=0,priority=200,ip,in_port=1,nw_src=CLUSTER,nw_dst=SUBNET,actions=TENANT,goto_table:${table}`,
});

/** As since 3.7, which lets other nodes' Pods leave by this one (egress IP). */
const toAnywhere = (table: number): LandmarkSet => ({
  'ARP from other nodes': toPodsHere(table)['ARP from other nodes']!,
  'IP from other nodes': `table=0,priority=200,ip,in_port=1,nw_src=CLUSTER,actions=TENANT,goto_table:${table}`,
  'IP from other nodes to Pods': `table=0,priority=200,ip,in_port=1,nw_dst=CLUSTER,actions=TENANT,goto_table:${table}`,
});

/** General routing. `to` are the tables for a local Pod's ARP and IP, another node's ARP and IP, and what IP for the rest does. */
const routing = (table: number, [podArp, podIp, nodeArp, nodeIp]: readonly number[], rest: string): LandmarkSet => ({
  'ARP for the gateway': `table=${table},priority=300,arp,arp_tpa=GATEWAY,actions=output:TUN0`,
  'IP to the gateway': `table=${table},priority=300,ip,nw_dst=GATEWAY,actions=output:TUN0`,
  'ARP for local Pods': `table=${table},priority=200,arp,arp_tpa=SUBNET,actions=goto_table:${podArp}`,
  'IP to local Pods': `table=${table},priority=200,ip,nw_dst=SUBNET,actions=goto_table:${podIp}`,
  'ARP for other nodes': `table=${table},priority=100,arp,arp_tpa=CLUSTER,actions=goto_table:${nodeArp}`,
  'IP to other nodes': `table=${table},priority=100,ip,nw_dst=CLUSTER,actions=goto_table:${nodeIp}`,
  'IP elsewhere': `table=${table},priority=0,ip,actions=${rest}`,
});
/** The tables' numbers from 3.5 on. */
const TO = [40, 70, 50, 90] as const;

/** Connection tracking; the priorities of the first and of the last flow changed over time, and so did the last one's action. */
const conntrack = (tracking: number, table: number, replies: number, nat = 'ct(nat,table=70)'): LandmarkSet => ({
  'untracked IP is tracked': `table=0,priority=${tracking},ip,ct_state=-trk,actions=ct(table=0)`,
  'IP from the gateway enters': 'table=0,priority=400,ip,in_port=TUN0,nw_src=GATEWAY,actions=goto_table:30',
  'service replies': 'table=0,priority=300,ip,in_port=TUN0,nw_src=SUBNET,nw_dst=CLUSTER,actions=goto_table:25',
  'replies to local Pods': `table=${table},priority=${replies},ip,ct_state=+rpl,nw_dst=SUBNET,actions=${nat}`,
});

/** What differs among the releases from 3.5 on: the forms of a part. */
interface Differences {
  readonly nodes?: readonly LandmarkSet[];
  readonly pods?: (plugin: Plugin) => LandmarkSet;
  readonly routes?: readonly LandmarkSet[];
  /** The plugins of which the bridge may have conntrack entirely or not at all. */
  readonly maybeTracked?: readonly Plugin[];
  readonly tracked?: readonly LandmarkSet[];
}

const podsUntil49 = (): LandmarkSet => ({
  ...fromPods(20),
  'IP from Pods goes on': 'table=21,priority=0,actions=goto_table:30',
});

/**
 * The parts from 3.5 on. ovs-networkpolicy always has conntrack. ovs-multitenant has it from 4.5 on unless the proxy runs in user space
 * (removed in 4.13), and ovs-subnet from 4.13 on, which the version does not tell (OS-5).
 */
const since35 = ({
  nodes = [toAnywhere(10)],
  pods = podsUntil49,
  routes = [routing(30, TO, 'goto_table:100')],
  maybeTracked = [],
  tracked = [{}],
}: Differences): Era['parts'] => {
  const conntrackOf = (plugin: Plugin): readonly LandmarkSet[] =>
    plugin === 'ovs-networkpolicy' ? tracked : maybeTracked.includes(plugin) ? [{}, ...tracked] : [{}];
  const policies = {
    'the gateway passes policies': 'table=80,priority=300,ip,nw_src=GATEWAY,actions=output:NXM_NX_REG2[]',
  };
  return (plugin) => [[fromTun0(30)], nodes, [pods(plugin)], routes, [policies], conntrackOf(plugin)];
};

/** What is unsettled is accepted in each form that the source has had (OS-3). */
export const ERAS: readonly Era[] = [
  {
    // 3.2 puts other IP out to tun0 itself, 3.3 and later by table 9. The plugin for policies does not exist yet.
    versions: ['01'],
    releases: '3.2 to 3.4',
    plugins: WITHOUT_POLICY,
    parts: () => [
      [fromTun0(5)],
      [toPodsHere(1)],
      [{ ...fromPods(2), 'IP from Pods goes on': 'table=3,priority=0,actions=goto_table:5' }],
      [routing(5, [6, 7, 8, 8], 'goto_table:9'), routing(5, [6, 7, 8, 8], 'output:TUN0')],
    ],
  },
  {
    // Version 2 stood in the source for a week only. 3.5's Pod flows were not seen; none of them is a landmark.
    versions: ['03'],
    releases: '3.5',
    plugins: ALL,
    parts: since35({ nodes: [toPodsHere(10)] }),
  },
  {
    // The second form of conntrack's NAT came in August 2017; whether a 3.6 ever shipped with it is unsettled.
    versions: ['04'],
    releases: '3.6',
    plugins: ALL,
    parts: since35({
      nodes: [toPodsHere(10)],
      tracked: [conntrack(300, 30, 300, 'ct(nat),goto_table:70'), conntrack(300, 30, 300)],
    }),
  },
  {
    // Which of 5 and 6 shipped with 3.9 is unsettled. Version 5 began with the older flows for other nodes' packets.
    versions: ['05', '06'],
    releases: '3.7 or 3.9',
    plugins: ALL,
    parts: since35({ nodes: [toAnywhere(10), toPodsHere(10)], tracked: [conntrack(300, 30, 300)] }),
  },
  {
    // Early 4.5 wrote 7 with conntrack for ovs-multitenant.
    versions: ['07'],
    releases: '3.10, 3.11 or 4.2 to 4.5',
    plugins: ALL,
    parts: since35({ maybeTracked: ['ovs-multitenant'], tracked: [conntrack(300, 30, 300)] }),
  },
  {
    // 4.5 tracks at priority 300, 4.6 and later at 1000. Version 9 came in their updates, with a lower priority for replies.
    versions: ['08', '09'],
    releases: '4.5 to 4.7',
    plugins: ALL,
    parts: since35({
      maybeTracked: ['ovs-multitenant'],
      tracked: [conntrack(1000, 30, 250), conntrack(1000, 30, 300), conntrack(300, 30, 300)],
    }),
  },
  {
    // Version 10 was 4.8's while it was made, 11 is its first and 4.9's, 12 both releases' since December 2021.
    versions: ['0a', '0b', '0c'],
    releases: '4.8 or 4.9',
    plugins: ALL,
    parts: since35({
      routes: [routing(30, TO, 'goto_table:99'), routing(30, TO, 'goto_table:100')],
      maybeTracked: ['ovs-multitenant'],
      tracked: [conntrack(1000, 30, 250)],
    }),
  },
  {
    versions: ['0d', '0e'],
    releases: '4.10 to 4.16',
    plugins: ALL,
    parts: since35({
      pods: (plugin) => ({
        ...fromPods(20),
        ...(plugin === 'ovs-networkpolicy'
          ? {
              'new connections are committed':
                'table=30,priority=100,ip,ct_state=-rpl,nw_src=CLUSTER,nw_dst=CLUSTER,actions=ct(commit,table=31)',
            }
          : { 'IP from Pods goes on': 'table=27,priority=500,actions=goto_table:30' }),
        'what enters is routed': 'table=30,priority=0,actions=goto_table:31',
      }),
      routes: [routing(31, TO, 'goto_table:99')],
      maybeTracked: ['ovs-subnet', 'ovs-multitenant'],
      tracked: [conntrack(1000, 31, 250)],
    }),
  },
];
