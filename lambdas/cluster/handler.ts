import { deviceStep } from '../devices/step';

/** OpenShift clusters, each by the agent of the host that runs oc. */
export const handler = deviceStep('cluster', (spec) => ({ Kubeconfig: spec.cluster!.kubeconfig }));
