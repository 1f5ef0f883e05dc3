import type { Tunnel } from '../declaration/tunnel';
import type { Refused } from '../errors/errors';
import type { Pipeline } from './pipeline';
import type { Sdn } from './tun0';

/** What edge-ramp knows of a node's way into the cluster network but does not change. */
export interface SdnFacts {
  /** null: the node has no tun0 and is no member of the SDN. */
  readonly sdn: Sdn | null;
  readonly pipeline: Pipeline | null;
  /** Why the pipeline was not recognised; null: it was. */
  readonly pipelineProblem: Pick<Refused, 'code' | 'message'> | null;
  /** RAMP_SDN_IP as it is or should become: kept while no Pod holds it, else the highest free address of the node's subnet. */
  readonly sdnAddress: string | null;
  /** Said with the plan when RAMP_SDN_IP has to change. */
  readonly sdnAddressRemark: string;
  /** Flows that bear our cookie and are not ours. */
  readonly strangeFlows: readonly string[];
}

/** Whether flows in br0 translate BIG-IP's packets: on a node of the SDN, unless the declaration says otherwise. */
export function translatesByFlows({ snat }: Tunnel, { sdn }: SdnFacts): boolean {
  return sdn !== null && snat !== 'gateway';
}
