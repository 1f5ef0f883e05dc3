/** IPv4 addresses and networks as text: "10.3.89.66", "10.128.0.0/14"; an address without a length is a /32. */

export const isAddress = (text: string): boolean =>
  /^\d{1,3}(\.\d{1,3}){3}$/.test(text) && text.split('.').every((part) => Number(part) < 256);

export const toNumber = (address: string): number =>
  address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

export const toAddress = (value: number): string => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');

export const hostOf = (cidr: string): string => cidr.split('/')[0] ?? '';

/** The prefix length; a dotted netmask is understood as well. */
export function lengthOf(cidr: string): number {
  const mask = cidr.split('/')[1] ?? '32';
  return isAddress(mask) ? toNumber(mask).toString(2).replace(/0/g, '').length : Number(mask);
}

export const isNetwork = (text: string): boolean =>
  isAddress(hostOf(text)) && lengthOf(text) >= 0 && lengthOf(text) <= 32;

/** The first so many bits of an address, as a number. */
const bitsOf = (cidr: string, length: number): number => Math.floor(toNumber(hostOf(cidr)) / 2 ** (32 - length));

/** The network an address with length lies in, host bits cleared: "10.129.0.1/23" gives "10.129.0.0/23". */
export function networkOf(cidr: string): string {
  const length = lengthOf(cidr);
  return `${toAddress(bitsOf(cidr, length) * 2 ** (32 - length))}/${length}`;
}

/** Whether a network holds an address, or the whole of a smaller network. */
export function contains(network: string, inner: string): boolean {
  const length = lengthOf(network);
  return lengthOf(inner) >= length && bitsOf(inner, length) === bitsOf(network, length);
}
