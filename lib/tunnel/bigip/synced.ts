import type { ObjectKind } from '../device/kind';
import type { Operation } from '../device/operation';
import type { BigIpFacts } from './facts';

/**
 * The sync of a device group that is pending when a run begins. It is no object of a unit, only an operation: it comes before all others, so that what
 * they find on both units is what they leave there. In a later stage it comes last: the other unit could not take it before.
 */
export const synced: ObjectKind<BigIpFacts> = {
  kind: 'group',
  read: () => [],
  desired: () => ({}),
  turn: ({ stage }) => (stage === 'detach' ? 'first' : 'last'),
  stage: () => 'detach',
  say: ({ object }) => `  synchronise device ${object}`,
};

/** The operation on the unit whose changes are pending. */
export function syncOf(deviceGroup: string): Operation {
  return { stage: 'detach', verb: 'modify', object: `group ${deviceGroup}`, from: 'pending', to: 'in-sync' };
}
