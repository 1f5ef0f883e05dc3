import { aboutStep, deviceStep } from '../devices/step';
import { WAYS } from '../devices/ways';
import { loggedStep } from '../telemetry/logged-step';

/** Ramp nodes, and balancers inside the SDN, by the agent that runs on each. */
export const handler = loggedStep(aboutStep, deviceStep('ramp', WAYS.ramp));
