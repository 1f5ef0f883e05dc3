import type { Kind } from '../../tunnel/devices';

/**
 * The two ways through the devices, and what an operator reads in the console on each. Both are built by the same code
 * (look-and-plan.ts, carry-out.ts); only the words differ, so that the graph shows where a run failed and what was
 * restored.
 */
export interface Way {
  readonly phase: 'forward' | 'restore';
  readonly observe: Side;
  readonly plan: string;
  readonly detach: Step;
  /** Only forward: a restore needs no order between devices, since nothing has to carry meanwhile. */
  readonly prepare?: SideStep;
  readonly shape: SideStep;
  readonly attach: Step;
  readonly clean?: SideStep;
}

/** A state that works on several kinds of device side by side, and of each branch the state's name and its mishap's. */
export interface Side {
  readonly name: string;
  readonly branches: Readonly<Partial<Record<Kind, readonly [name: string, mishap: string]>>>;
}

/** A stage that is skipped when it has no work. */
export interface Step {
  readonly gate: string;
  readonly name: string;
}

export interface SideStep extends Side, Step {
  readonly comment: string;
  /** Did all of them succeed? */
  readonly judged: string;
}

/** Towards what the request asks for. */
export const FORWARD: Way = {
  phase: 'forward',
  observe: {
    name: 'Observe',
    branches: {
      bigip: ['Observe BIG-IP', 'BIG-IP not observed'],
      ramp: ['Observe ramp nodes', 'Ramp nodes not observed'],
      cluster: ['Observe cluster', 'Cluster not observed'],
    },
  },
  plan: 'Plan',
  detach: { gate: 'Anything to detach?', name: 'Detach virtual servers' },
  prepare: {
    gate: 'Anything to prepare?',
    name: 'Prepare',
    comment: 'Builds what a pair needs before BIG-IP points there: both nodes, and what moves the virtual IP.',
    judged: 'All prepared?',
    branches: {
      ramp: ['Prepare ramp nodes', 'Ramp nodes not prepared'],
      cluster: ['Label nodes, configure ipfailover', 'ipfailover not configured'],
    },
  },
  shape: {
    gate: 'Anything to configure?',
    name: 'Configure',
    comment: 'Changes everything but the virtual servers, on all devices side by side.',
    judged: 'All configured?',
    branches: {
      bigip: ['Configure BIG-IP', 'BIG-IP not configured'],
      ramp: ['Configure ramp nodes', 'Ramp nodes not configured'],
      cluster: ['Configure cluster', 'Cluster not configured'],
    },
  },
  attach: { gate: 'Anything to attach?', name: 'Attach virtual servers' },
  clean: {
    gate: 'Anything to clean up?',
    name: 'Clean up',
    comment: 'Traffic goes the new way: takes away what left the declaration.',
    judged: 'All cleaned up?',
    branches: {
      bigip: ['Clean up BIG-IP', 'BIG-IP not cleaned up'],
      ramp: ['Clean up ramp nodes', 'Ramp nodes not cleaned up'],
      cluster: ['Clean up cluster', 'Cluster not cleaned up'],
    },
  },
};

/** Back to what was before the run's first change. */
export const RESTORE: Way = {
  phase: 'restore',
  observe: {
    name: 'Observe again',
    branches: {
      bigip: ['Observe BIG-IP again', 'BIG-IP not observed again'],
      ramp: ['Observe ramp nodes again', 'Ramp nodes not observed again'],
      cluster: ['Observe cluster again', 'Cluster not observed again'],
    },
  },
  plan: 'Plan restore',
  detach: { gate: 'Anything to detach again?', name: 'Detach again' },
  shape: {
    gate: 'Anything to restore?',
    name: 'Restore',
    comment: 'Puts back everything but the virtual servers, on all devices side by side.',
    judged: 'All restored?',
    branches: {
      bigip: ['Restore BIG-IP', 'BIG-IP not restored'],
      ramp: ['Restore ramp nodes', 'Ramp nodes not restored'],
      cluster: ['Restore cluster', 'Cluster not restored'],
    },
  },
  attach: { gate: 'Anything to reattach?', name: 'Reattach virtual servers' },
};
