import { cidrText, isAddress, parseCidr, toNumber } from '../address';
import { NotUnderstood } from '../errors';
import { isAbsent, type NodeAnswer } from '../node-answer';

/** An address of a node's interface. */
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
export function readAddresses(device: string, answer: NodeAnswer): readonly NodeAddress[] {
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

/** Where the SDN has its gateway: tun0's address with a network. A ramp's own address on tun0 may stand before it. */
export function gatewayOf(tun0: readonly NodeAddress[]): { readonly gateway: string; readonly subnet: string } | null {
  const networks = tun0.flatMap(({ address, form }) => {
    const network = parseCidr(`${address}${form.split(' ')[0]!}`);
    return network && network.length < 32 ? [{ address, network }] : [];
  });
  // Of several the SDN's own is the first address of its subnet.
  const found = networks.find(({ address, network }) => toNumber(address) === network.first + 1) ?? networks[0];
  return found ? { gateway: found.address, subnet: cidrText(found.network) } : null;
}
