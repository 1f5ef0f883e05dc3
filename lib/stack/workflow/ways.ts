/**
 * The two ways through the devices, and what an operator reads in the console on each. Both are built by the same code
 * (look-and-plan.ts, carry-out.ts); only the words differ, so that the graph shows where a run failed and what was
 * restored.
 */
interface Words {
  readonly observe: string;
  readonly observeBigIp: string;
  readonly observeRampNodes: string;
  readonly bigIpNotObserved: string;
  readonly rampNodesNotObserved: string;
  readonly plan: string;
  readonly anythingToDetach: string;
  readonly detach: string;
  readonly anythingToShape: string;
  readonly shape: string;
  readonly shapeBigIp: string;
  readonly shapeRampNodes: string;
  readonly bigIpNotShaped: string;
  readonly rampNodesNotShaped: string;
  readonly allShaped: string;
  readonly anythingToAttach: string;
  readonly attach: string;
}

export interface Way {
  readonly phase: 'forward' | 'restore';
  readonly words: Words;
}

/** Towards what the request asks for. */
export const FORWARD: Way = {
  phase: 'forward',
  words: {
    observe: 'Observe',
    observeBigIp: 'Observe BIG-IP',
    observeRampNodes: 'Observe ramp nodes',
    bigIpNotObserved: 'BIG-IP not observed',
    rampNodesNotObserved: 'Ramp nodes not observed',
    plan: 'Plan',
    anythingToDetach: 'Anything to detach?',
    detach: 'Detach virtual servers',
    anythingToShape: 'Anything to configure?',
    shape: 'Configure',
    shapeBigIp: 'Configure BIG-IP',
    shapeRampNodes: 'Configure ramp nodes',
    bigIpNotShaped: 'BIG-IP not configured',
    rampNodesNotShaped: 'Ramp nodes not configured',
    allShaped: 'All configured?',
    anythingToAttach: 'Anything to attach?',
    attach: 'Attach virtual servers',
  },
};

/** Back to what was before the run's first change. */
export const RESTORE: Way = {
  phase: 'restore',
  words: {
    observe: 'Observe again',
    observeBigIp: 'Observe BIG-IP again',
    observeRampNodes: 'Observe ramp nodes again',
    bigIpNotObserved: 'BIG-IP not observed again',
    rampNodesNotObserved: 'Ramp nodes not observed again',
    plan: 'Plan restore',
    anythingToDetach: 'Anything to detach again?',
    detach: 'Detach again',
    anythingToShape: 'Anything to restore?',
    shape: 'Restore',
    shapeBigIp: 'Restore BIG-IP',
    shapeRampNodes: 'Restore ramp nodes',
    bigIpNotShaped: 'BIG-IP not restored',
    rampNodesNotShaped: 'Ramp nodes not restored',
    allShaped: 'All restored?',
    anythingToAttach: 'Anything to reattach?',
    attach: 'Reattach virtual servers',
  },
};
