import { deviceStep } from '../devices/step';
import { aboutStep, loggedStep } from '../telemetry/logged-step';

/** OpenShift clusters, each by oc on its declared host. The path of the login travels, never the login. */
export const handler = loggedStep(
  aboutStep,
  deviceStep('cluster', ({ spec }) => ({ Kubeconfig: spec.cluster!.kubeconfig })),
);
