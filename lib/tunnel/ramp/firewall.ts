import { bigipAddress, rampNode, tunnelAddress, type Tunnel } from '../declaration/tunnel';
import { excerpt } from '../device/answer';
import type { Look } from '../device/look';
import { declarationsOf, type Subject } from '../device/observation';
import type { WithoutRules } from '../ovn/facts';
import { acceptsAll, TRANSLATION, translatesForwarded } from '../ovn/translation';

/** What is asked of the INPUT chain: rules for BIG-IP's packets, on the interface where they arrive. */
export function inputQuestion(subject: Subject, tunnel: Tunnel = subject.spec): string {
  const node = rampNode(subject.name, tunnel, ...declarationsOf(subject));
  return `input ${bigipAddress(tunnel)} ${node.interface}`;
}

/** Whether iptables would take a rule that does not stand, and what packets meet without it: the script asks a node of OVN-Kubernetes alone. */
export const inputChecks = (spec: Tunnel): readonly string[] => [`check input ${bigipAddress(spec)}`, 'chain INPUT'];
export const natChecks = (spec: Tunnel): readonly string[] => [
  `check nat ${tunnelAddress(spec)}`,
  `chain ${TRANSLATION}`,
];

/** What iptables says where it is missing, or the kernel lacks what a rule needs (OVN-10). */
const LACKING = /missing kernel module|rule set generation id|failed to run command .*iptables/;
/** The same of old ones; but of the chain POSTROUTING it may only mean that there is no such rule (LX-20). */
const OLD = /No chain\/target\/match by that name/;

/** Why iptables would not take the rule for INPUT; undefined: it stands, or could, or the node is not on OVN-Kubernetes, which alone is checked. */
export function refusedInput(look: Look): string | undefined {
  const [checked] = inputChecks(look.subject.spec).map((question) => look.answer(question));
  const { complaint } = look.answer(inputQuestion(look.subject));
  if (checked!.code === undefined) return undefined;
  return [complaint, checked!.complaint].find((each) => LACKING.test(each) || OLD.test(each));
}

/** Whether INPUT lets the tunnel in without our rule, as far as can be shown. */
export function acceptsWithout(look: Look): boolean {
  const { code, lines } = look.answer(inputQuestion(look.subject));
  return code === 0 ? !lines.some((line) => line.startsWith('reject ')) : acceptsAll(look.answer('chain INPUT'));
}

function refusedNat(look: Look): string | undefined {
  const { spec } = look.subject;
  const [checked] = natChecks(spec).map((question) => look.answer(question));
  const { complaint } = look.answer(`nat ${tunnelAddress(spec)}`);
  if (checked!.code === undefined) return undefined;
  return [complaint, checked!.complaint].find((each) => LACKING.test(each));
}

/** How a node of OVN-Kubernetes stands whose iptables takes no rule of ours; null: it does, or the node needs them in every case. */
export function withoutRules(look: Look): WithoutRules | null {
  const refused = refusedInput(look) ?? refusedNat(look);
  if (refused === undefined) return null;
  return {
    refused: excerpt(refused),
    accepts: acceptsWithout(look),
    translates: translatesForwarded(look.answer(`chain ${TRANSLATION}`)),
  };
}
