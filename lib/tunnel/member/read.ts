import { pingProbe, type Answer } from '../device/answer';
import type { Observation, Probe, Subject } from '../device/observation';
import { NotUnderstood, NotVerified } from '../errors';
import { isAbsent, readNodeAnswers } from '../device/iproute';
import type { Member } from '../tunnel';

/** What edge-ramp knows of a balancer inside the SDN. */
export interface BalancerFacts {
  /** Why it is no member of the SDN, in a sentence; null: it is one. */
  readonly problem: string | null;
}

export function questions({ spec }: Subject<Member>): readonly string[] {
  return [
    'addresses tun0',
    'link tun0',
    'port tun0',
    ...spec.clusterNetworks.map((network) => `route ${network}`),
    `ping ${spec.probe}`,
  ];
}

/** @throws NotUnderstood */
export function read(text: string, subject: Subject<Member>): Observation<BalancerFacts> {
  const answers = readNodeAnswers(title(subject), text, questions(subject));
  const answer = (question: string): Answer => answers.get(question)!;
  const problem = problemOf(subject, answer);
  return { facts: { problem, unrestorable: {} }, state: {}, probes: problem === null ? [pinged(subject, answer)] : [] };
}

export function proofs({ spec }: Subject<Member>): readonly string[] {
  return [`ping ${spec.probe}`];
}

/** @throws NotUnderstood, NotVerified */
export function prove(text: string, subject: Subject<Member>): readonly Probe[] {
  const answers = readNodeAnswers(title(subject), text, proofs(subject));
  const probe = pinged(subject, (question) => answers.get(question)!);
  if (!probe.ok)
    throw new NotVerified('ping-failed', `${probe.from}: ping of the Pod ${probe.to} failed: ${probe.detail}`);
  return [probe];
}

/**
 * What of the SDN is missing on the balancer. An answer that is neither a yes nor a plain no is not taken for one.
 * @throws NotUnderstood
 */
function problemOf(subject: Subject<Member>, answer: (question: string) => Answer): string | null {
  const device = title(subject);
  const [addresses, link, port] = [answer('addresses tun0'), answer('link tun0'), answer('port tun0')];
  if (isMissing(device, addresses) || isMissing(device, link))
    return `${device} has no tun0: it is no member of the SDN: is the node service running?`;
  if (
    !addresses.lines.some((line) => / inet [0-9.]+\/[0-9]+ /.test(line)) ||
    !/<[^>]*\bUP\b/.test(link.lines.join(' '))
  )
    return `${device}: tun0 is down or has no address: it is no member of the SDN: is the node service running?`;
  if (port.code !== 0 || !/^[0-9]+$/.test(port.lines.at(-1) ?? ''))
    return `${device}: tun0 is no port of br0 (${port.printed}): it is no member of the SDN: is the node service running?`;
  for (const network of subject.spec.clusterNetworks) {
    const shown = answer(`route ${network}`);
    if (shown.code !== 0)
      throw new NotUnderstood('look-refused', `${device} would not show the route to ${network}: ${shown.printed}`);
    // Of several routes to one network the kernel takes, and shows, the one with the lowest metric first.
    const [first] = shown.lines.filter((line) => line !== '');
    if (first === undefined)
      return `${device} has no route to the cluster network ${network}: is clusterNetworks declared as "oc get clusternetwork" shows it?`;
    if (!/ dev tun0( |$)/.test(first))
      return `${device} routes the cluster network ${network} elsewhere than by tun0 (${shown.printed}): remove that route, which cuts what goes that way`;
  }
  return null;
}

/** @throws NotUnderstood: it could not be asked */
function isMissing(device: string, answer: Answer): boolean {
  if (answer.code === 0 || isAbsent(answer)) return answer.code !== 0;
  throw new NotUnderstood('look-refused', `${device} would not show tun0: ${answer.printed}`);
}

function pinged(subject: Subject<Member>, answer: (question: string) => Answer): Probe {
  const { probe } = subject.spec;
  const found = pingProbe(title(subject), probe, 'ping of a Pod through the SDN', answer(`ping ${probe}`));
  if (!found) throw new NotUnderstood('answer-incomplete', `${title(subject)} was not asked to ping ${probe}`);
  return found;
}

function title({ name }: Subject<Member>): string {
  return `balancer ${name}`;
}
