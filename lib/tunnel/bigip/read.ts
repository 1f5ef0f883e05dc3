import { createHash } from 'node:crypto';
import { excerpt, pingProbe, readAnswers, type Answer } from '../device/answer';
import type { Observation, Probe, Subject } from '../device/observation';
import type { State } from '../device/operation';
import { NotUnderstood } from '../errors';
import { bigipUnit, isPair, rampAddress, tunnelAddress, type Tunnel } from '../tunnel';
import { canonical, type ObjectKind } from './objects';
import { parseListing, properties, relative, type Block } from './tmsh';
import { property } from '../device/words';

/** What edge-ramp knows of a BIG-IP but does not change. */
export interface BigIpFacts {
  /** The routes on it to a cluster network, by a tunnel of ours, and some of those within a cluster network: name to canonical value. */
  readonly routes: State;
  /** How many further routes there are within each cluster network. */
  readonly bypasses: Readonly<Record<string, number>>;
  /** Settings that edge-ramp could not put back after deleting the object. */
  readonly unrestorable: State;
  /** Digest of the objects that the saved configuration holds, as far as edge-ramp knows. */
  readonly saved: string;
  readonly group: Group;
  /** Tunnels between our two ends and self IPs with our address, under names that neither declaration has: `tunnel NAME`. */
  readonly twins: readonly string[];
}

/** Whether a BIG-IP stands alone (BIP-27). `unknown`: it did not say so in words that are understood; `said` is what it said. */
export type Group =
  | { readonly kind: 'none' }
  | { readonly kind: 'member'; readonly failover: string; readonly sync: string }
  | { readonly kind: 'unknown'; readonly said: string };

const ANSWER_CODES = /^(?:01[0-9a-f]{6}:[0-9]+:|Syntax Error|Data Input Error|usage: tmsh)/;

/** What observing asks of a BIG-IP: each named object, the routes, the virtual servers, what was saved, its device group, and a ping. */
export function questions({ spec, applied }: Subject): readonly string[] {
  const named = [spec, ...(applied ? [applied] : [])];
  const each = (kind: string, names: readonly string[]): string[] =>
    [...new Set(names)].map((name) => `${kind} ${name}`);
  return [
    ...each(
      'tunnel',
      named.map(({ objects }) => objects.tunnel),
    ),
    ...each(
      'self',
      named.map(({ objects }) => objects.self),
    ),
    ...each(
      'routes',
      named.flatMap(({ clusterNetworks, objects }) => clusterNetworks.map((cidr) => `${cidr} ${objects.tunnel}`)),
    ),
    ...each(
      'snatpool',
      named.map(({ objects }) => objects.snatPool),
    ),
    ...each(
      'virtual',
      named.flatMap(({ virtualServers }) => virtualServers),
    ),
    `tunnels ${bigipUnit(spec).address} ${rampAddress(spec)}`,
    `selfs ${tunnelAddress(spec)}`,
    'saved',
    ...GROUP,
    ...probes(spec),
  ];
}

/** The second one only names the state: the first tells whether there is a group. */
const GROUP = ['group sync-status', 'group failover-status'] as const;

/** The pings from BIG-IP: to the other end of the tunnel, and to a Pod through it where one is declared. */
function probes(spec: Tunnel): readonly string[] {
  return [`ping ${spec.tunnel.node}`, ...(spec.probe === undefined ? [] : [`ping ${spec.probe}`])];
}

/** As proofs the same; the virtual IP of a pair needs some seconds to be there after its first start, so the far end is waited for. */
export function proofs(spec: Tunnel): readonly string[] {
  return [...(isPair(spec) ? [`await ${spec.tunnel.node}`] : []), ...probes(spec)];
}

