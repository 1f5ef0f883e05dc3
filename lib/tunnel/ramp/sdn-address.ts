import { contains, highestFree, parseCidr } from '../address';
import { tunnelAddress, type Tunnel } from '../tunnel';
import type { NodeAddress } from './address';
import { flowObject, flowValue, type Flow } from './flow';
import { isPublishedFlow, publishedAddress } from './objects';
import type { Sdn } from './pipeline';

/** The CNI's claims on addresses of the node's subnet. */
export interface Claims {
  readonly all: ReadonlySet<string>;
  readonly ours: readonly string[];
  readonly others: readonly string[];
}

/** A node that is no member of the SDN has none. */
export const NO_SDN_ADDRESS = { sdnAddress: null, sdnAddressRemark: '', strangeFlows: [] };

/** An address of the SDN and the tunnel's address that stands behind it. */
function pair(
  address: RegExpExecArray | null,
  source: RegExpExecArray | null,
): { readonly address: string; readonly source: string }[] {
  return address && source ? [{ address: address[1]!, source: source[1]! }] : [];
}

/** Finds our flows and addresses and settles RAMP_SDN_IP: the one in use, unless a Pod holds it. */
export function settleSdnAddress(
  spec: Tunnel,
  applied: Tunnel | null,
  sdn: Sdn,
  flows: readonly Flow[],
  tun0: readonly NodeAddress[],
  claims: Claims,
  pods: ReadonlySet<string>,
  state: Record<string, string>,
) {
  const named = [spec, ...(applied ? [applied] : [])];
  const sources = named.map(tunnelAddress);
  // Who uses which address in br0, by the flow that leads into the SDN or the one that leads back.
  const users = flows.flatMap(({ match, actions }) => [
    ...pair(/mod_nw_src:([0-9.]+)/.exec(actions), /nw_src=([0-9.]+)/.exec(match)),
    ...pair(/nw_dst=([0-9.]+)/.exec(match), /mod_nw_dst:([0-9.]+)/.exec(actions)),
  ]);
  const another = (address: string): boolean =>
    claims.others.includes(address) || users.some((user) => user.address === address && !sources.includes(user.source));
  const published = publishedAddress(sdn.gateway);
  const held = (address: string): boolean =>
    pods.has(address) || (claims.all.has(address) && !claims.ours.includes(address));
  const onTun0 = (address: string): NodeAddress | undefined => tun0.find((each) => each.address === address);
  const inUse = [
    ...claims.ours,
    ...users.filter(({ source }) => sources.includes(source)).map(({ address }) => address),
    published,
  ].filter(
    (address) =>
      address !== sdn.gateway &&
      !another(address) &&
      (claims.ours.includes(address) || address !== published || onTun0(published) !== undefined),
  );
  for (const address of inUse) {
    const form = onTun0(address)?.form;
    if (form !== undefined) state[`address tun0 ${address}`] = form;
  }

  const strangeFlows: string[] = [];
  for (const flow of flows) {
    const marked = named.some(({ cookie }) => cookie === flow.cookie);
    const words = `${flow.match},${flow.actions}`.split(/[,=:]/);
    const mentions = [...sources, ...inUse].some((address) => words.includes(address));
    const leftover = named.some((tunnel) =>
      isPublishedFlow(flow, [tunnelAddress(tunnel), ...inUse, ...(another(published) ? [] : [published])]),
    );
    if ((marked && mentions) || leftover) state[flowObject(flow)] = flowValue(flow);
    else if (flow.cookie === spec.cookie) strangeFlows.push(flowObject(flow));
  }
  const kept = inUse.find((address) => contains(parseCidr(sdn.subnet)!, address) && !held(address));
  const taken = new Set([...claims.all, ...pods, ...tun0.map(({ address }) => address)]);
  const sdnAddress = kept ?? highestFree(parseCidr(sdn.subnet)!, taken) ?? null;
  const lost = inUse.find(held);
  return {
    sdnAddress,
    strangeFlows,
    sdnAddressRemark:
      lost !== undefined && kept === undefined
        ? `a Pod holds ${lost} now; the tunnel moves to ${sdnAddress}, the Pod stays`
        : '',
  };
}
