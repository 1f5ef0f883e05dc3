import { cluster } from '../../../lib/tunnel/cluster/device';
import { difference } from '../../../lib/tunnel/device/difference';
import type { State } from '../../../lib/tunnel/device/operation';
import type { Tunnel } from '../../../lib/tunnel/declaration/tunnel';
import { carriedOut, observed, type Model } from './cluster-model';
import { ADMIN } from './cluster-site';

/** The state that a run of this goal leads the model to. */
export function aim(goal: 'desired' | 'absent', model: Model, spec: Tunnel, applied: Tunnel | null): State {
  return cluster[goal]({ name: ADMIN, spec, applied, original: {} }, observed(model, spec, applied));
}

/** The model after `goal`, or after its first operations. */
export function reached(
  goal: 'desired' | 'absent',
  model: Model,
  spec: Tunnel,
  applied: Tunnel | null = null,
  most = Infinity,
): Model {
  const { state } = observed(model, spec, applied);
  return difference(cluster.record.objects, state, aim(goal, model, spec, applied))
    .slice(0, most)
    .reduce((now, operation) => carriedOut(now, spec.name, operation), model);
}
