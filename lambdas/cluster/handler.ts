import { aboutStep, deviceStep } from '../devices/step';
import { WAYS } from '../devices/ways';
import { loggedStep } from '../telemetry/logged-step';

/** OpenShift clusters, each by oc on its declared host. */
export const handler = loggedStep(aboutStep, deviceStep('cluster', WAYS.cluster));
