import type { Wanted } from '../device/observation';
import { Refused } from '../errors/errors';
import { isRampPair } from '../declaration/tunnel';

/** Refuses what a ramp node on OVN-Kubernetes cannot be. @throws Refused */
export function refuseOnOvn({ name, spec }: Wanted): void {
  if (spec.snat === 'flows')
    throw new Refused(
      'flows-on-ovn',
      `ramp node ${name} is a node of OVN-Kubernetes, whose bridge br-int is not edited: leave snat out of the declaration`,
    );
  if (isRampPair(spec))
    throw new Refused(
      'ramp-pair-on-ovn',
      `ramp node ${name} is a node of OVN-Kubernetes, where two ramp nodes with a virtual IP are not supported: OpenShift 4 has no "oc adm ipfailover"; declare one ramp node`,
    );
}

/** What a person has to know of Pods that a ramp node on OVN-Kubernetes does not reach by itself (OVN-6, OVN-7). */
export function remarksOnOvn({ name }: Wanted): readonly string[] {
  return [
    `ramp node ${name} is a node of OVN-Kubernetes: in a project with network policies, Pods on other nodes answer only where a policy allows ingress from namespaces with the label policy-group.network.openshift.io/host-network: ""; Pods of a primary user-defined network are out of reach`,
  ];
}
