import type { Observation, Wanted } from '../device/observation';
import type { Operation } from '../device/operation';
import type { Declared } from '../tunnel';
import { isOurs } from './failover';
import { isShared, MADE, readShared, sharedValue, withoutOwner, type SharedKind } from './objects';
import type { ClusterFacts } from './read';

/**
 * A shared thing as a tunnel wants it, with its claim: what stood there before any tunnel came. A later tunnel finds an earlier one's work there,
 * so it copies that one's claim; only the first looks at the thing itself.
 */
export function claimed(object: string, { state, facts }: Observation<ClusterFacts>): string {
  const own = readShared(state[object])?.first;
  const [anothers] = Object.values(facts.claims[object] ?? {});
  return sharedValue({ is: MADE[kindOf(object)], first: own ?? anothers ?? readShared(state[object])?.is ?? '-' });
}

/**
 * A shared thing when a tunnel lets go of it: the last claim to go puts back what was there first. What somebody has changed since stays as it is.
 * @returns undefined: there is nothing any more
 */
export function released(
  object: string,
  wanted: Wanted<Declared>,
  observed: Observation<ClusterFacts>,
): string | undefined {
  const value = observed.state[object];
  const found = readShared(value);
  if (found?.first === undefined) return value;
  const keeps = found.is !== MADE[kindOf(object)] || users(object, wanted, observed).length > 0;
  const is = keeps ? found.is : found.first;
  return is === '-' ? undefined : sharedValue({ is, first: undefined });
}

/**
 * What of an ipfailover object or a shared thing may be found when a script was cut off between claim and change, or when it ended otherwise than planned, since another
 * tunnel had come or gone.
 */
export function halfway({ verb, object, from, to }: Operation): readonly (string | null)[] {
  // It is made, and then marked.
  if (object.startsWith('ipfailover ')) return verb === 'create' && to !== undefined ? [withoutOwner(to)] : [];
  const { is: was, first: had } = readShared(from) ?? { is: '-', first: undefined };
  const claim = readShared(to)?.first;
  if (!isShared(object.split(' ')[0]!)) return [];
  if (claim !== undefined) return claim === had ? [] : [sharedValue({ is: was, first: claim })];
  if (had === undefined) return [];
  const ends = [was, had].map((is) => (is === '-' ? null : sharedValue({ is, first: undefined })));
  return [sharedValue({ is: had, first: had }), ...ends];
}

/** Who else uses a shared thing: other tunnels by their claims, and ipfailover objects that are no tunnel's. In words. */
export function users(
  object: string,
  { spec, applied }: Wanted<Declared>,
  { facts, state }: Observation<ClusterFacts>,
): readonly string[] {
  const [kind, name, key] = object.split(' ') as [SharedKind, string, string];
  const things = kind === 'account' || kind === 'scc' ? [`account ${name}`, `scc ${name}`] : [object];
  const tunnels = new Set(things.flatMap((thing) => Object.keys(facts.claims[thing] ?? {})));
  const uses = ({ project, account, selector }: ClusterFacts['failovers'][number]): boolean => {
    if (kind === 'label') return selector.split(',').includes(`${key}=true`);
    return kind !== 'scheduling' && project === 'default' && account === name;
  };
  const failovers = facts.failovers.filter(
    (each) =>
      each.owner === null && uses(each) && !(each.project === 'default' && isOurs(each.name, state, spec, applied)),
  );
  return [
    ...[...tunnels].sort().map((tunnel) => `tunnel ${tunnel}`),
    ...failovers.map(({ project, name: own }) => `ipfailover ${project}/${own}`),
  ];
}

function kindOf(object: string): SharedKind {
  return object.split(' ')[0] as SharedKind;
}
