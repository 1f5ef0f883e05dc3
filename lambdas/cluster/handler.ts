import { deviceStep } from '../devices/step';

/** OpenShift clusters, each by oc on its declared host. The path of the login travels, never the login. */
export const handler = deviceStep('cluster', ({ spec }) => ({ Kubeconfig: spec.cluster!.kubeconfig }));
