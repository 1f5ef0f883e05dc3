import { deviceStep } from '../devices/step';
import { WAYS } from '../devices/ways';

/** OpenShift clusters, each by oc on its declared host. */
export const handler = deviceStep('cluster', WAYS.cluster);
