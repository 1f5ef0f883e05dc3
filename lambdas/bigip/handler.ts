import { aboutStep, deviceStep } from '../devices/step';
import { WAYS } from '../devices/ways';
import { loggedStep } from '../telemetry/logged-step';

/** BIG-IP, by SSH from its bastion. */
export const handler = loggedStep(aboutStep, deviceStep('bigip', WAYS.bigip));
