import { isAddress } from '../declaration/address';
import { NotUnderstood } from '../errors/errors';
import type { Answer } from './answer';

/** Whether iproute2 says that there is no such interface. */
export function isAbsent({ code, complaint }: Answer): boolean {
  return code !== 0 && /does not exist|Cannot find device/.test(complaint);
}

/** Whether a link is up. @throws NotUnderstood */
export function isUp(device: string, answer: Answer): boolean {
  if (answer.code !== 0 && !isAbsent(answer))
    throw new NotUnderstood('look-refused', `${device} would not show a link: ${answer.printed}`);
  return /<[^>]*\bUP\b[^>]*>/.test(answer.lines.join(' '));
}

export interface NodeAddress {
  readonly address: string;
  /** The words that follow the address in `ip addr add`: `/32`, `/24 brd 10.3.91.255 noprefixroute`, or `peer 10.3.91.216/32`. */
  readonly form: string;
}

/**
 * Reads `ip -o -4 addr show dev X`. Interface managers give more than an address: ifcfg files of tunnels a peer, NetworkManager `noprefixroute`.
 *
 * @returns the addresses in the order in which they stand; none when the interface is absent
 * @throws NotUnderstood
 */
export function readAddresses(device: string, answer: Answer): readonly NodeAddress[] {
  if (answer.code !== 0 && !isAbsent(answer))
    throw new NotUnderstood('look-refused', `${device} would not show addresses: ${answer.printed}`);
  return answer.lines.flatMap((line) => {
    const [, address, length, peer, more = ''] =
      / inet ([0-9.]+)(?:(\/[0-9]+)| peer ([0-9.]+\/[0-9]+))(?= )([^\\]*)/.exec(line) ?? [];
    if (address === undefined || !isAddress(address)) return [];
    const words = [
      length ?? `peer ${peer}`,
      / brd [0-9.]+/.exec(more)?.[0].trim(),
      / scope (?!global)\S+/.exec(more)?.[0].trim(),
      / (noprefixroute) /.exec(`${more} `)?.[1],
    ];
    return [{ address, form: words.filter(Boolean).join(' ') }];
  });
}
