import { isAddress } from '../declaration/address';
import { sign } from '../device/describe';
import type { ObjectKind } from '../device/kind';
import type { Look } from '../device/look';
import { Refused } from '../errors/errors';
import { marker } from '../declaration/tunnel';
import { translatesByFlows, type SdnFacts } from './facts';

/** RAMP_SDN_IP's file in the CNI's directory, so that no Pod gets the address. */
export const claim: ObjectKind<SdnFacts> = {
  kind: 'claim',
  questions: () => ['claims'],
  read: (look) =>
    look.once(readClaims).ours.map((address) => ({ object: `claim ${address}`, value: marker(look.subject.spec) })),
  desired({ name, spec }, { facts }) {
    if (!translatesByFlows(spec, facts)) return {};
    const { sdn, sdnAddress } = facts;
    if (sdnAddress === null)
      throw new Refused(
        'address-exhausted',
        `ramp node ${name}: no address of ${sdn!.subnet} is free; declare snat: gateway, which needs none`,
      );
    return { [`claim ${sdnAddress}`]: marker(spec) };
  },
  turn: ({ verb }) => (verb === 'delete' ? 'late' : 'in place'),
  say: (operation) =>
    `${sign(operation)} address ${operation.object.split(' ')[1]} reserved, so that the CNI gives it to no Pod`,
};

/** The CNI's claims on addresses of the node's subnet. */
export interface Claims {
  readonly all: ReadonlySet<string>;
  readonly ours: readonly string[];
  readonly others: readonly string[];
}

/** First line: every claim in the CNI's directory; second: those that bear our mark; third: those that bear another tunnel's. */
export function readClaims(look: Look): Claims {
  const [all = '', ours = '', others = ''] = look.lines('claims', "list the CNI's claims");
  return { all: new Set(grouped(all)), ours: grouped(ours), others: grouped(others) };
}

/** Addresses by their first three numbers, as the observe script writes them: `10.129.0.5,6 10.129.1.7`. */
export function grouped(line: string): readonly string[] {
  return line.split(' ').flatMap((group) => {
    const [first = '', ...others] = group.split(',');
    const network = first.slice(0, first.lastIndexOf('.') + 1);
    return [first, ...others.map((last) => `${network}${last}`)].filter(isAddress);
  });
}
