import { cluster } from '../../../lib/tunnel/cluster/device';
import type { ClusterFacts } from '../../../lib/tunnel/cluster/facts';
import type { Observation } from '../../../lib/tunnel/device/observation';
import type { Member } from '../../../lib/tunnel/declaration/tunnel';
import { ADMIN, BALANCER, NODE, type WHOLE } from './member-site';
import { answerText, type Said } from './answer-text';

export const DEVICE = `balancer ${BALANCER}`;

export const CLUSTER = `cluster of ${ADMIN}`;

/** What the cluster answers about the balancer's node. */
const CALM: typeof WHOLE = {
  client: [['cordon manage-node'], 0],
  [`node ${NODE}`]: [['on'], 0],
  [`scheduling ${NODE}`]: [['is on'], 0],
  [`pods ${NODE}`]: [['0'], 0],
};

/** Of a node that this tunnel made unschedulable. */
export const OURS: typeof WHOLE = { [`node ${NODE}`]: [['off'], 0], [`scheduling ${NODE}`]: [['is off first on'], 0] };

/** What is understood of such answers, with these changes. */
export function clusterLooked(
  changes: typeof WHOLE,
  spec: Member,
  applied: Member | null = null,
): Observation<ClusterFacts> {
  const said = Object.entries({ ...CALM, ...changes }).map(([question, said]): Said => [question, ...said]);
  return cluster.read(answerText(said), { name: ADMIN, spec, applied });
}
