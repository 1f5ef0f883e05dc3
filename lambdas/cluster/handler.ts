import { deviceStep } from '../devices/step';

/** The OpenShift cluster, by oc on the declared host. The path of its login travels, never the login. */
export const handler = deviceStep('cluster', ({ spec }) => ({ Kubeconfig: spec.cluster!.kubeconfig }));
