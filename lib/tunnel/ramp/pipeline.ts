import { Refused } from '../errors';
import type { Flow } from './flow';

/** Where a ramp node's SDN lives: tun0's address with the node's subnet, its OpenFlow port and MAC, and the cluster networks. */
export interface Sdn {
  readonly gateway: string;
  readonly subnet: string;
  readonly port: string;
  readonly mac: string;
}

/** What of the live bridge our flows need: the table where a packet from tun0 enters, and the one that routes. */
export interface Pipeline {
  readonly release: string;
  readonly plugin: 'ovs-subnet' | 'ovs-multitenant' | 'ovs-networkpolicy';
  readonly entry: number;
  readonly routing: number;
}

const PLUGINS: Readonly<Record<string, Pipeline['plugin']>> = {
  '00': 'ovs-subnet',
  '01': 'ovs-multitenant',
  '02': 'ovs-networkpolicy',
};

/** Rule version 7 is OpenShift 3.10 and 3.11 (openshift.md 1). Later issues add releases here: a version and its landmarks. */
const RELEASES: Readonly<Record<string, string>> = { '07': '3.11' };

interface Landmark {
  readonly what: string;
  readonly table: number;
  readonly priority: number;
  readonly match: string;
  readonly actions: string;
}

/**
 * The flows that a packet between BIG-IP and a Pod meets before it reaches per-Pod tables, for rule version 7 (openshift.md 1, "3.7-3.11").
 * They identify the pipeline: each must stand exactly once.
 */
function landmarks(
  plugin: Pipeline['plugin'],
  sdn: Sdn,
  cluster: string,
  entry: number,
  routing: number,
): readonly Landmark[] {
  const { gateway, subnet, port } = sdn;
  const mark = (what: string, table: number, priority: number, match: string, actions: string): Landmark => ({
    what,
    table,
    priority,
    match,
    actions,
  });
  const copyTenant = 'move:NXM_NX_TUN_ID[0..31]->NXM_NX_REG0[],goto_table:10';
  const common = [
    mark(
      'ARP from the gateway enters',
      0,
      200,
      `arp,arp_spa=${gateway},arp_tpa=${cluster},in_port=${port}`,
      `goto_table:${entry}`,
    ),
    mark('IP from tun0 enters', 0, 200, `ip,in_port=${port}`, `goto_table:${entry}`),
    mark('ARP from other nodes', 0, 200, `arp,arp_spa=${cluster},arp_tpa=${subnet},in_port=1`, copyTenant),
    mark('IP from other nodes', 0, 200, `ip,in_port=1,nw_src=${cluster}`, copyTenant),
    mark('IP from other nodes to Pods', 0, 200, `ip,in_port=1,nw_dst=${cluster}`, copyTenant),
    mark('ARP for the gateway', routing, 300, `arp,arp_tpa=${gateway}`, `output:${port}`),
    mark('IP to the gateway', routing, 300, `ip,nw_dst=${gateway}`, `output:${port}`),
    mark('ARP for local Pods', routing, 200, `arp,arp_tpa=${subnet}`, 'goto_table:40'),
    mark('IP to local Pods', routing, 200, `ip,nw_dst=${subnet}`, 'goto_table:70'),
    mark('ARP for other nodes', routing, 100, `arp,arp_tpa=${cluster}`, 'goto_table:50'),
    mark('IP to other nodes', routing, 100, `ip,nw_dst=${cluster}`, 'goto_table:90'),
  ];
  if (plugin !== 'ovs-networkpolicy') return common;
  return [
    ...common,
    mark('untracked IP is tracked', 0, 300, 'ip,ct_state=-trk', 'ct(table=0)'),
    mark('IP from the gateway enters', 0, 400, `ip,in_port=${port},nw_src=${gateway}`, `goto_table:${entry}`),
    mark('service replies', 0, 300, `ip,in_port=${port},nw_dst=${cluster},nw_src=${subnet}`, 'goto_table:25'),
    mark('replies to local Pods', routing, 300, `ip,ct_state=+rpl,nw_dst=${subnet}`, 'ct(table=70,nat)'),
  ];
}

