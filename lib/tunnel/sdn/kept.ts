import type { Tunnel } from '../declaration/tunnel';
import type { State } from '../device/operation';
import type { SdnFacts } from './facts';
import { snatFlows } from './flow';
import { flowObject, flowValue } from './openflow';
import { asOpenFlow13, SLOTS } from './slots';

/** The flows that a node's keeper puts back, with slots for tun0's port and MAC address. */
export function keptFlows(spec: Tunnel, { sdn, pipeline, sdnAddress }: SdnFacts): State {
  const flows = snatFlows(spec, { ...sdn!, ...SLOTS }, pipeline!, sdnAddress!);
  return Object.fromEntries(flows.map((flow) => [flowObject(flow), asOpenFlow13(flowValue(flow))]));
}
