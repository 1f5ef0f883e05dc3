import { deviceStep } from '../devices/step';

/** Ramp nodes, by the agent that runs on each. */
export const handler = deviceStep('ramp', () => ({}));
