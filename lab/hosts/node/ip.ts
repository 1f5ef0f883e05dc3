import { contains, hostOf, isAddress, lengthOf, toNumber } from '../address';
import { done, Refusal, say, type Answer } from '../answer';
import { text } from '../texts';
import { addAddress, connect, holds, linkNamed, removeAddress, removeLink, routeTo, sourceOf } from './node';
import type { Link, Node, Route } from './node';

/** The words after "ip OBJECT VERB": keyword and value pairs, and the rest in order. */
interface Words {
  readonly names: readonly string[];
  readonly values: Readonly<Record<string, string | undefined>>;
  readonly flags: ReadonlySet<string>;
  /** The node's own seconds. */
  readonly now: number;
}
type Verb = (node: Node, words: Words) => Answer;

const KEYWORDS = new Set(
  'dev mode remote local ttl tos via proto src metric from peer valid_lft preferred_lft'.split(' '),
);
const SYNONYMS: Record<string, string> = { address: 'addr', list: 'show', delete: 'del' };

/** iproute2's `ip`, as far as tunnels, links, IPv4 addresses and routes of a ramp node go. */
export function ip(node: Node, args: readonly string[], now: number): Answer {
  const options = args.filter((word) => /^-[o4s]$/.test(word));
  const [object = '', verb = 'show', ...rest] = args
    .slice(options.length)
    .map((word, i) => (i < 2 && SYNONYMS[word]) || word);
  const command = COMMANDS[`${object} ${verb}`];
  const names: string[] = [];
  const values: Record<string, string> = {};
  for (let i = 0; i < rest.length; i++) {
    const word = rest[i]!;
    if (KEYWORDS.has(word)) values[word] = rest[++i] ?? '';
    else names.push(word);
  }
  if (!command || names.length > (object === 'link' ? 2 : 1)) throw new Refusal('notModelled', 'ip', args.join(' '));
  return command(node, { names, values, flags: new Set(options), now });
}

function need(node: Node, name = '', otherwise: 'deviceNotFound' | 'deviceNotThere' = 'deviceNotFound'): Link {
  const link = linkNamed(node, name);
  if (!link) throw new Refusal(otherwise, name);
  return link;
}
const shorten = (cidr: string): string => (cidr === '0.0.0.0/0' ? 'default' : cidr.replace(/\/32$/, ''));
const widen = (cidr = ''): string => (cidr === 'default' ? '0.0.0.0/0' : cidr.includes('/') ? cidr : `${cidr}/32`);
/** The links a `show` is about: the one that is named, or all. */
const shown = (node: Node, { names, values }: Words): Link[] => {
  const name = values['dev'] ?? names[0];
  return name ? [need(node, name, 'deviceNotThere')] : node.links;
};

function linkHead({ index, name, kind, dev, up, mtu }: Link): string {
  const words = { ipip: 'POINTOPOINT,NOARP', ether: 'BROADCAST,MULTICAST', loopback: 'LOOPBACK' }[kind];
  const flags = `${words}${up ? ',UP,LOWER_UP' : ''}`;
  const state = !up ? 'noop state DOWN' : mtu === 1500 ? 'fq_codel state UP' : 'noqueue state UNKNOWN';
  return `${index}: ${name}${kind === 'ipip' ? `@${dev || 'NONE'}` : ''}: <${flags}> mtu ${mtu} qdisc ${state}`;
}

function routeLine({ to, dev, via, proto, src, metric }: Route, hideDevice: boolean): string {
  const words = { via, dev: hideDevice ? undefined : dev, proto, scope: via ? undefined : 'link', src, metric };
  return `${shorten(to)} ${Object.entries(words)
    .flatMap(([word, value]) => (value ? `${word} ${value} ` : []))
    .join('')}`;
}
function newRoute(node: Node, { names, values: { dev, via, proto, src, metric } }: Words): Route {
  if (!need(node, dev).up) throw new Refusal('deviceDown');
  const onLink = via && node.routes.some((route) => route.dev === dev && !route.via && contains(route.to, via));
  if (via && (!onLink || holds(node, via))) throw new Refusal('noGateway');
  if (src && !holds(node, src)) throw new Refusal('noSource');
  const given = Object.entries({ via, proto, src, metric }).filter(([, value]) => value !== undefined);
  return { to: widen(names[0]), dev: dev!, ...Object.fromEntries(given) };
}
/** Routes to one network that stand side by side have other metrics. */
const sameRoute = (a: Route, b: Route): boolean => a.to === b.to && (a.metric ?? '0') === (b.metric ?? '0');

/** The kernel allows one tunnel per pair of ends and bound device; the module's own, tunl0, has none of them. */
const clashes = (node: Node, name: string, ends: Pick<Link, 'remote' | 'local' | 'dev'>): boolean =>
  [{ name: 'tunl0', remote: 'any', local: 'any', dev: '' }, ...node.links].some(
    (l) => l.name !== name && l.remote === ends.remote && l.local === ends.local && l.dev === ends.dev,
  );