/** @throws NotUnderstood */
export function read(text: string, subject: Subject): Observation<BigIpFacts> {
  const { spec, applied } = subject;
  const device = `BIG-IP ${bigipUnit(spec).management}`;
  const asked = questions(subject);
  const answers = readAnswers(device, text, asked);
  const state: Record<string, string> = {};
  const unrestorable: Record<string, string> = {};
  const routes: Record<string, string> = {};
  const bypasses: Record<string, number> = {};
  const twins: string[] = [];
  const tunnels = [spec, ...(applied ? [applied] : [])].map(({ objects }) => objects.tunnel);
  const networks = [spec, ...(applied ? [applied] : [])].flatMap(({ clusterNetworks }) => clusterNetworks);

  for (const question of asked) {
    const [kind, name] = question.split(' ') as [string, string];
    const answer = answers.get(question)!;
    if (kind === 'virtual') {
      const translation = readTranslation(device, name, answer);
      if (translation !== undefined) state[question] = translation;
    }
    if (kind === 'routes') {
      Object.assign(routes, readRoutes(device, answer, unrestorable));
      bypasses[name] = Number(answer.lines.map((line) => /^more ([0-9]+)$/.exec(line)?.[1]).find(Boolean) ?? 0);
    }
    if (kind === 'tunnels' || kind === 'selfs') {
      const one = kind === 'tunnels' ? 'tunnel' : 'self';
      for (const found of absent(answer) ? [] : named(device, CLASSES[one], question, answer))
        if (!asked.includes(`${one} ${found.name}`)) twins.push(`${one} ${found.name}`);
    }
    if (kind === 'tunnel' || kind === 'self' || kind === 'snatpool') {
      const object = readObject(device, kind, name, answer);
      if (object) state[question] = object.value;
      if (object?.others) unrestorable[question] = object.others;
    }
  }
  for (const [route, value] of Object.entries(routes))
    if (networks.includes(property(value, 'network') ?? '') || tunnels.includes(property(value, 'interface') ?? ''))
      state[`route ${route}`] = value;
  const saved = answers.get('saved')!.lines[0] ?? digest(spec, state);
  if (spec.save) state['config saved'] = saved;
  const group = readGroup(...GROUP.map((question) => answers.get(question)!));
  return {
    facts: { routes, bypasses, unrestorable, saved, group, twins },
    state,
    probes: readProbes(device, spec, answers),
  };
}

/**
 * First 16 hex digits of SHA-256 over the declared objects of a state: by this name edge-ramp remembers what it saved. What only the
 * declaration before had does not count: the next run does not look at it any more.
 */
export function digest({ objects: names, virtualServers, clusterNetworks }: Tunnel, state: State): string {
  const declared = [
    `tunnel ${names.tunnel}`,
    `self ${names.self}`,
    `snatpool ${names.snatPool}`,
    ...virtualServers.map((name) => `virtual ${name}`),
  ];
  const objects = Object.entries(state).filter(
    ([object, value]) =>
      declared.includes(object) ||
      (object.startsWith('route ') &&
        (clusterNetworks.includes(property(value, 'network') ?? '') || property(value, 'interface') === names.tunnel)),
  );
  return createHash('sha256')
    .update(JSON.stringify(objects.sort(([a], [b]) => (a < b ? -1 : 1))))
    .digest('hex')
    .slice(0, 16);
}

/** @throws NotUnderstood */
export function readProbes(device: string, spec: Tunnel, answers: ReadonlyMap<string, Answer>): readonly Probe[] {
  return probes(spec).flatMap((question) => {
    const to = question.split(' ')[1]!;
    const what =
      to === spec.tunnel.node
        ? 'ping through the tunnel'
        : 'ping to a Pod through the tunnel (not through the SNAT pool)';
    return pingProbe(device, to, what, answers.get(question)) ?? [];
  });
}

/** What tmsh calls the classes of objects. */
const CLASSES = {
  tunnel: 'net tunnels tunnel',
  self: 'net self',
  snatpool: 'ltm snatpool',
  route: 'net route',
} as const;

/** The objects of one class that are listed, and nothing else, by their names. @throws NotUnderstood */
function named(
  device: string,
  tmshClass: string,
  question: string,
  answer: Answer,
): readonly { readonly name: string; readonly block: Block }[] {
  return listing(device, question, answer).map(({ path, block }) => {
    const [name, ...more] = path.startsWith(`${tmshClass} `) ? path.slice(tmshClass.length + 1).split(' ') : [];
    if (name === undefined || more.length > 0) throw notTheOne(device, question, answer);
    return { name: relative(name), block };
  });
}

