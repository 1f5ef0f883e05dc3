import type { Wanted } from '../device/observation';
import { Refused } from '../errors/errors';
import { isRampPair } from '../declaration/tunnel';
import type { OvnFacts } from './facts';

/** Refuses what a ramp node on OVN-Kubernetes cannot be. @throws Refused */
export function refuseOnOvn({ name, spec }: Wanted, { withoutRules }: OvnFacts): void {
  if (spec.snat === 'flows')
    throw new Refused(
      'flows-on-ovn',
      `ramp node ${name} is a node of OVN-Kubernetes, whose bridge br-int is not edited: leave snat out of the declaration`,
    );
  if (isRampPair(spec))
    throw new Refused(
      'ramp-pair-on-ovn',
      `ramp node ${name} is a node of OVN-Kubernetes, where a pair of ramp nodes is not supported: OpenShift 4 has no "oc adm ipfailover"; declare one ramp node`,
    );
  if (withoutRules !== null && !(withoutRules.accepts && withoutRules.translates))
    throw new Refused(
      'iptables-refused',
      `ramp node ${name}: iptables takes no rule (${withoutRules.refused}), and ${
        withoutRules.accepts
          ? 'it needs one, since OVN-Kubernetes does not translate what the node forwards (nft list chain inet ovn-kubernetes mgmtport-snat)'
          : 'it needs one, since its INPUT chain may turn the tunnel away (nft list chain ip filter INPUT)'
      }: give its kernel the modules of iptables (nft_compat, of kernel-modules-extra), or declare another node`,
    );
}

/** What a person has to know of Pods that a ramp node on OVN-Kubernetes does not reach by itself (OVN-6, OVN-7). */
export function remarksOnOvn({ name }: Wanted): readonly string[] {
  return [
    `ramp node ${name} is a node of OVN-Kubernetes: in a project with network policies, Pods on other nodes answer only where a policy allows ingress from namespaces with the label policy-group.network.openshift.io/host-network: ""; Pods of a primary user-defined network are out of reach`,
  ];
}

/** A node that carries the tunnel without a rule of ours does so only as long as nobody changes its own. */
export function remarkWithoutRules({ name }: Wanted, { withoutRules }: OvnFacts): readonly string[] {
  return withoutRules === null
    ? []
    : [
        `ramp node ${name}: iptables takes no rule (${withoutRules.refused}), and none is needed now, since INPUT accepts and OVN-Kubernetes translates; a rule that rejects, or a Pod network that BGP advertises, would stop the tunnel`,
      ];
}
