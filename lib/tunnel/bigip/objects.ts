import { bigipUnit, marker, rampAddress, tunnelAddress, type Tunnel } from '../tunnel';
import { property } from '../device/words';
import { relative } from './tmsh';

/**
 * Canonical values of BIG-IP's objects. They are tmsh's own words in one fixed order, immutable properties first, so that the apply script can
 * hand them to `create` as they are and to `modify` without the first (documents/bigip-apply.sh). A blank inside a description is `%20`.
 */
const SHOWN = {
  tunnel: ['profile', 'local-address', 'remote-address', 'description'],
  self: ['address', 'vlan', 'allow-service', 'description'],
  route: ['network', 'interface', 'gw', 'description'],
  snatpool: ['members', 'description'],
} as const;

/** Properties that tmsh prints although nobody set them, or that never differ for objects of this kind (BIP-6). */
const INCIDENTAL: Readonly<Record<string, readonly string[] | true>> = {
  'if-index': true,
  partition: ['Common'],
  'traffic-group': ['traffic-group-local-only', 'none'],
  floating: ['disabled'],
  'inherited-traffic-group': ['false'],
  'inherited-devicegroup': true,
  unit: ['0'],
  mtu: ['0'],
};

export type ObjectKind = keyof typeof SHOWN;

/** What a property is when it is not printed. */
const DEFAULTS: Readonly<Record<string, string>> = { description: 'none', 'allow-service': 'none' };

/**
 * The canonical value of a listed object, and the settings that do not belong to it.
 * @param found as `properties` gives it
 */
export function canonical(
  kind: ObjectKind,
  found: ReadonlyMap<string, readonly string[]>,
): { readonly value: string; readonly others: string } {
  const words: string[] = [];
  for (const name of SHOWN[kind]) {
    const value = found.get(name)?.map(relative).sort().join(',') ?? DEFAULTS[name];
    if (value !== undefined && value !== '')
      words.push(name, name === 'allow-service' ? services(value) : encode(value));
  }
  const others = [...found]
    .filter(([name, value]) => !(SHOWN[kind] as readonly string[]).includes(name) && !incidental(name, value))
    .map(([name, value]) => `${name} ${value.join(' ')}`.trim());
  const unsafe = words.filter((word) => !/^[A-Za-z0-9_.:/,%@=+-]+$/.test(word));
  return {
    value: words.join(' '),
    others: [...others, ...unsafe.map((word) => `characters that edge-ramp does not send: ${word}`)].join(', '),
  };
}

/** A list of services is shown in braces, which are never sent: edge-ramp does not touch a self IP that it could not put back. */
function services(value: string): string {
  return ['all', 'none', 'default'].includes(value) ? value : `{${value}}`;
}

function incidental(name: string, value: readonly string[]): boolean {
  const usual = INCIDENTAL[name];
  return usual === true || (usual !== undefined && value.every((word) => usual.includes(relative(word))));
}

/** Blanks, and the percent sign that stands for them, the only characters of a description that are not sent as they are. */
function encode(text: string): string {
  return text.replaceAll('%', '%25').replaceAll(' ', '%20');
}

/** The four objects of a declared tunnel except its routes, as they shall be. */
export function desiredObjects(spec: Tunnel): Readonly<Record<string, string>> {
  const { objects, tunnel } = spec;
  const description = `description ${marker(spec)}`;
  return {
    [`tunnel ${objects.tunnel}`]: `profile ipip local-address ${bigipUnit(spec).address} remote-address ${rampAddress(spec)} ${description}`,
    [`self ${objects.self}`]: `address ${tunnel.bigip} vlan ${objects.tunnel} allow-service all ${description}`,
    [`snatpool ${objects.snatPool}`]: `members ${tunnelAddress(spec)} ${description}`,
  };
}

/** A route of ours to one cluster network. */
export function desiredRoute(spec: Tunnel, network: string): string {
  return `network ${network} interface ${spec.objects.tunnel} description ${marker(spec)}`;
}

/** The name of a route that edge-ramp makes: no slash in it, which F5's own tools stumble over (BIP-8). */
export function routeName(spec: Tunnel, network: string): string {
  return `${spec.objects.tunnel}_${network.replace('/', '_')}`;
}

/** A virtual server's source address translation, as `modify ltm virtual` takes it. */
export function translation(pool: string): string {
  return `type snat pool ${pool}`;
}

/**
 * Whose an object under one of our names is: `ours` by its description, `published` when it is what the published procedure makes between
 * these two hosts (whatever its description, unless that is another tunnel's mark), else `foreign`.
 */
export function ownership(spec: Tunnel, kind: string, value: string): 'ours' | 'published' | 'foreign' {
  const description = property(value, 'description') ?? '';
  if (description === marker(spec)) return 'ours';
  if (description.startsWith(marker({ name: '' }))) return 'foreign';
  const { bigip, objects } = { bigip: bigipUnit(spec), objects: spec.objects };
  const is = (name: string, ...values: string[]): boolean => values.includes(property(value, name) ?? '');
  const published =
    (kind === 'tunnel' &&
      is('profile', 'ipip') &&
      is('local-address', bigip.address) &&
      is('remote-address', rampAddress(spec))) ||
    (kind === 'self' && is('address', spec.tunnel.bigip) && is('vlan', objects.tunnel)) ||
    (kind === 'route' && is('interface', objects.tunnel)) ||
    (kind === 'snatpool' && is('members', tunnelAddress(spec)));
  return published ? 'published' : 'foreign';
}