/** @throws Refusal as the kernel refuses what is done to a tunnel that is none */
function tunnelNamed(node: Node, name: string, verb: 'get' | 'delete'): Link {
  const link = linkNamed(node, name);
  if (!link) throw new Refusal(verb === 'get' ? 'tunnelChangeAbsent' : 'tunnelDeleteAbsent', name);
  if (link.kind !== 'ipip') throw new Refusal('tunnelNone', verb, name);
  return link;
}

/** As the kernel keeps them: by network, the smaller one first, and by metric. */
const byNetwork = (a: Route, b: Route): number =>
  toNumber(hostOf(a.to)) - toNumber(hostOf(b.to)) ||
  lengthOf(b.to) - lengthOf(a.to) ||
  Number(a.metric ?? 0) - Number(b.metric ?? 0);

/** iproute2 of RHEL 7.3 and before: two blanks ahead of most words (xcat-core PR 3569). */
const inItsWords = (node: Node, line: string): string =>
  node.settings.iproute2 === 'old' ? line.replace(/ (remote|local|dev|ttl|proto|scope|src|metric) /g, '  $1 ') : line;

const COMMANDS: Record<string, Verb> = {
  'tunnel show': (node, { names }) => {
    const tunnels = node.links.filter((link) => link.kind === 'ipip' && (!names[0] || link.name === names[0]));
    const told = tunnels.map(({ name, remote, local, dev, ttl, tos }) => {
      const options = `${dev ? ` dev ${dev}` : ''} ttl ${ttl ?? 'inherit'}${tos ? ` tos ${tos}` : ''}`;
      return inItsWords(node, text('tunnelLine', name, remote, local, options));
    });
    return say(...(names[0] ? [] : [text('tunnelModuleLine')]), ...told);
  },
  'tunnel add': (node, { names: [name = ''], values }) => {
    const { mode, remote = 'any', local = 'any', dev = '', ttl, tos } = values;
    if (mode !== 'ipip' || !name) throw new Refusal('notModelled', 'ip', `tunnel add ${name} mode ${mode}`);
    if (dev) need(node, dev);
    if (linkNamed(node, name) || clashes(node, name, { remote, local, dev })) throw new Refusal('tunnelExists');
    const fresh = { index: node.nextIndex++, up: false, mtu: 1480, mac: '', received: 0 };
    node.links.push({
      ...fresh,
      name,
      kind: 'ipip',
      remote,
      local,
      dev,
      ...(ttl ? { ttl } : {}),
      ...(tos ? { tos } : {}),
    });
    return done();
  },
  // keeps whatever is not named
  'tunnel change': (node, { names: [name = ''], values }) => {
    const tunnel = tunnelNamed(node, name, 'get');
    const {
      remote = tunnel.remote,
      local = tunnel.local,
      dev = tunnel.dev,
      ttl = tunnel.ttl,
      tos = tunnel.tos,
    } = values;
    if (dev) need(node, dev);
    if (clashes(node, name, { remote, local, dev })) throw new Refusal('tunnelChangeClash', name);
    Object.assign(tunnel, { remote, local, dev, ttl, tos });
    return done();
  },
  'tunnel del': (node, { names: [name = ''] }) => {
    removeLink(node, tunnelNamed(node, name, 'delete').name);
    return done();
  },
  'link show': (node, words) => {
    const told = shown(node, words).map((link) => {
      const ends = `link/ipip ${link.local} peer ${link.remote}`.replaceAll('any', '0.0.0.0');
      const received = `${link.received * 84}`.padStart(14) + `${link.received}`.padStart(8);
      const counters = words.flags.has('-s') ? `\n${text('linkCounters', received)}` : '';
      const brd = link.kind === 'ether' ? 'ff:ff:ff:ff:ff:ff' : link.mac;
      const ether = `link/${link.kind} ${link.mac} brd ${brd}`;
      return `${linkHead(link)} mode DEFAULT group default qlen 1000\n    ${link.kind === 'ipip' ? ends : ether}${counters}`;
    });
    return say(...(words.flags.has('-o') ? told.map((line) => line.replaceAll('\n', '\\')) : told));
  },
  'link set': (node, { names, values }) => {
    const link = need(node, values['dev'] ?? names[0]);
    const wanted = names.at(-1);
    if (wanted !== 'up' && wanted !== 'down') throw new Refusal('notModelled', 'ip', `link set ${names.join(' ')}`);
    if (link.up === (wanted === 'up')) return done();
    link.up = wanted === 'up';
    if (link.up) for (const each of node.addresses.filter(({ dev }) => dev === link.name)) connect(node, each);
    else node.routes = node.routes.filter((route) => route.dev !== link.name); // "up" brings back the kernel's own only
    return done();
  },
  'link del': (node, { names, values }) => {
    const link = need(node, values['dev'] ?? names[0]);
    if (link.kind !== 'ipip') throw new Refusal('notModelled', 'ip', `link del ${link.name}`);
    removeLink(node, link.name);
    return done();
  },
  'addr show': (node, words) => {
    const told = shown(node, words).flatMap((link) => {
      const inet = node.addresses.filter((a) => a.dev === link.name);
      const texts = inet.map(({ address, length, peer, dev, until }) => {
        const left = until === undefined ? 'forever' : `${Math.max(0, Math.ceil(until - words.now))}sec`;
        const scope = contains('127.0.0.1/8', address) ? 'host' : 'global';
        return `    inet ${address}${peer ? ` peer ${peer}` : ''}/${length} scope ${scope} ${dev}\n       valid_lft ${left} preferred_lft ${left}`;
      });
      if (words.flags.has('-o')) return texts.map((each) => `${link.index}: ${link.name}${each.replace('\n', '\\')}`);
      return [`${linkHead(link)} group default qlen 1000`, ...texts];
    });
    return say(...told);
  },
  'addr add': (node, words) => setAddress(node, words, true),
  'addr replace': (node, words) => setAddress(node, words, false),
  'addr del': (node, { names: [cidr = ''], values }) => {
    const dev = need(node, values['dev']).name;
    const wildcard = !cidr.includes('/') && values['peer'] === undefined;
    const wanted = withPeer(cidr, values['peer']);
    const found = node.addresses.find(
      (a) => a.dev === dev && a.address === hostOf(cidr) && (wildcard || sameForm(a, wanted)),
    );
    const warning = wildcard ? `${text('wildcard', cidr, 32)}\n` : '';
    if (!found) {
      const { answer } = new Refusal('noAddress');
      return { ...answer, err: warning + answer.err };
    }
    removeAddress(node, found);
    return { ...done(), err: warning };
  },
  'route show': (node, { names, values: { dev } }) => {
    if (dev) need(node, dev);
    const wanted = node.routes.filter((r) => (!names[0] || r.to === widen(names[0])) && (!dev || r.dev === dev));
    return say(...wanted.toSorted(byNetwork).map((route) => inItsWords(node, routeLine(route, dev !== undefined))));
  },
  'route add': (node, words) => {
    const route = newRoute(node, words);
    if (node.routes.some((other) => sameRoute(other, route))) throw new Refusal('fileExists');
    node.routes.push(route);
    return done();
  },
  'route replace': (node, words) => {
    const route = newRoute(node, words);
    node.routes = [...node.routes.filter((other) => !sameRoute(other, route)), route];
    return done();
  },
  'route del': (node, { names, values: { dev, via, proto, src, metric } }) => {
    if (dev) need(node, dev);
    const wanted = Object.entries({ dev, via, proto, src, metric }).filter(([, value]) => value !== undefined);
    const found = node.routes
      .filter(({ to }) => to === widen(names[0]))
      .toSorted(byNetwork)
      .find((route) => wanted.every(([word, value]) => route[word as keyof Route] === value));
    if (!found) throw new Refusal('noRoute');
    node.routes = node.routes.filter((route) => route !== found);
    return done();
  },
  'route get': (node, { names: [address = ''], values: { from } }) => {
    if (!isAddress(address)) throw new Refusal('notModelled', 'ip', `route get ${address}`);
    if (holds(node, address)) return say(`local ${address} dev lo src ${address} uid 0 `, '    cache <local> ');
    const route = routeTo(node, address);
    if (!route || (from && !holds(node, from))) throw new Refusal('unreachable');
    const source = from ? '' : `src ${sourceOf(node, route)} `;
    return say(
      `${address} ${from ? `from ${from} ` : ''}${route.via ? `via ${route.via} ` : ''}dev ${route.dev} ${source}uid 0 `,
      '    cache ',
    );
  },
};

/** What an address is beside itself: its length and, on a link between two ends, the other end. */
const withPeer = (cidr: string, peer: string | undefined): { readonly length: number; readonly peer?: string } =>
  peer === undefined ? { length: lengthOf(cidr) } : { length: lengthOf(peer), peer: hostOf(peer) };
const sameForm = (a: ReturnType<typeof withPeer>, b: ReturnType<typeof withPeer>): boolean =>
  a.length === b.length && a.peer === b.peer;

function setAddress(node: Node, { names: [cidr = ''], values, now }: Words, fresh: boolean): Answer {
  const dev = need(node, values['dev']).name;
  const wanted = withPeer(cidr, values['peer']);
  const is = (each: Node['addresses'][number]): boolean =>
    each.dev === dev && each.address === hostOf(cidr) && sameForm(each, wanted);
  const there = node.addresses.some(is);
  if (there && fresh) throw new Refusal('fileExists');
  if (!there) addAddress(node, dev, cidr, wanted);
  const seconds = Number(values['valid_lft'] ?? NaN); // NaN: forever
  node.addresses = node.addresses.map((each) => (is(each) && seconds ? { ...each, until: now + seconds } : each));
  return done();
}
