import { cidrText, parseCidr, toNumber } from '../declaration/address';
import type { Answer } from '../device/answer';
import type { NodeAddress } from '../device/iproute';
import { NotUnderstood } from '../errors/errors';

/** Where a node's SDN lives: tun0's address with the node's subnet, its OpenFlow port and MAC. */
export interface Sdn {
  readonly gateway: string;
  readonly subnet: string;
  readonly port: string;
  readonly mac: string;
}

/**
 * What a member of the SDN has.
 * @returns null: it has no tun0, and is no member
 * @throws NotUnderstood
 */
export function readSdn(device: string, tun0: readonly NodeAddress[], link: Answer, portAnswer: Answer): Sdn | null {
  const found = gatewayOf(tun0);
  if (found === null) return null;
  const mac = /link\/ether ([0-9a-f:]{17}) /.exec(link.lines.join(' '))?.[1];
  const port = portAnswer.lines.at(-1) ?? ''; // a log of Open vSwitch's may go before it
  if (mac === undefined || portAnswer.code !== 0 || !/^[0-9]+$/.test(port))
    throw new NotUnderstood(
      'answer-unknown',
      `${device}: tun0 has no MAC address or no OpenFlow port: ${link.printed}, ${portAnswer.printed}`,
    );
  return { ...found, port, mac };
}

/** Where the SDN has its gateway: tun0's address with a network. A ramp's own address on tun0 may stand before it. */
function gatewayOf(tun0: readonly NodeAddress[]): { readonly gateway: string; readonly subnet: string } | null {
  const networks = tun0.flatMap(({ address, form }) => {
    const network = parseCidr(`${address}${form.split(' ')[0]!}`);
    return network && network.length < 32 ? [{ address, network }] : [];
  });
  // Of several the SDN's own is the first address of its subnet.
  const found = networks.find(({ address, network }) => toNumber(address) === network.first + 1) ?? networks[0];
  return found ? { gateway: found.address, subnet: cidrText(found.network) } : null;
}
