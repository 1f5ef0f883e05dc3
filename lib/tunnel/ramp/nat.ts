import { sign } from '../device/describe';
import type { ObjectKind } from '../device/kind';
import { eachNamed } from '../device/observation';
import { tunnelAddress } from '../declaration/tunnel';
import type { RampFacts } from './facts';
import { UNTIL_SUCCESSOR } from './tunnel';

/** `snat: gateway`: one rule that gives BIG-IP's packets tun0's own address; no reserved address, no flows. */
export const nat: ObjectKind<RampFacts> = {
  kind: 'nat',
  questions: (subject) => eachNamed('nat', subject, tunnelAddress),
  read: (look, asked) =>
    asked.flatMap((object) => {
      const lines = look.lines(object, 'list its POSTROUTING chain');
      const rule = lines.find((line) => line.includes(`-s ${object.split(' ')[1]}/32 `)) ?? '';
      const to = /--to-source ([0-9.]+)/.exec(rule)?.[1];
      return to === undefined ? [] : [{ object, value: `to ${to}` }];
    }),
  desired: ({ spec }, { facts }) =>
    spec.snat === 'gateway' ? { [`nat ${tunnelAddress(spec)}`]: `to ${facts.sdn!.gateway}` } : {},
  // Its successor, the flows, exists before it is deleted.
  turn: ({ verb }) => (verb === 'delete' ? 'late' : 'in place'),
  cuts: ({ verb }) => (verb === 'delete' ? UNTIL_SUCCESSOR : undefined),
  say: (operation) =>
    `${sign(operation)} SNAT of ${operation.object.split(' ')[1]} ${operation.to ?? operation.from} on tun0`,
};
