import type { SdnFacts } from '../sdn/facts';

/** What edge-ramp knows of a ramp node but does not change. */
export interface RampFacts extends SdnFacts {
  readonly forwarding: boolean;
  /** Units and scripts of somebody else's that build a ramp when the node boots. */
  readonly bootScripts: readonly string[];
  /** Said with the plan when the health report of a pair's node is old or missing. */
  readonly reportRemark: string;
}
