import { contains, parseCidr } from '../address';
import { readAnswers } from '../device/answer';
import { describeWords } from '../device/describe';
import type { Device } from '../device/device';
import type { Observation, Wanted } from '../device/observation';
import type { Operation, Stage, State } from '../device/operation';
import type { Order } from '../device/difference';
import { NotUnderstood, NotVerified, Refused } from '../errors';
import { bigipUnit, marker, type Tunnel } from '../tunnel';
import { drains, drainWire } from './drain';
import { desiredObjects, desiredRoute, ownership, routeName, translation } from './objects';
import { digest, proofs, questions, read, readProbes, type BigIpFacts } from './read';
import { property, readable } from '../device/words';

/** BIG-IP: one unit, reached through its bastion. */
export const bigip: Device<BigIpFacts> = {
  kind: 'bigip',
  title: 'BIG-IP',
  questions,
  proofs: ({ spec }) => proofs(spec),
  read,
  prove(answer, { spec }) {
    const device = `BIG-IP ${bigipUnit(spec).management}`;
    const found = readProbes(device, spec, readAnswers(device, answer, proofs(spec)));
    const dead = found.find(({ ok }) => !ok);
    if (dead) throw new NotVerified('ping-failed', `${dead.from}: ${dead.what} to ${dead.to} failed: ${dead.detail}`);
    return found;
  },
  desired,
  absent,
  originals({ spec, applied, original }, { state }) {
    const declarations = [spec, ...(applied ? [applied] : [])];
    const pools = declarations.map(({ objects }) => translation(objects.snatPool));
    const named = declarations.flatMap(({ virtualServers }) => virtualServers.map((name) => `virtual ${name}`));
    const first = spec.virtualServers
      .map((name) => `virtual ${name}`)
      .filter((object) => state[object] !== undefined && original[object] === undefined);
    // A virtual server that left the declaration was put back then; should it return, what it has by then counts.
    const standing = Object.entries(original).filter(([object]) => named.includes(object));
    // A virtual that the published procedure already put on our pool: what it had before, nobody wrote down.
    return {
      ...Object.fromEntries(standing),
      ...Object.fromEntries(
        first.map((object) => [object, pools.includes(state[object]!) ? 'type none' : state[object]!]),
      ),
    };
  },
  objectQuestions: (subject) => questions(subject).filter((question) => !/^(tunnels|selfs|ping) /.test(question)),
  drains: (spec, state, operations) => drains(spec, state, operations).map(drainWire),
  keeps,
  order: { rank, stage, immutable, dependents, interrupts } satisfies Order,
  describe,
  remarks,
};

function desired(wanted: Wanted, observed: Observation<BigIpFacts>): State {
  const { spec, applied } = wanted;
  const { state, facts } = observed;
  refuseGroup(spec, facts);
  const goal: Record<string, string> = { ...desiredObjects(spec) };
  for (const object of Object.keys(goal)) refuseForeign(spec, applied, object, state[object]);

  const [twin] = facts.twins;
  if (twin !== undefined)
    throw new Refused(
      'object-twin',
      `${title(spec)} already has a ${twin} that is what this tunnel's would be: declare that name (objects.${twin.split(' ')[0]}) to have it adopted, or remove it, which cuts what uses it`,
    );

  for (const network of spec.clusterNetworks) {
    const standing = Object.entries(state).filter(
      ([object, value]) => object.startsWith('route ') && property(value, 'network') === network,
    );
    const own = standing.find(([, value]) => isOurs(spec, applied, 'route', value));
    for (const [object, value] of standing)
      if (object !== own?.[0] && !spec.takeover)
        throw new Refused(
          'route-foreign',
          `${title(spec)} already has a ${object} to ${network} (${readable(value)}) that is not this tunnel's: remove it, or declare takeover: true to have it replaced; either cuts what goes that way`,
        );
    goal[own?.[0] ?? `route ${routeName(spec, network)}`] = desiredRoute(spec, network);
  }
  for (const [object, value] of Object.entries(state)) {
    const kind = object.split(' ')[0]!;
    const overtaken = kind === 'route' && spec.clusterNetworks.includes(property(value, 'network') ?? '');
    if (
      goal[object] === undefined &&
      !overtaken &&
      ['tunnel', 'self', 'route', 'snatpool'].includes(kind) &&
      !isOurs(spec, applied, kind, value)
    )
      goal[object] = value;
  }
  for (const name of spec.virtualServers) {
    if (state[`virtual ${name}`] === undefined)
      throw new Refused(
        'virtual-server-missing',
        `${title(spec)} has no virtual server ${name}: create it first, or take it out of the declaration`,
      );
    goal[`virtual ${name}`] = translation(spec.objects.snatPool);
  }
  return withSaved(spec, { ...goal, ...restored(wanted, state) });
}