/**
 * Recognises the pipeline from the live bridge. Table numbers are read off it, never assumed, and then held against what the release has.
 *
 * @param flows what the bridge holds, ours left out
 * @param clusters the declared cluster networks
 * @throws Refused naming the release, the plugin, and the flow that is missing, doubled or different
 */
export function recognise(node: string, flows: readonly Flow[], sdn: Sdn, clusters: readonly string[]): Pipeline {
  const { version, plugin, release } = readNote(node, flows);
  const label = `${node}: OpenShift ${release} with ${plugin}`;
  const entering = `arp,arp_spa=${sdn.gateway},arp_tpa=${clusters[0]},in_port=${sdn.port}`;
  const entry = goal(
    only(
      label,
      'ARP from the gateway enters',
      flows.filter(({ match }) => match === entering),
    ),
  );
  const routing = only(
    label,
    'IP to the gateway',
    flows.filter(({ match, actions }) => match === `ip,nw_dst=${sdn.gateway}` && actions === `output:${sdn.port}`),
  ).table;
  if (entry === undefined)
    throw new Refused(
      `${label} (rule version ${version}): ARP from the gateway goes to no table; edge-ramp does not know this pipeline`,
    );
  for (const cluster of clusters)
    for (const landmark of landmarks(plugin, sdn, cluster, entry, routing)) {
      const same = ({ match, priority }: Flow): boolean => match === landmark.match && priority === landmark.priority;
      const found = only(label, landmark.what, flows.filter(same));
      if (found.table !== landmark.table || normal(found.actions) !== normal(landmark.actions))
        throw new Refused(
          `${label}: the flow "${landmark.what}" (${landmark.match}) is in table ${found.table} with actions ${found.actions}, not in table ${landmark.table} with ${landmark.actions}; edge-ramp does not know this pipeline`,
        );
    }
  return { release, plugin, entry, routing };
}

/** The version note is the only flow of table 253: `note:PLUGIN.VERSION...` (openshift.md 1). */
function readNote(
  node: string,
  flows: readonly Flow[],
): { readonly version: string; readonly plugin: Pipeline['plugin']; readonly release: string } {
  const notes = flows.filter(({ table }) => table === 253);
  const [, pluginId, version] = /^note:([0-9a-f]{2})\.([0-9a-f]{2})/.exec(notes[0]?.actions ?? '') ?? [];
  if (notes.length !== 1 || pluginId === undefined || version === undefined)
    throw new Refused(
      `${node}: br0 has ${notes.length === 0 ? 'no version note' : 'a strange version note'} in table 253, so this is no OpenShift SDN that edge-ramp knows`,
    );
  const [plugin, release] = [PLUGINS[pluginId], RELEASES[version]];
  if (plugin === undefined)
    throw new Refused(`${node}: the SDN plugin ${pluginId} of the version note is unknown to edge-ramp`);
  if (release === undefined)
    throw new Refused(
      `${node}: rule version ${version} (${plugin}) of br0 is not supported yet; supported: ${Object.entries(RELEASES)
        .map(([number, name]) => `${number} (OpenShift ${name})`)
        .join(', ')}`,
    );
  return { version, plugin, release };
}

function only(label: string, what: string, found: readonly Flow[]): Flow {
  if (found.length === 0)
    throw new Refused(
      `${label}: the flow "${what}" is missing from br0; let the SDN rebuild the bridge, then run again`,
    );
  if (found.length > 1)
    throw new Refused(
      `${label}: the flow "${what}" stands in br0 ${found.length} times, in tables ${found.map(({ table }) => table).join(' and ')}; edge-ramp cannot tell which one counts`,
    );
  return found[0]!;
}

function goal({ actions }: Flow): number | undefined {
  const table = /(?:^|,)goto_table:([0-9]+)$/.exec(actions)?.[1];
  return table === undefined ? undefined : Number(table);
}

/** `ct(nat,table=70)` and `ct(table=70,nat)` are the same action. */
function normal(actions: string): string {
  return actions.replace(/ct\(([^)]*)\)/g, (_, inner: string) => `ct(${inner.split(',').sort().join(',')})`);
}
