import { contains, parseCidr } from '../declaration/address';
import type { ObjectKind } from '../device/kind';
import type { Look } from '../device/look';
import { declarationsOf, eachNamed, type Subject } from '../device/observation';
import { property, readable } from '../device/words';
import { Refused } from '../errors/errors';
import { marker, type Tunnel } from '../declaration/tunnel';
import { canonical } from './canonical';
import type { BigIpFacts } from './facts';
import { listed } from './listing';
import { isOurObject, ownership, ownKind, title, type Own } from './own';
import { properties } from './tmsh';

const own: Own = {
  kind: 'route',
  tmshClass: 'net route',
  shown: ['network', 'interface', 'gw', 'description'],
  isPublished: ({ objects }, value) => property(value, 'interface') === objects.tunnel,
};

/** The routes to the cluster networks by the tunnel, known by their network and not by their name. */
export const route: ObjectKind<BigIpFacts> = {
  ...ownKind(own),
  questions: (subject) =>
    eachNamed('routes', subject, ({ clusterNetworks, objects }) =>
      clusterNetworks.map((cidr) => `${cidr} ${objects.tunnel}`),
    ),
  read(look) {
    const tunnels = look.declarations.map(({ objects }) => objects.tunnel);
    return look
      .once(readRoutes)
      .found.filter(({ value }) => isToCluster(look.subject, value) || tunnels.includes(interfaceOf(value)))
      .map(({ name, ...found }) => ({ object: `route ${name}`, ...found }));
  },
  desired(wanted, { state }) {
    const routes = Object.entries(state).filter(([object]) => object.startsWith('route '));
    const { spec } = wanted;
    const made = spec.clusterNetworks.map((network) => {
      const standing = routes.filter(([, value]) => property(value, 'network') === network);
      const kept = standing.find(([, value]) => isOurRoute(wanted, value))?.[0];
      for (const [object, value] of standing)
        if (object !== kept && !spec.takeover)
          throw new Refused(
            'route-foreign',
            `${title(wanted)} already has a ${object} to ${network} (${readable(value)}) that is not this tunnel's: remove it, or declare takeover: true to have it replaced; either cuts the traffic on it`,
          );
      return [kept ?? `route ${routeName(spec, network)}`, desiredRoute(spec, network)] as const;
    });
    const others = routes.filter(
      ([, value]) => !spec.clusterNetworks.includes(property(value, 'network') ?? '') && !isOurRoute(wanted, value),
    );
    return Object.fromEntries([...made, ...others]);
  },
  absent: (wanted, { state }) =>
    Object.fromEntries(
      Object.entries(state).filter(([object, value]) => object.startsWith('route ') && !isOurRoute(wanted, value)),
    ),
  // It needs the tunnel, and the self IP on it.
  needs(object, state) {
    const by = interfaceOf(state[object]!);
    const selfs = Object.keys(state).filter(
      (other) => other.startsWith('self ') && property(state[other], 'vlan') === by,
    );
    return [`tunnel ${by}`, ...selfs];
  },
  // Its network and its kind of target cannot be modified (BIP-7).
  replaces: (from, to) => ['network', 'gw'].some((name) => property(from, name) !== property(to, name)),
  remarks: (wanted, observed, operations) => [
    ...bypasses(wanted, observed.facts),
    ...ownKind(own).remarks(wanted, observed, operations),
  ],
};

/** A route of ours to one cluster network. */
export function desiredRoute(spec: Tunnel, network: string): string {
  return `network ${network} interface ${spec.objects.tunnel} description ${marker(spec)}`;
}

/** The name of a route that edge-ramp makes: no slash in it, which F5's own tools stumble over (BIP-8). */
function routeName(spec: Tunnel, network: string): string {
  return `${spec.objects.tunnel}_${network.replace('/', '_')}`;
}

function interfaceOf(value: string): string {
  return property(value, 'interface') ?? '';
}

function isToCluster(subject: Subject, value: string): boolean {
  const network = property(value, 'network') ?? '';
  return declarationsOf(subject).some(({ clusterNetworks }) => clusterNetworks.includes(network));
}

/** A route on our interface to a network that no declaration names was put there by somebody else, unless it bears our mark. */
function isOurRoute(subject: Subject, value: string): boolean {
  if (ownership(own, subject.spec, value) === 'ours') return true;
  return isOurObject(own, subject, value) && isToCluster(subject, value);
}

interface FoundRoute {
  readonly name: string;
  readonly value: string;
  readonly unrestorable: string;
}

/** The routes that matter, and how many more there are within each cluster network. @throws NotUnderstood */
export function readRoutes(look: Look): {
  readonly found: readonly FoundRoute[];
  readonly more: Readonly<Record<string, number>>;
} {
  const found = new Map<string, FoundRoute>();
  const more: Record<string, number> = {};
  for (const question of route.questions!(look.subject)) {
    const answer = look.answer(question);
    const isMore = /^more ([0-9]+)$/;
    const lines = answer.lines.filter((line) => !isMore.test(line));
    for (const { name, block } of listed(look.device, own.tmshClass, 'routes', { ...answer, lines })) {
      const known = new Map(properties(block));
      if (!known.has('network')) known.set('network', [name]);
      found.set(name, { name, ...canonical(own.shown, known) });
    }
    more[question.split(' ')[1]!] = Number(answer.lines.map((line) => isMore.exec(line)?.[1]).find(Boolean) ?? 0);
  }
  return { found: [...found.values()], more };
}

/** Routes that are more specific than a cluster network: their traffic bypasses the tunnel. */
function bypasses({ name, spec }: Pick<Subject, 'name' | 'spec'>, facts: BigIpFacts): readonly string[] {
  const named = Object.entries(facts.routes).flatMap(([route, value]) => {
    const target = property(value, 'network') ?? '';
    const around = spec.clusterNetworks.find(
      (cidr) => cidr !== target && parseCidr(target) !== undefined && contains(parseCidr(cidr)!, target.split('/')[0]!),
    );
    return around === undefined || interfaceOf(value) === spec.objects.tunnel
      ? []
      : [`route ${route} (${readable(value)}) is more specific than ${around} and bypasses the tunnel`];
  });
  const counted = spec.clusterNetworks
    .filter((cidr) => (facts.bypasses[cidr] ?? 0) > 0)
    .map((cidr) => `${facts.bypasses[cidr]} more routes are more specific than ${cidr} and bypass the tunnel`);
  return [...named, ...counted].map((remark) => `${title({ name })}: ${remark}`);
}
