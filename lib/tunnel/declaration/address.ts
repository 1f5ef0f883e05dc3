/** IPv4 addresses and prefixes, in the canonical form that is safe to compare as text and to send to a device. */

const OCTET = '(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
const ADDRESS = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);

/** True for dotted quads without leading zeros: `10.3.89.66`, not `010.3.89.66`, `10.3.89` or `::ffff:10.3.89.66`. */
export function isAddress(text: string): boolean {
  return ADDRESS.test(text);
}

/* The same for JSON Schema, which knows patterns only. */
const UNRESERVED = '(?!0\\.|127\\.|169\\.254\\.|22[4-9]\\.|2[3-5][0-9]\\.)';
export const ADDRESS_PATTERN = `^${UNRESERVED}${OCTET}(?:\\.${OCTET}){3}$`;
export const INTERFACE_PATTERN = `^${UNRESERVED}${OCTET}(?:\\.${OCTET}){3}/(?:[1-9]|[12][0-9]|30)$`;
/** For each length of the prefix: whole octets, one of which that many first bits belong to the prefix, and zeros. */
export const NETWORK_PATTERN = `^${UNRESERVED}(?:${[0, 1, 2, 3]
  .flatMap((whole) =>
    [1, 2, 3, 4, 5, 6, 7, 8].map(
      (bits) => `(?:${OCTET}\\.){${whole}}${octetOf(bits)}(?:\\.0){${3 - whole}}/${8 * whole + bits}`,
    ),
  )
  .join('|')})$`;

/** An octet of which no bit but the first ones is set. */
function octetOf(bits: number): string {
  if (bits === 8) return OCTET;
  return `(?:${Array.from({ length: 2 ** bits }, (_, i) => i * 2 ** (8 - bits)).join('|')})`;
}

/** @param text a canonical address @returns its value, 0 to 2^32 - 1 */
export function toNumber(text: string): number {
  return text.split('.').reduce((value, octet) => value * 256 + Number(octet), 0);
}

/** @param value 0 to 2^32 - 1 */
export function toAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}

/** A network: its first and last address as numbers, and its prefix length in bits. */
export interface Network {
  readonly first: number;
  readonly last: number;
  readonly length: number;
}

/**
 * Reads `ADDRESS/LENGTH`.
 * @returns the network that the address lies in (host bits are ignored), or undefined when the text is not canonical
 */
export function parseCidr(text: string): Network | undefined {
  const match = /^([^/]+)\/(0|[1-9][0-9]?)$/.exec(text);
  if (!match || !isAddress(match[1]!) || Number(match[2]) > 32) return undefined;
  const length = Number(match[2]);
  const size = 2 ** (32 - length);
  const first = Math.floor(toNumber(match[1]!) / size) * size;
  return { first, last: first + size - 1, length };
}

/** Reads a network in canonical form: without host bits. */
export function parseNetwork(text: string): Network | undefined {
  const network = parseCidr(text);
  return network && cidrText(network) === text ? network : undefined;
}

/** The canonical text of a network: no host bits. */
export function cidrText(network: Network): string {
  return `${toAddress(network.first)}/${network.length}`;
}

/** True when `address` (canonical) lies in `network`. */
export function contains(network: Network, address: string): boolean {
  const value = toNumber(address);
  return network.first <= value && value <= network.last;
}

/** True when the networks share an address. */
export function overlaps(a: Network, b: Network): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/** Networks in which no host of a site has its address (RFC 6890); UNRESERVED is the same as a pattern. */
const RESERVED = (
  [
    ['0.0.0.0/8', 'an address without a host'],
    ['127.0.0.0/8', 'a loopback address'],
    ['169.254.0.0/16', 'a link-local address'],
    ['224.0.0.0/4', 'a multicast address'],
    ['240.0.0.0/4', 'a reserved address'],
  ] as const
).map(([cidr, what]) => ({ network: parseCidr(cidr)!, words: `${what} (${cidr})` }));

/**
 * The reserved range that an address or a network (`ADDRESS/LENGTH`) touches, in words.
 * @returns undefined when there is none, or the text is not canonical
 */
export function reservedRange(text: string): string | undefined {
  const network = parseCidr(text.includes('/') ? text : `${text}/32`);
  return network && RESERVED.find((reserved) => overlaps(reserved.network, network))?.words;
}

/**
 * The highest free address of a network; never its first (the network itself) or last (broadcast).
 * @returns undefined when all are taken
 */
export function highestFree(network: Network, taken: ReadonlySet<string>): string | undefined {
  for (let value = network.last - 1; value > network.first; value--) {
    const address = toAddress(value);
    if (!taken.has(address)) return address;
  }
  return undefined;
}
