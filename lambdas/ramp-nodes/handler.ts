import { deviceStep } from '../devices/step';
import { WAYS } from '../devices/ways';

/** Ramp nodes, and balancers inside the SDN, by the agent that runs on each. */
export const handler = deviceStep('ramp', WAYS.ramp);