/**
 * Everything that is this tunnel's is gone; virtual servers have the translation that they had first. What edge-ramp made may also be removed
 * from a unit that has joined a device group since; what only the published procedure made there is not ours to take from half a pair.
 */
function absent(wanted: Wanted, { state, facts }: Observation<BigIpFacts>): State {
  const { spec, applied } = wanted;
  const goal: Record<string, string> = {};
  for (const [object, value] of Object.entries(state)) {
    const kind = object.split(' ')[0]!;
    if (kind === 'virtual' || kind === 'config') continue;
    if (kind === 'route' && !isOurs(spec, applied, kind, value)) goal[object] = value;
    else refuseForeign(spec, applied, object, value);
  }
  const gone = {
    ...goal,
    ...restored({ ...wanted, spec: { ...spec, virtualServers: [] }, applied: spec }, state),
    ...restored(wanted, state),
  };
  const changes = Object.entries(state).some(([object, value]) => object !== 'config saved' && gone[object] !== value);
  const made =
    applied !== null || Object.values(state).some((value) => property(value, 'description') === marker(spec));
  if (changes && !made) refuseGroup(spec, facts);
  return withSaved(spec, gone);
}

/**
 * Objects of a device group's members are partly shared and partly each unit's own, so a tunnel on one of them is half a tunnel.
 * @throws Refused, NotUnderstood
 */
function refuseGroup(spec: Tunnel, { group }: BigIpFacts): void {
  if (group.kind === 'member')
    throw new Refused(
      'device-group',
      `${title(spec)} is ${inGroup(group)}: pairs of BIG-IP are not supported yet; take this one out of its device group, which may cut its traffic, or declare one that stands alone`,
    );
  if (group.kind === 'unknown')
    throw new NotUnderstood(
      'device-group-unknown',
      `${title(spec)} does not say whether it is in a device group ("show cm sync-status"): ${group.said}`,
    );
}

function inGroup({ failover, sync }: Extract<BigIpFacts['group'], { kind: 'member' }>): string {
  return `${failover} in a device group (sync status: ${sync})`;
}

/** Virtual servers that left the declaration: back to what they had; those already moved off our pools by somebody stay as they are. */
function restored({ spec, applied, original }: Wanted, state: State): State {
  const left = (applied?.virtualServers ?? [])
    .filter((name) => !spec.virtualServers.includes(name))
    .map((name) => `virtual ${name}`);
  const pools = [spec, ...(applied ? [applied] : [])].map(({ objects }) => translation(objects.snatPool));
  return Object.fromEntries(
    left
      .filter((object) => state[object] !== undefined)
      .map((object) => [object, pools.includes(state[object]!) ? (original[object] ?? 'type none') : state[object]!]),
  );
}

function withSaved(spec: Tunnel, goal: State): State {
  return spec.save ? { ...goal, 'config saved': digest(spec, goal) } : goal;
}

function title(spec: Tunnel): string {
  return `BIG-IP ${bigipUnit(spec).management}`;
}

