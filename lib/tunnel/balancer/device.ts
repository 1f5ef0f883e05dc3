import { pingProbe, type Answer } from '../device/answer';
import { Device } from '../device/device';
import { isAbsent, isUp } from '../device/iproute';
import type { Look } from '../device/look';
import type { Probe, Subject } from '../device/observation';
import { NotUnderstood, NotVerified, Refused } from '../errors/errors';
import type { Member } from '../declaration/tunnel';

/** What edge-ramp knows of a balancer inside the SDN. */
export interface BalancerFacts {
  /** Why it is no member of the SDN, in a sentence; null: it is one. */
  readonly problem: string | null;
}

const pings = ({ spec }: Subject<Member>): readonly string[] => [`ping ${spec.probe}`];

/** A balancer that is itself a node of the SDN. Nothing is changed on it: the SDN made all that it needs, and that is looked at. */
export const balancer = new Device<BalancerFacts, Member>({
  title: 'balancer',
  role: 'ramp',
  scripts: 'ramp',
  devices: (declared) =>
    declared.kind === 'member' ? [{ name: declared.balancer.instance, instance: declared.balancer.instance }] : [],
  inWords: () => true, // as of a ramp node
  objects: [],
  facts: {
    questions: ({ spec }) => [
      'addresses tun0',
      'link tun0',
      'port tun0',
      ...spec.clusterNetworks.map((network) => `route ${network}`),
    ],
    read: (look) => ({ problem: look.once(problemOf) }),
  },
  probes: {
    questions: pings,
    read: (look) => (look.once(problemOf) === null ? [pinged(look)] : []),
  },
  proofs: {
    questions: pings,
    read(look) {
      const probe = pinged(look);
      if (!probe.ok)
        throw new NotVerified('ping-failed', `${probe.from}: ping of the Pod ${probe.to} failed: ${probe.detail}`);
      return [probe];
    },
  },
  refuse(_wanted, { facts }, shallExist) {
    if (shallExist && facts.problem !== null) throw new Refused('sdn-absent', facts.problem);
  },
});

/**
 * What of the SDN is missing on the balancer. An answer that is neither a yes nor a plain no is not taken for one.
 * @throws NotUnderstood
 */
function problemOf(look: Look<Member>): string | null {
  const { device } = look;
  const [addresses, link, port] = [look.answer('addresses tun0'), look.answer('link tun0'), look.answer('port tun0')];
  if (isMissing(device, addresses) || isMissing(device, link))
    return `${device} has no tun0: it is no member of the SDN: is the node service running? A balancer in OVN-Kubernetes is not supported as kind member: declare a ramp node`;
  if (!addresses.lines.some((line) => / inet [0-9.]+\/[0-9]+ /.test(line)) || !isUp(device, link))
    return `${device}: tun0 is down or has no address: it is no member of the SDN: is the node service running?`;
  if (port.code !== 0 || !/^[0-9]+$/.test(port.lines.at(-1) ?? ''))
    return `${device}: tun0 is no port of br0 (${port.printed}): it is no member of the SDN: is the node service running?`;
  for (const network of look.subject.spec.clusterNetworks) {
    // Of several routes to one network the kernel takes, and shows, the one with the lowest metric first.
    const [first] = look.lines(`route ${network}`, `show the route to ${network}`).filter((line) => line !== '');
    if (first === undefined)
      return `${device} has no route to the cluster network ${network}: is clusterNetworks declared as "oc get clusternetwork" shows it?`;
    if (!/ dev tun0( |$)/.test(first))
      return `${device} routes the cluster network ${network} elsewhere than by tun0 (${first}): remove that route, which cuts the traffic on it`;
  }
  return null;
}

/** @throws NotUnderstood: it could not be asked */
function isMissing(device: string, answer: Answer): boolean {
  if (answer.code === 0 || isAbsent(answer)) return answer.code !== 0;
  throw new NotUnderstood('look-refused', `${device} would not show tun0: ${answer.printed}`);
}

function pinged(look: Look<Member>): Probe {
  const { probe } = look.subject.spec;
  const found = pingProbe(look.device, probe, 'ping of a Pod through the SDN', look.answer(`ping ${probe}`));
  if (!found) throw new NotUnderstood('answer-incomplete', `${look.device} was not asked to ping ${probe}`);
  return found;
}