/** tmsh takes some names for more than one object: what it lists must be the very one that was asked for. */
function notTheOne(device: string, question: string, answer: Answer): NotUnderstood {
  return new NotUnderstood(
    'answer-unknown',
    `${device}: it does not list ${question}, as asked, but: ${answer.printed}`,
  );
}

function readObject(
  device: string,
  kind: ObjectKind,
  name: string,
  answer: Answer,
): ReturnType<typeof canonical> | undefined {
  if (absent(answer)) return undefined;
  const [listed, ...more] = named(device, CLASSES[kind], `${kind} ${name}`, answer);
  if (listed?.name !== relative(name) || more.length > 0) throw notTheOne(device, `${kind} ${name}`, answer);
  return canonical(kind, properties(listed.block));
}

function readRoutes(device: string, answer: Answer, unrestorable: Record<string, string>): State {
  const routes: Record<string, string> = {};
  const lines = answer.lines.filter((line) => !/^more [0-9]+$/.test(line));
  for (const { name, block } of named(device, CLASSES.route, 'routes', { ...answer, lines })) {
    const found = new Map(properties(block));
    if (!found.has('network')) found.set('network', [name]);
    const { value, others } = canonical('route', found);
    routes[name] = value;
    if (others) unrestorable[`route ${name}`] = others;
  }
  return routes;
}

/** An absent block means none (BIP-12). The script takes the name off where it is the one that was asked for (documents/bigip-listing.sh). */
function readTranslation(device: string, name: string, answer: Answer): string | undefined {
  if (absent(answer)) return undefined;
  const [listed, ...more] = listing(device, `virtual ${name}`, answer);
  if (listed?.path !== 'ltm virtual' || more.length > 0) throw notTheOne(device, `virtual server ${name}`, answer);
  const block = properties(listed.block).get('source-address-translation');
  const words = new Map((block ?? []).flatMap((word, i, all) => (i % 2 === 0 ? [[word, all[i + 1]] as const] : [])));
  const [type, pool] = [words.get('type') ?? 'none', words.get('pool')];
  if (type === 'snat' && pool !== undefined) return `type snat pool ${relative(pool)}`;
  if (type === 'none' || type === 'automap') return `type ${type}`;
  throw new NotUnderstood(
    'answer-unknown',
    `${device}: virtual server ${name} has a source address translation that edge-ramp does not know: ${answer.printed}`,
  );
}

/**
 * Its device group, by the line `Status ...` of each answer: their headings and other lines are not known well enough (BIP-27). A BIG-IP that
 * would not say is not taken for one that stands alone, nor is it an error here: a teardown must not depend on it.
 */
function readGroup(...answers: readonly Answer[]): Group {
  const [sync, failover] = answers.map(({ code, lines }) =>
    code === 0 && !lines.some((line) => ANSWER_CODES.test(line))
      ? lines.flatMap((line) => /^\s*Status\s+(\S.*?)\s*$/i.exec(line)?.[1] ?? [])[0]
      : undefined,
  );
  if (sync === undefined) return { kind: 'unknown', said: answers[0]!.printed };
  if (/^standalone$/i.test(sync)) return { kind: 'none' };
  return { kind: 'member', failover: excerpt(failover ?? 'in an unknown state'), sync: excerpt(sync) };
}

/** 01020036 is "not found" for every class of object; a missing one may also print nothing at all (BIP-1). */
function absent({ code, lines, complaint }: Answer): boolean {
  const said = [complaint, ...lines].join('\n').trim();
  return code !== 0 && (said === '' || /(?:^|\s)01020036:/.test(said));
}

function listing(device: string, what: string, answer: Answer): ReturnType<typeof parseListing> {
  if (answer.code !== 0 || answer.lines.some((line) => ANSWER_CODES.test(line)))
    throw new NotUnderstood('look-refused', `${device} would not list ${what}: ${answer.printed}`);
  return parseListing(device, answer.lines);
}
