import * as z from 'zod';
import {
  ADDRESS_PATTERN,
  cidrText,
  INTERFACE_PATTERN,
  isAddress,
  NETWORK_PATTERN,
  parseCidr,
  parseNetwork,
  reservedRange,
  toNumber,
  type Network,
} from './address';

/*
 * The addresses in a declaration. Where another form of address stands, the message says what it is, and what was probably meant.
 */

export const hostAddress = addressText('address', wrongAddress, ADDRESS_PATTERN);

export const network = addressText('network', wrongNetwork, NETWORK_PATTERN);

/** The address of an interface, with the prefix length of its network. */
export const interfaceAddress = addressText('interfaceAddress', wrongInterface, INTERFACE_PATTERN);

/*
 * For the rules between fields: a text that is mistaken by itself is compared with nothing, or the mistake would be told of other fields.
 */

/** The network of hosts that a text is; undefined: it is none. */
export function networkOf(text: string): Network | undefined {
  return wrongNetwork(text) === undefined ? parseNetwork(text) : undefined;
}

/** The network of the interface whose address a text is; undefined: it is none. */
export function interfaceNetworkOf(text: string): Network | undefined {
  return wrongInterface(text) === undefined ? parseCidr(text) : undefined;
}

/**
 * @param id its name in the JSON Schema
 * @param wrong why a text is none; undefined: it is one
 * @param pattern the same for JSON Schema, as far as a pattern can say it
 */
function addressText(id: string, wrong: (text: string) => string | undefined, pattern: string): z.ZodString {
  const error = ({ input }: { readonly input?: unknown }): string | undefined => wrong(String(input));
  return z
    .string({ error })
    .refine((text) => wrong(text) === undefined, { error })
    .meta({ id, pattern });
}

function wrongAddress(text: string): string | undefined {
  if (!isAddress(text))
    return `must be an IPv4 address in canonical form: four numbers 0 to 255 without leading zeros${hint(text)}`;
  const reserved = reservedRange(text);
  return reserved && `must be the address of a host, not ${reserved}`;
}

function wrongNetwork(text: string): string | undefined {
  const rule = 'must be an IPv4 network in canonical form: ADDRESS/LENGTH with no host bits set';
  const network = parseCidr(text);
  if (!network) return `${rule}${hintOfLength(text, '10.128.0.0/14')}`;
  if (!parseNetwork(text))
    return `${rule}; ${hostOf(text)} is an address in the network ${cidrText(network)}: write that`;
  const reserved = reservedRange(text);
  return reserved && `must be a network of hosts, without ${reserved}`;
}

function wrongInterface(text: string): string | undefined {
  const rule =
    'must be a host address with its prefix length, 30 at most: ADDRESS/LENGTH, neither the network itself nor its broadcast address';
  const network = parseCidr(text);
  if (!network) return `${rule}${hintOfLength(text, `${text}/24`)}`;
  if (network.length > 30) return rule;
  const value = toNumber(hostOf(text));
  if (value === network.first) return `${rule}; ${hostOf(text)} is the network itself`;
  if (value === network.last) return `${rule}; ${hostOf(text)} is the broadcast address`;
  const reserved = reservedRange(hostOf(text));
  return reserved && `must be the address of a host, not ${reserved}`;
}

/** What a text is that is no address, as a further part of the sentence; nothing where nobody can tell. */
function hint(text: string): string {
  const octets = text.split('.');
  if (parseCidr(text)) return `; the prefix length does not belong here: write ${hostOf(text)}`;
  if (/^[0-9a-fA-F:.]*:[0-9a-fA-F:.]*$/.test(text)) return '; IPv6 is not supported';
  if (!/^[0-9]+(?:\.[0-9]+)*$/.test(text)) return /^[a-z]/i.test(text) ? '; names are not looked up' : '';
  if (octets.length !== 4) return `; this has ${octets.length === 1 ? 'one number' : `${octets.length} numbers`}`;
  const high = octets.find((octet) => Number(octet) > 255);
  if (high !== undefined) return `; ${Number(high)} is more than 255`;
  return `; did you mean ${octets.map(Number).join('.')}?`;
}

/** The same where a prefix length is needed. */
function hintOfLength(text: string, example: string): string {
  const [host = '', length, ...more] = text.split('/');
  if (!isAddress(host)) return hint(host);
  if (length === undefined) return `; the prefix length is missing, as in ${example}`;
  const bits = isAddress(length) ? lengthOf(length) : undefined;
  if (bits !== undefined) return `; the mask ${length} is the length ${bits}`;
  return more.length === 0 && /^[0-9]+$/.test(length) && Number(length) > 32 ? `; ${length} is more than 32 bits` : '';
}

/** The prefix length of a mask in dotted form; undefined: it is no mask. */
function lengthOf(mask: string): number | undefined {
  const length = toNumber(mask).toString(2).padStart(32, '0').indexOf('0');
  const bits = length < 0 ? 32 : length;
  return 2 ** 32 - 2 ** (32 - bits) === toNumber(mask) ? bits : undefined;
}

/** The address of `ADDRESS/LENGTH`. */
function hostOf(text: string): string {
  return text.split('/')[0]!;
}
