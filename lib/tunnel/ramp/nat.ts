import { sign } from '../device/describe';
import type { ObjectKind } from '../device/kind';
import { eachNamed } from '../device/observation';
import { innerAddresses, tunnelAddresses } from '../declaration/tunnel';
import type { RampFacts } from './facts';
import { UNTIL_SUCCESSOR } from './tunnel';

/**
 * Rules that give BIG-IP's packets tun0's own address; they need no reserved address and no flows. `snat: gateway`: for all of them. `flows`: for
 * those from the own addresses of a pair's units, such as health checks. The flow back writes TUNNEL_IP1 into every reply (OS-20).
 */
export const nat: ObjectKind<RampFacts> = {
  kind: 'nat',
  questions: (subject) => eachNamed('nat', subject, tunnelAddresses),
  read: (look, asked) =>
    asked.flatMap((object) => {
      const lines = look.lines(object, 'list its POSTROUTING chain');
      const rule = lines.find((line) => line.includes(`-s ${object.split(' ')[1]}/32 `)) ?? '';
      const to = /--to-source ([0-9.]+)/.exec(rule)?.[1];
      return to === undefined ? [] : [{ object, value: `to ${to}` }];
    }),
  desired({ spec }, { facts }) {
    const sources = spec.snat === 'gateway' ? tunnelAddresses(spec) : innerAddresses(spec);
    return Object.fromEntries(sources.map((source) => [`nat ${source}`, `to ${facts.sdn!.gateway}`]));
  },
  // Its successor, the flows, exists before it is deleted.
  turn: ({ verb }) => (verb === 'delete' ? 'late' : 'in place'),
  cuts: ({ verb }) => (verb === 'delete' ? UNTIL_SUCCESSOR : undefined),
  say: (operation) =>
    `${sign(operation)} SNAT of ${operation.object.split(' ')[1]} ${operation.to ?? operation.from} on tun0`,
};
