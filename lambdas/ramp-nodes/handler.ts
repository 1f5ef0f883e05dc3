import { deviceStep } from '../devices/step';

/** Ramp nodes, and balancers inside the SDN, by the agent that runs on each. */
export const handler = deviceStep('ramp', () => ({}));