function isOurs(spec: Tunnel, applied: Tunnel | null, kind: string, value: string): boolean {
  const published = [spec, ...(applied ? [applied] : [])].some(
    (tunnel) => ownership(tunnel, kind, value) !== 'foreign',
  );
  // A route on our interface to a network that no declaration names was put there by somebody else, unless it bears our mark.
  if (kind !== 'route' || ownership(spec, kind, value) === 'ours') return published;
  const networks = [...spec.clusterNetworks, ...(applied?.clusterNetworks ?? [])];
  return published && networks.includes(property(value, 'network') ?? '');
}

function refuseForeign(spec: Tunnel, applied: Tunnel | null, object: string, value: string | undefined): void {
  if (value !== undefined && !isOurs(spec, applied, object.split(' ')[0]!, value))
    throw new Refused(
      'object-foreign',
      `${title(spec)} already has a ${object} that is not this tunnel's (${readable(value)}): rename it in the declaration (objects), or remove it, which cuts what uses it`,
    );
}

/** What carries the traffic of virtual servers that arrive: between the proof and their switch another may have changed it. */
function keeps(spec: Tunnel, aim: State, operations: readonly Operation[]): readonly string[] {
  const arrives = operations.some(({ to }) => to === translation(spec.objects.snatPool));
  const carries = ([object, value]: readonly [string, string]): boolean =>
    desiredObjects(spec)[object] === value ||
    spec.clusterNetworks.some((network) => desiredRoute(spec, network) === value);
  return arrives
    ? Object.entries(aim)
        .filter(carries)
        .map(([object, value]) => ['keep', object, value, '-'].join('~'))
    : [];
}

/** Delete: pool, route, self, tunnel. Create: tunnel, self, route, pool. Virtual servers, then a pool they left, then save (BIP-10). */
function rank({ verb, object, stage: when }: Operation): number {
  const [kind] = object.split(' ') as [string];
  if (kind === 'virtual') return 10;
  if (kind === 'config') return 99;
  const place = ['tunnel', 'self', 'route', 'snatpool'].indexOf(kind) + 1;
  if (verb !== 'delete') return place;
  return when === 'attach' ? 20 : -place;
}

/** A virtual server leaves before its pool goes and arrives after its pool has come; a pool that a virtual moves away from goes last. */
function stage({ verb, object, from, to }: Operation, all: readonly Operation[]): Stage {
  const [kind, name] = object.split(' ') as [string, string];
  const pool = (value: string | undefined): string | undefined => property(value, 'pool');
  const does = (verbed: string, what: string | undefined): boolean =>
    what !== undefined && all.some((other) => other.verb === verbed && other.object === `snatpool ${what}`);
  const arrives = (next: string | undefined, old: string | undefined): boolean =>
    pool(next) !== undefined && (!does('delete', pool(old)) || does('create', pool(next)));
  if (kind === 'virtual') return arrives(to, from) ? 'attach' : 'detach';
  if (kind === 'config') return 'attach';
  const left = all.some(
    (other) => other.object.startsWith('virtual ') && pool(other.from) === name && arrives(other.to, other.from),
  );
  return kind === 'snatpool' && verb === 'delete' && left ? 'attach' : 'shape';
}

/** Tunnel profile, self IP address, route network and a route's kind of target cannot be modified (BIP-7). */
function immutable(object: string, from: string, to: string): boolean {
  const differs = (name: string): boolean => property(from, name) !== property(to, name);
  const kind = object.split(' ')[0]!;
  if (kind === 'tunnel') return differs('profile');
  if (kind === 'self') return differs('address');
  return kind === 'route' && (differs('network') || (property(from, 'gw') ?? '') !== (property(to, 'gw') ?? ''));
}

