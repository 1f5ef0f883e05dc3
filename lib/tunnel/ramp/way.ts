import type { Look } from '../device/look';
import type { Subject } from '../device/observation';
import type { OvnFacts } from '../ovn/facts';
import { ovnQuestions, ovnWay } from '../ovn/way';
import type { SdnFacts } from '../sdn/facts';
import { SDN_QUESTIONS, wayIn } from '../sdn/way';
import type { RampFacts } from './facts';
import { withoutRules } from './firewall';

type Ways = SdnFacts & OvnFacts;

/** What is asked of a node to tell which plugin it has: one look serves both, and a tool that one of them lacks is not asked. */
export function wayQuestions(subject: Subject): readonly string[] {
  return [...SDN_QUESTIONS, ...ovnQuestions(subject)];
}

/** A node's way into the cluster network, by what it has and never by what is declared. @throws NotUnderstood */
export function readWay(look: Look): Ways & Pick<RampFacts, 'wayProblem'> {
  const ways = { ...look.once(wayIn).facts, ...look.once(ovnWay), withoutRules: look.once(withoutRules) };
  return { ...ways, wayProblem: problemOf(look, ways) };
}

function problemOf(look: Look, { ovn, ovnProblem, pipelineProblem }: Ways): RampFacts['wayProblem'] {
  const hasOvn = ovn !== null || ovnProblem !== null;
  if (!hasOvn) return pipelineProblem;
  if (look.answer(`addresses ${TUN0}`).code !== 0) return ovnProblem;
  return {
    code: 'two-plugins',
    message: `${look.device} has both tun0 and ovn-k8s-mp0: it is being moved from OpenShift SDN to OVN-Kubernetes, or was and has not been restarted since; run again when the machine config pools are updated (oc get mcp)`,
  };
}

/** The device by which a ramp node reaches Pods, and the address that its packets have there; of a node that is refused nobody asks. */
export function gatewayOf({ sdn, ovn }: Ways): { readonly device: string; readonly address: string } {
  return ovn ?? { device: TUN0, address: sdn!.gateway };
}

/** The device of OpenShift SDN. */
export const TUN0 = 'tun0';
