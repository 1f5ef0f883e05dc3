import { deviceStep } from '../devices/step';
import { WAYS } from '../devices/ways';

/** BIG-IP, by SSH from its bastion. */
export const handler = deviceStep('bigip', WAYS.bigip);