/** A self IP stands on its tunnel; a route needs the tunnel and the self IP that makes it a way. */
function dependents(object: string, state: State): readonly string[] {
  const [kind, name] = object.split(' ') as [string, string];
  const on = (prefix: string, word: string, value: string | undefined): string[] =>
    Object.keys(state).filter(
      (other) => value !== undefined && other.startsWith(prefix) && property(state[other], word) === value,
    );
  if (kind === 'tunnel') return [...on('self ', 'vlan', name), ...on('route ', 'interface', name)];
  return kind === 'self' ? on('route ', 'interface', property(state[object], 'vlan')) : [];
}

function interrupts({ verb, object, from, to }: Operation): string | undefined {
  const kind = object.split(' ')[0]!;
  const changes = (...names: string[]): boolean => names.some((name) => property(from, name) !== property(to, name));
  if (kind === 'virtual' || kind === 'config') return undefined;
  if (verb === 'delete') return `traffic through ${object} stops until its successor stands`;
  if (verb === 'modify' && changes('local-address', 'remote-address'))
    return 'traffic stops until both ends of the tunnel agree';
  if (verb === 'modify' && changes('interface', 'vlan', 'members')) return `connections through ${object} are cut`;
  return undefined;
}

function describe(operation: Operation): string {
  const { object, from, to } = operation;
  const [kind, name] = object.split(' ') as [string, string];
  const snat = (value: string | undefined): string =>
    (value ?? 'none').replace('type snat pool', 'pool').replace('type ', '');
  if (kind === 'config') return '  save the configuration';
  return kind === 'virtual' ? `~ virtual server ${name}: SNAT ${snat(from)} → ${snat(to)}` : describeWords(operation);
}

function remarks(
  { spec }: Wanted,
  { facts, state }: Observation<BigIpFacts>,
  operations: readonly Operation[],
): readonly string[] {
  const found: string[] = [];
  // Only a teardown comes here with a group: whatever else would change something was refused.
  if (facts.group.kind === 'member' && operations.length > 0)
    found.push(
      `${title(spec)} is ${inGroup(facts.group)}: the tunnel is removed from this unit only; look at the others, and synchronise the group by hand`,
    );
  if (facts.group.kind === 'unknown' && operations.length > 0)
    found.push(
      `${title(spec)} does not say whether it is in a device group (${facts.group.said}): if it is, the tunnel is removed from this unit only`,
    );
  for (const [name, value] of Object.entries(facts.routes)) {
    const target = property(value, 'network') ?? '';
    const inner = parseCidr(target);
    const around = spec.clusterNetworks.find(
      (cidr) => cidr !== target && inner !== undefined && contains(parseCidr(cidr)!, target.split('/')[0]!),
    );
    if (around !== undefined && property(value, 'interface') !== spec.objects.tunnel)
      found.push(
        `${title(spec)}: route ${name} (${readable(value)}) is more specific than ${around} and bypasses the tunnel`,
      );
  }
  for (const cidr of spec.clusterNetworks) {
    const more = facts.bypasses[cidr] ?? 0;
    if (more > 0)
      found.push(`${title(spec)}: ${more} more routes are more specific than ${cidr} and bypass the tunnel`);
  }
  for (const { object, from } of operations)
    if (object.startsWith('virtual ') && from === translation(spec.objects.snatPool)) continue;
    else if (
      from !== undefined &&
      ownership(spec, object.split(' ')[0]!, from) === 'published' &&
      state[object] === from
    )
      found.push(
        `${title(spec)}: ${object} matches what the published procedure makes between these hosts and is adopted`,
      );
  for (const { address, seconds } of drains(spec, state, operations))
    found.push(
      seconds === 0
        ? `${title(spec)}: connections through ${address} are cut at once (drain: 0)`
        : `${title(spec)}: connections through ${address} get up to ${seconds} s to end; those left are cut`,
    );
  if (operations.some(({ object }) => object === 'config saved'))
    found.push(`${title(spec)}: save sys config also saves any unsaved changes of others`);
  return found;
}
