import { contains, hostOf, isAddress, isNetwork, lengthOf, networkOf, toAddress } from '../address';
import { Refusal } from '../answer';

/** A property's value: one word, a list in braces, or a block of named words in braces. Properties at their default are absent. */
export type Value = string | readonly string[] | Readonly<Record<string, string>>;
export type Properties = Readonly<Record<string, Value>>;
/** A property as a command line sets it: `members add { A }` has the verb "add" and the words ["A"]. */
export interface Setting {
  readonly property: string;
  readonly verb: string;
  readonly words: readonly string[];
}
type Kind = 'text' | 'address' | 'cidr' | 'network' | 'list' | 'services' | 'translation';
interface Class {
  /** What the error texts call it. */
  readonly word: string;
  readonly properties: string;
  readonly required?: readonly string[];
  readonly immutable?: readonly string[];
  /** The property that the object's name stands for where it parses as one: `create net route 10.128.0.0/14 interface SDN`. */
  readonly named?: string;
  /** The property that names a VLAN or tunnel, which must exist and cannot go before this object. */
  readonly device?: string;
}
const CLASSES: Record<ClassName, Class> = {
  'net vlan': { word: 'VLAN', properties: 'tag' },
  'net tunnels tunnel': {
    word: 'tunnel',
    properties: 'description local-address mtu profile remote-address secondary-address traffic-group',
    required: ['profile', 'local-address'],
    immutable: ['profile', 'traffic-group'],
  },
  'net self': {
    word: 'self IP',
    properties: 'address allow-service description traffic-group vlan',
    required: ['address', 'vlan'],
    immutable: ['address'],
    named: 'address',
    device: 'vlan',
  },
  'net route': {
    word: 'static route',
    properties: 'description gw interface mtu network',
    required: ['network'],
    immutable: ['network'],
    named: 'network',
    device: 'interface',
  },
  'ltm snatpool': { word: 'SNAT Pool', properties: 'description members', required: ['members'] },
  'ltm virtual': {
    word: 'Virtual Server',
    properties: 'description destination ip-protocol mask source-address-translation',
    required: ['destination'],
  },
};
/** Properties that are more than a word. */
const KINDS: Record<string, Kind> = {
  'local-address': 'address',
  'remote-address': 'address',
  'secondary-address': 'address',
  gw: 'address',
  address: 'cidr',
  network: 'network',
  members: 'list',
  'allow-service': 'services',
  'source-address-translation': 'translation',
};
export type ClassName = 'net vlan' | 'net tunnels tunnel' | 'net self' | 'net route' | 'ltm snatpool' | 'ltm virtual';
export type Configuration = Record<ClassName, Record<string, Properties>>;

const LOCAL_ONLY = 'traffic-group-local-only';

export const CLASS_NAMES = Object.keys(CLASSES).sort() as ClassName[];
export const emptyConfiguration = (): Configuration =>
  Object.fromEntries(CLASS_NAMES.map((name) => [name, {}])) as Configuration;
export const kindOf = (name: ClassName, property: string): Kind | undefined =>
  CLASSES[name].properties.split(' ').includes(property) ? (KINDS[property] ?? 'text') : undefined;
