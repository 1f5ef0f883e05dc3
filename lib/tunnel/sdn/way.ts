import { contains, highestFree, parseCidr } from '../declaration/address';
import { readAddresses, type NodeAddress } from '../device/iproute';
import type { Look } from '../device/look';
import { eachNamed, type Subject } from '../device/observation';
import { Refused } from '../errors/errors';
import { tunnelAddress, type Tunnel } from '../declaration/tunnel';
import { grouped, readClaims, type Claims } from './claim';
import type { SdnFacts } from './facts';
import { flowObject, flowValue, parseFlow, type Flow } from './openflow';
import { recognise } from './pipeline';
import { isPublishedFlow, publishedAddress } from './published';
import { readSdn, type Sdn } from './tun0';

/** What is asked of a node beside its objects. */
export const SDN_QUESTIONS = ['addresses tun0', 'link tun0', 'port tun0', 'pods'] as const;

/** A node's way into the cluster network: what is known of it, and what of it is the tunnel's. */
export interface WayIn {
  readonly facts: SdnFacts;
  /** The tunnel's addresses on tun0. */
  readonly addresses: readonly NodeAddress[];
  readonly flows: readonly Flow[];
}

/** @throws NotUnderstood */
export function wayIn(look: Look): WayIn {
  const { device } = look;
  const tun0 = readAddresses(device, look.answer('addresses tun0'));
  const sdn = readSdn(device, tun0, look.answer('link tun0'), look.answer('port tun0'));
  if (sdn === null) return noWay(device);
  const flows = readFlows(look, sdn.port);
  const pods = new Set(look.answer('pods').lines.flatMap(grouped));
  const claims = look.once(readClaims);
  const uses = usesOf(look.declarations, sdn, tun0, flows, claims);
  const ours = flows.filter((flow) => isOurs(flow, look.declarations, uses));
  const others = flows.filter((flow) => !ours.includes(flow));
  const { spec } = look.subject;
  return {
    facts: {
      sdn,
      ...recognised(device, others, sdn, spec.clusterNetworks),
      ...settled(sdn, uses.ours, tun0, claims, pods),
      strangeFlows: others.filter(({ cookie }) => cookie === spec.cookie).map(flowObject),
    },
    addresses: tun0.filter(({ address }) => uses.ours.includes(address)),
    flows: ours,
  };
}

function noWay(device: string): WayIn {
  const message = `${device} has neither tun0 nor ovn-k8s-mp0: it is no member of OpenShift SDN or of OVN-Kubernetes; does its node service or Pod run?`;
  const facts = { sdn: null, pipeline: null, sdnAddress: null, sdnAddressRemark: '', strangeFlows: [] };
  return { facts: { ...facts, pipelineProblem: { code: 'sdn-absent', message } }, addresses: [], flows: [] };
}

/** What is asked of br0: the flows with our cookie or our address, and the SDN's landmarks. */
export function flowQuestions(subject: Subject): readonly string[] {
  return eachNamed('flows', subject, (tunnel) => `${tunnel.cookie} ${tunnelAddress(tunnel)}`);
}

/** @throws NotUnderstood */
function readFlows(look: Look, port: string): readonly Flow[] {
  const flows = new Map<string, Flow>();
  for (const question of flowQuestions(look.subject)) {
    const lines = look.lines(question, 'dump the flows of br0');
    for (const line of lines.filter((text) => text.includes('actions='))) {
      const flow = parseFlow(line, port);
      flows.set(`${flowObject(flow)} ${flowValue(flow)}`, flow);
    }
  }
  return [...flows.values()];
}

/** Each address of the SDN in use in br0 and the tunnel's address that uses it, by the flow into the SDN or the one back. */
function usersOf(flows: readonly Flow[]) {
  const pair = (address: RegExpExecArray | null, source: RegExpExecArray | null) =>
    address && source ? [{ address: address[1]!, source: source[1]! }] : [];
  return flows.flatMap(({ match, actions }) => [
    ...pair(/mod_nw_src:([0-9.]+)/.exec(actions), /nw_src=([0-9.]+)/.exec(match)),
    ...pair(/nw_dst=([0-9.]+)/.exec(match), /mod_nw_dst:([0-9.]+)/.exec(actions)),
  ]);
}

/** The addresses of the node's subnet that the tunnel uses; and the published procedure's, unless another tunnel uses it. */
interface Uses {
  readonly ours: readonly string[];
  readonly published: readonly string[];
}

function usesOf(
  named: readonly Tunnel[],
  { gateway }: Sdn,
  tun0: readonly NodeAddress[],
  flows: readonly Flow[],
  claims: Claims,
): Uses {
  const sources = named.map(tunnelAddress);
  const users = usersOf(flows);
  const published = publishedAddress(gateway);
  const another = (address: string): boolean =>
    claims.others.includes(address) || users.some((user) => user.address === address && !sources.includes(user.source));
  const standing = tun0.some(({ address }) => address === published);
  const ours = [
    ...claims.ours,
    ...users.filter(({ source }) => sources.includes(source)).map(({ address }) => address),
    published,
  ].filter(
    (address) =>
      address !== gateway && !another(address) && (claims.ours.includes(address) || address !== published || standing),
  );
  return { ours, published: another(published) ? [] : [published] };
}

/** A flow that bears our cookie and names an address of ours, or one that the published procedure left. */
function isOurs(flow: Flow, named: readonly Tunnel[], { ours, published }: Uses): boolean {
  const words = `${flow.match},${flow.actions}`.split(/[,=:]/);
  const marked = named.some(({ cookie }) => cookie === flow.cookie);
  const mentions = [...named.map(tunnelAddress), ...ours].some((address) => words.includes(address));
  return (
    (marked && mentions) ||
    named.some((tunnel) => isPublishedFlow(flow, [tunnelAddress(tunnel), ...ours, ...published]))
  );
}

/** RAMP_SDN_IP: the one in use, unless a Pod holds it. */
function settled(
  { subnet }: Sdn,
  inUse: readonly string[],
  tun0: readonly NodeAddress[],
  claims: Claims,
  pods: ReadonlySet<string>,
): Pick<SdnFacts, 'sdnAddress' | 'sdnAddressRemark'> {
  const held = (address: string): boolean =>
    pods.has(address) || (claims.all.has(address) && !claims.ours.includes(address));
  const network = parseCidr(subnet)!;
  const kept = inUse.find((address) => contains(network, address) && !held(address));
  const taken = new Set([...claims.all, ...pods, ...tun0.map(({ address }) => address)]);
  const sdnAddress = kept ?? highestFree(network, taken) ?? null;
  const lost = inUse.find(held);
  return {
    sdnAddress,
    sdnAddressRemark:
      lost !== undefined && kept === undefined
        ? `a Pod holds ${lost} now; the tunnel moves to ${sdnAddress}, the Pod stays`
        : '',
  };
}

/** A pipeline that is not recognised is no failure of observing: tearing down does not need it. */
function recognised(
  device: string,
  flows: readonly Flow[],
  sdn: Sdn,
  clusters: readonly string[],
): Pick<SdnFacts, 'pipeline' | 'pipelineProblem'> {
  try {
    return { pipeline: recognise(device, flows, sdn, clusters), pipelineProblem: null };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { pipeline: null, pipelineProblem: { code: error.code, message: error.message } };
  }
}
