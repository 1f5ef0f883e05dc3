import type { Healed } from '../device/healed';
import type { Refused } from '../errors/errors';
import type { OvnFacts } from '../ovn/facts';
import type { SdnFacts } from '../sdn/facts';

/** What edge-ramp knows of a ramp node but does not change. */
export interface RampFacts extends SdnFacts, OvnFacts {
  /** Why the node is no way into the cluster network; null: it is one, by tun0 or by OVN-Kubernetes' management port. */
  readonly wayProblem: Pick<Refused, 'code' | 'message'> | null;
  /** Whether the kernel forwards on every device: `net.ipv4.ip_forward`. */
  readonly forwarding: boolean;
  /** The devices that have the node's declared address. */
  readonly holders: readonly string[];
  /** That address on the first of them with its prefix length, `10.3.89.89/24`; null: the device does not tell. */
  readonly network: string | null;
  /** Units and scripts of somebody else's that build a ramp when the node boots. */
  readonly bootScripts: readonly string[];
  /** Said with the plan: why the node's keeper does not keep it, and what it has put back. */
  readonly keeperRemarks: readonly string[];
  /** What the keeper has put back within the last hour; null: nothing. */
  readonly healed: Healed | null;
}