const short = (name: string): string => name.replace(/^\/Common\//, '');

/** A property that is one word, or "". */
export const wordOf = (properties: Properties | undefined, name: string): string => {
  const value = properties?.[name];
  return typeof value === 'string' ? value : '';
};
const translationOf = (virtual: Properties): Record<string, string> =>
  (virtual['source-address-translation'] ?? {}) as Record<string, string>;

/** The SNAT pool that a virtual server uses, or "". */
export const poolOf = (virtual: Properties): string => translationOf(virtual)['pool'] ?? '';

/** The value after a setting; undefined is the default. */
function valueAfter(kind: Kind, { property, verb, words }: Setting, before: Value | undefined): Value | undefined {
  const [word = ''] = words;
  const invalid = (what: string): Refusal => new Refusal('invalidValue', word, what);
  switch (kind) {
    case 'text':
      return word === 'none' ? undefined : short(word);
    case 'address':
      if (!isAddress(word) && word !== 'any') throw invalid('address');
      return word;
    case 'cidr':
      if (!isNetwork(word) || !word.includes('/')) throw invalid('address');
      return `${hostOf(word)}/${lengthOf(word)}`;
    case 'network':
      if (!isNetwork(word) && word !== 'default') throw invalid('address');
      return word === 'default' || networkOf(word) === '0.0.0.0/0' ? 'default' : networkOf(word);
    case 'services':
      return word === 'none' ? undefined : word === 'all' ? 'all' : [...words].sort();
    case 'list': {
      const old = (before ?? []) as readonly string[];
      const given = words.map(short);
      const twice = given.find((each) => verb === 'add' && old.includes(each));
      if (twice) throw new Refusal('memberExists', property, twice);
      const left = verb === 'delete' ? old.filter((each) => !given.includes(each)) : given;
      const all = verb === 'add' ? [...old, ...given] : left;
      return all.length ? all.sort() : undefined;
    }
    case 'translation': {
      const named = (key: string): string | undefined =>
        words.includes(key) ? words[words.indexOf(key) + 1] : undefined;
      const type = named('type') ?? (before as Record<string, string> | undefined)?.['type'] ?? 'none';
      const pool = short(named('pool') ?? 'none');
      if (!['none', 'automap', 'snat'].includes(type)) throw new Refusal('invalidValue', type, 'type');
      if (type === 'none') return undefined;
      return type === 'snat' && pool !== 'none' ? { pool, type } : { type };
    }
  }
}

/** Creates (or with `modify` changes) an object; throws the Refusal of BIG-IP and then leaves everything as it was. */
export function put(
  config: Configuration,
  name: ClassName,
  object: string,
  settings: readonly Setting[],
  modify: boolean,
): void {
  const { word, immutable = [], named } = CLASSES[name];
  const old = config[name][object];
  if (modify && !old) throw new Refusal('notFound', word, object);
  if (!modify && old) throw new Refusal('alreadyExists', word, object);
  const next: Record<string, Value> = { ...old };
  const isItsName =
    !modify && named && (isNetwork(object) || object === 'default') && !settings.some((s) => s.property === named);
  for (const setting of isItsName ? [{ property: named, verb: '', words: [object] }, ...settings] : settings) {
    const { property } = setting;
    const kind = kindOf(name, property);
    if (!kind) throw new Refusal('unknownProperty', property);
    const value = valueAfter(kind, setting, next[property]);
    const fixed = (word: string): string => (kind === 'cidr' ? hostOf(word) : word); // a self IP's length may change
    const changes = fixed(wordOf({ value: value ?? '' }, 'value')) !== fixed(wordOf(old, property));
    if (modify && immutable.includes(property) && changes) throw new Refusal('immutable', property, word, object);
    delete next[property];
    if (value !== undefined) next[property] = value;
    if (property === 'gw') delete next['interface']; // a route has one of the two
    if (property === 'interface') delete next['gw'];
  }
  check(config, name, object, next);
  config[name][object] = next;
}

/** Whether an object fits into a configuration. */
function check(config: Configuration, name: ClassName, object: string, next: Properties): void {
  const { word, required = [], device = '' } = CLASSES[name];
  const missing = required.find((property) => !next[property]);
  if (missing) throw new Refusal('missingProperty', word, object, missing);
  const on = wordOf(next, device);
  if (on && !config['net vlan'][on] && !config['net tunnels tunnel'][on])
    throw new Refusal('unknownReference', on, word, object, device);
  if (name === 'net self') checkSelf(config, object, next);
  if (name === 'net route') checkRoute(config, object, next);
  if (name === 'ltm virtual') checkVirtual(config, object, next);
}

/** Whether all objects of a configuration fit together; throws the Refusal of the first that does not. */
export function checkAll(config: Configuration): void {
  for (const name of CLASS_NAMES)
    for (const [object, properties] of Object.entries(config[name])) check(config, name, object, properties);
}

/** Whether a self IP moves with a traffic group. One that does needs one of the unit's own in its network (BIP-36). */
export const floats = (self: Properties): boolean => !['', LOCAL_ONLY].includes(wordOf(self, 'traffic-group'));

/** Whether a network has a self IP of the unit's own, but for the one that is named. */
const hasOwnSelf = (config: Configuration, network: string, but: string): boolean =>
  Object.entries(config['net self']).some(
    ([name, self]) => name !== but && !floats(self) && networkOf(wordOf(self, 'address')) === network,
  );

function checkSelf(config: Configuration, object: string, self: Properties): void {
  if (floats(self) && !hasOwnSelf(config, networkOf(wordOf(self, 'address')), object))
    throw new Refusal('floatingFirst', hostOf(wordOf(self, 'address')), object);
}

/** A self IP of the unit's own stays as long as a floating one in its network needs it. */
function refuseOrphans(config: Configuration, object: string): void {
  const network = networkOf(wordOf(config['net self'][object], 'address'));
  const orphan = Object.entries(config['net self']).find(
    ([, self]) => floats(self) && networkOf(wordOf(self, 'address')) === network,
  );
  if (orphan && orphan[0] !== object && !hasOwnSelf(config, network, object))
    throw new Refusal('floatingLeft', hostOf(wordOf(config['net self'][object], 'address')), orphan[0]);
}

function checkRoute(config: Configuration, object: string, route: Properties): void {
  const network = wordOf(route, 'network');
  const twin = Object.entries(config['net route']).find(
    ([other, properties]) => other !== object && wordOf(properties, 'network') === network,
  );
  const [address, length] = network === 'default' ? ['0.0.0.0', 0] : [hostOf(network), lengthOf(network)];
  if (twin) throw new Refusal('duplicateNetwork', address, toAddress(2 ** 32 - 2 ** (32 - length)), twin[0]);
  const gateway = wordOf(route, 'gw');
  if (!gateway && !route['interface']) throw new Refusal('missingProperty', 'static route', object, 'gw or interface');
  const connected = Object.values(config['net self']).some((self) =>
    contains(networkOf(wordOf(self, 'address')), gateway),
  );
  if (gateway && !connected) throw new Refusal('notConnected', gateway);
}

function checkVirtual(config: Configuration, object: string, virtual: Properties): void {
  const { type, pool } = translationOf(virtual);
  if (type === 'snat' && !pool) throw new Refusal('noSnatPool', object);
  if (pool && !config['ltm snatpool'][pool]) throw new Refusal('notFound', CLASSES['ltm snatpool'].word, pool);
}

/** Deletes an object that nothing refers to. */
export function remove(config: Configuration, name: ClassName, object: string): void {
  const { word } = CLASSES[name];
  if (!config[name][object]) throw new Refusal('notFound', word, object);
  const users = Object.values(config['ltm virtual']).filter((virtual) => translationOf(virtual)['pool'] === object);
  if (name === 'ltm snatpool' && users.length) throw new Refusal('poolReferenced', object);
  for (const other of name === 'net vlan' || name === 'net tunnels tunnel' ? CLASS_NAMES : []) {
    const { device = '', word: kind } = CLASSES[other];
    const user = Object.entries(config[other]).find(([, properties]) => wordOf(properties, device) === object);
    if (user) throw new Refusal('inUse', word, object, kind, user[0]);
  }
  if (name === 'net self') refuseOrphans(config, object);
  delete config[name][object];
}

const quoted = (word: string): string => (/\s/.test(word) ? `"${word}"` : word);

/** One object as `list` prints it: alphabetical, only what differs from the default, four blanks a level; a property that is named is printed in any case. */
export function listing(
  config: Configuration,
  name: ClassName,
  object: string,
  only: readonly string[] = [],
  oneLine = false,
): string {
  const properties = config[name][object];
  if (!properties) throw new Refusal('notFound', CLASSES[name].word, object);
  const shown: Record<string, Value> = {
    ...(name === 'net self' ? { 'traffic-group': LOCAL_ONLY } : {}),
    ...properties,
  };
  const defaults = (property: string): Value => (kindOf(name, property) === 'translation' ? { type: 'none' } : 'none');
  const named = only.map((property) => [property, shown[property] ?? defaults(property)] as const);
  return printed(`${name} ${object}`, only.length ? Object.fromEntries(named) : shown, oneLine);
}

/** A block as tmsh prints it, its properties in the order of the alphabet. */
export function printed(head: string, properties: Properties, oneLine: boolean): string {
  const body = Object.keys(properties)
    .sort()
    .flatMap((property): string[] => {
      const value = properties[property]!;
      if (typeof value === 'string') return [`    ${property} ${quoted(value)}`];
      const inner = Array.isArray(value)
        ? (value as string[])
        : Object.entries(value).map(([key, word]) => `${key} ${word}`);
      return [`    ${property} {`, ...inner.map((line) => `        ${line}`), '    }'];
    });
  const whole = body.length ? [`${head} {`, ...body, '}'] : [`${head} { }`];
  return oneLine ? whole.map((line) => line.trim()).join(' ') : whole.join('\n');
}

/** All objects of a configuration as `list` prints them. */
export const listings = (config: Configuration): string[] =>
  CLASS_NAMES.flatMap((name) =>
    Object.keys(config[name])
      .sort()
      .map((object) => listing(config, name, object)),
  );
