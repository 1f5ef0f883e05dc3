import { Refused } from '../errors/errors';
import { ERAS, type Era, type Plugin } from './eras';
import { checkLandmarks, theOne } from './landmarks';
import type { Sdn } from './tun0';
import type { Flow } from './openflow';
import { landmarkText } from './slots';

/** What of the live bridge our flows need: the table where a packet from tun0 enters, and the one that routes. */
export interface Pipeline {
  /** The releases that write this version note. */
  readonly release: string;
  readonly plugin: Plugin;
  readonly entry: number;
  readonly routing: number;
  /** The flows by which it was recognised, as a node's keeper knows it again. */
  readonly landmarks: readonly string[];
}

const PLUGINS: Readonly<Record<string, Plugin>> = {
  '00': 'ovs-subnet',
  '01': 'ovs-multitenant',
  '02': 'ovs-networkpolicy',
};

/**
 * Recognises the pipeline from the live bridge. Table numbers are read off it, never assumed, and then held against what the era has.
 *
 * @param flows what the bridge holds, ours left out
 * @param clusters the declared cluster networks
 * @throws Refused naming the release, the plugin, and the flow that is missing, doubled or different
 */
export function recognise(node: string, flows: readonly Flow[], sdn: Sdn, clusters: readonly string[]): Pipeline {
  const { version, plugin, era, note } = readNote(node, flows, sdn);
  const label = `${node}: OpenShift ${era.releases} with ${plugin}`;
  refuseOtherNetworks(label, flows, sdn, clusters);
  const entering = `arp,arp_spa=${sdn.gateway},arp_tpa=${clusters[0]},in_port=${sdn.port}`;
  const entry = goal(
    theOne(
      label,
      'ARP from the gateway enters',
      flows.filter(({ match }) => match === entering),
    ),
  );
  const routing = theOne(label, 'IP to the gateway', toGateway(flows, sdn)).table;
  if (entry === undefined)
    throw new Refused(
      'pipeline-unknown',
      `${label} (rule version ${version}): ARP from the gateway goes to no table; edge-ramp does not know this pipeline`,
    );
  const landmarks = [note, ...checkLandmarks(label, era, plugin, flows, sdn, clusters)];
  return {
    release: era.releases,
    plugin,
    entry,
    routing,
    landmarks: [...new Set(landmarks.map((each) => landmarkText(each, sdn)))],
  };
}

/**
 * The SDN has a flow for ARP from the gateway to each of its networks. A declared one that is wider, narrower or another has none; whoever then
 * mended the bridge would cut traffic for nothing.
 */
function refuseOtherNetworks(label: string, flows: readonly Flow[], sdn: Sdn, clusters: readonly string[]): void {
  const [before, after] = [`arp,arp_spa=${sdn.gateway},arp_tpa=`, `,in_port=${sdn.port}`];
  const has = flows
    .filter(({ table, match }) => table === 0 && match.startsWith(before) && match.endsWith(after))
    .map(({ match }) => match.slice(before.length, -after.length));
  const other = clusters.filter((cluster) => !has.includes(cluster));
  if (has.length > 0 && other.length > 0)
    throw new Refused(
      'cluster-networks-differ',
      `${label}: clusterNetworks is declared with ${other.join(', ')}, which is not what the SDN has (${[...new Set(has)].join(', ')}): declare the networks that "oc get clusternetwork" shows`,
    );
}

/** The version note is the only flow of table 253: `note:PLUGIN.VERSION...` (OS-2). */
function readNote(
  node: string,
  flows: readonly Flow[],
  sdn: Sdn,
): { readonly version: string; readonly plugin: Plugin; readonly era: Era; readonly note: Flow } {
  const notes = flows.filter(({ table }) => table === 253);
  const [, pluginId, version] = /^note:([0-9a-f]{2})\.([0-9a-f]{2})/.exec(notes[0]?.actions ?? '') ?? [];
  if (notes.length === 0) refuseOld(node, flows, sdn);
  if (notes.length !== 1 || pluginId === undefined || version === undefined)
    throw new Refused(
      'sdn-unknown',
      `${node}: br0 has ${notes.length === 0 ? 'no version note' : 'a strange version note'} in table 253, so this is no OpenShift SDN that edge-ramp knows`,
    );
  const [plugin, era] = [PLUGINS[pluginId], ERAS.find(({ versions }) => versions.includes(version))];
  if (plugin === undefined)
    throw new Refused('sdn-unknown', `${node}: the SDN plugin ${pluginId} of the version note is unknown to edge-ramp`);
  if (era === undefined)
    throw new Refused(
      'sdn-unsupported',
      `${node}: rule version ${version} (${plugin}) of br0 is not supported; supported: ${ERAS.map(
        ({ versions, releases }) => `${versions.join(', ')} (OpenShift ${releases})`,
      ).join('; ')}`,
    );
  if (!era.plugins.includes(plugin))
    throw new Refused(
      'sdn-unsupported',
      `${node}: rule version ${version} is OpenShift ${era.releases}, which has no ${plugin}`,
    );
  return { version, plugin, era, note: notes[0]! };
}

/** Before 3.2 there is no note; the table that sends IP to the gateway shows which of the older bridges this is (OS-27). */
function refuseOld(node: string, flows: readonly Flow[], sdn: Sdn): void {
  const [table] = toGateway(flows, sdn).map((flow) => flow.table);
  if (table === 0)
    throw new Refused(
      'sdn-unsupported',
      `${node}: br0 has no version note and one table only: OpenShift 3.0, or 3.1 with ovs-subnet, whose bridge has no routing table for edge-ramp's flows; not supported`,
    );
  if (table !== undefined && flows.some((flow) => flow.table === 0 && flow.actions.startsWith('learn(')))
    throw new Refused(
      'sdn-unsupported',
      `${node}: br0 has no version note and learns addresses in table 0: OpenShift 3.1 with ovs-multitenant, whose flows have no priority to stand above; not supported`,
    );
}

function toGateway(flows: readonly Flow[], { gateway, port }: Sdn): readonly Flow[] {
  return flows.filter(({ match, actions }) => match === `ip,nw_dst=${gateway}` && actions === `output:${port}`);
}

function goal({ actions }: Flow): number | undefined {
  const table = /(?:^|,)goto_table:([0-9]+)$/.exec(actions)?.[1];
  return table === undefined ? undefined : Number(table);
}
