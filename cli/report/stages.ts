import type { Stage } from '../../lib/tunnel/device/operation';
import type { Change } from '../../lib/tunnel/plan/plan';

/** When a stage's changes are made, for a device that has changes in several: traffic leaves first and arrives last. */
const WHEN: Readonly<Record<Stage, string>> = {
  detach: 'first:',
  prepare: 'before the others:',
  shape: 'then:',
  attach: 'last:',
  clean: 'when traffic goes the new way:',
};

export interface DeviceChanges {
  readonly device: string;
  readonly stages: readonly {
    /** When these are made; empty where that needs no word. */
    readonly when: string;
    readonly changes: readonly Change[];
  }[];
}

/** The changes of a plan by device, and by stage. */
export function byDevice(changes: readonly Change[]): readonly DeviceChanges[] {
  const devices = [...new Set(changes.map(({ device }) => device))];
  return devices.map((device) => ({ device, stages: byStage(changes.filter((change) => change.device === device)) }));
}

function byStage(changes: readonly Change[]): DeviceChanges['stages'] {
  const stages = [...new Set(changes.map(({ stage }) => stage))];
  return stages.map((stage, i) => {
    // The first stage needs a word only where it is not the ordinary one.
    const told = stage === 'clean' || (stages.length > 1 && (i > 0 || stage === 'detach'));
    return { when: told ? WHEN[stage] : '', changes: changes.filter((change) => change.stage === stage) };
  });
}
