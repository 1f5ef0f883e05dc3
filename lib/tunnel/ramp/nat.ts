import { sign } from '../device/describe';
import type { ObjectKind } from '../device/kind';
import { eachNamed, type Subject } from '../device/observation';
import { innerAddresses, tunnelAddresses } from '../declaration/tunnel';
import { translatesByFlows } from '../sdn/facts';
import type { RampFacts } from './facts';
import { natChecks, withoutRules } from './firewall';
import { UNTIL_SUCCESSOR } from './tunnel';
import { gatewayOf, TUN0 } from './way';

/**
 * Rules that give BIG-IP's packets the node's own address in the cluster network; they need no reserved address and no flows. They are for all
 * packets on OVN-Kubernetes, beside its own rule (OVN-4), unless iptables takes none and that one does; and with `snat: gateway`. With flows they are for those from the own addresses of a pair's
 * units, such as health checks: the flow back writes TUNNEL_IP1 into every reply (OS-20). A value without a device means tun0.
 */
export const nat: ObjectKind<RampFacts> = {
  kind: 'nat',
  questions: (subject) => [...natQuestions(subject), ...natChecks(subject.spec)],
  read: (look) =>
    natQuestions(look.subject).flatMap((object) => {
      if (look.answer(object).code !== 0 && look.once(withoutRules) !== null) return [];
      const lines = look.lines(object, 'list its POSTROUTING chain');
      const rule = lines.find((line) => line.includes(`-s ${object.split(' ')[1]}/32 `)) ?? '';
      const to = /--to-source ([0-9.]+)/.exec(rule)?.[1];
      const device = / -o (\S+) /.exec(rule)?.[1] ?? TUN0;
      return to === undefined ? [] : [{ object, value: valueOf(device, to) }];
    }),
  desired({ spec }, { facts, state }) {
    const sources = translatesByFlows(spec, facts) ? innerAddresses(spec) : tunnelAddresses(spec);
    if (sources.length === 0) return {};
    const { device, address } = gatewayOf(facts);
    const needed = (source: string): boolean => facts.withoutRules === null || state[`nat ${source}`] !== undefined;
    return Object.fromEntries(sources.filter(needed).map((source) => [`nat ${source}`, valueOf(device, address)]));
  },
  // Its successor, the flows, exists before it is deleted.
  turn: ({ verb }) => (verb === 'delete' ? 'late' : 'in place'),
  cuts: ({ verb }) => (verb === 'delete' ? UNTIL_SUCCESSOR : undefined),
  say(operation) {
    const [to, device = TUN0] = (operation.to ?? operation.from)!.split(' dev ');
    return `${sign(operation)} SNAT of ${operation.object.split(' ')[1]} ${to} on ${device}`;
  },
};

/** As a keeper keeps it: the address that the node has on that device at the time, which is another one in another subnet (documents/keeper.sh). */
export const keptNat = (value: string): string => value.replace(/^to \S+/, 'to [address]');

const natQuestions = (subject: Subject): readonly string[] => eachNamed('nat', subject, tunnelAddresses);

function valueOf(device: string, address: string): string {
  return `to ${address}${device === TUN0 ? '' : ` dev ${device}`}`;
}
