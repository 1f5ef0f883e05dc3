import type { Listed } from '../../lib/tunnel/plan/devices';
import { environment } from '../environment';

/** How long a command may take, in seconds. */
export interface TimeOuts {
  /** A command that has not started by then never starts. */
  readonly delivery: number;
  /** How long to wait for a result: longer than delivery and execution together. */
  readonly deadline: number;
}

/** The time-outs of each command to a device, as lib/stack/time-outs.ts has them: what goes to a node by oc takes longer. */
export function timeOutsFor({ byOc }: Listed): TimeOuts {
  const deadline = byOc === true ? environment('POLL_DEADLINE_BY_OC_SECONDS') : environment('POLL_DEADLINE_SECONDS');
  return { delivery: Number(environment('DELIVERY_TIMEOUT_SECONDS')), deadline: Number(deadline) };
}
