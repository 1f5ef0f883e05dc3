import type { ObjectKind } from '../device/kind';
import type { Look } from '../device/look';
import { eachNamed, type Observation, type Wanted } from '../device/observation';
import type { Operation, State } from '../device/operation';
import type { Declared } from '../declaration/tunnel';
import { linesOf, notUnderstood } from './answers';
import type { ClusterFacts, Failover } from './facts';
import { isOurFailover } from './failovers';
import { pairOf } from './pair';

/**
 * The value of a thing that tunnels share, as documents/cluster-objects.sh writes and reads it: `is VALUE`, and with a claim of ours
 * `is VALUE first CLAIM`: the value before any tunnel used it. `-` is no value, `=` an empty label.
 */
export interface Shared {
  readonly is: string;
  readonly original: string | undefined;
}

export function readShared(value: string | undefined): Shared | undefined {
  const match = /^is (\S+)(?: first (\S+))?$/.exec(value ?? '');
  return match ? { is: match[1]!, original: match[2] } : undefined;
}

export function sharedValue({ is, original }: Shared): string {
  return original === undefined ? `is ${is}` : `is ${is} first ${original}`;
}

/** A kind of thing that tunnels share. */
export interface SharedKind {
  readonly kind: 'label' | 'scheduling' | 'account' | 'scc';
  /** What edge-ramp makes of it. */
  readonly made: string;
  /** Those that a declaration has its tunnel use. */
  readonly names: (declared: Declared) => readonly string[];
  /** Whether an ipfailover object uses it. */
  readonly uses: (failover: Failover, name: string, key: string) => boolean;
  /** Kinds whose claims keep it too: the right of an account is nothing without the account. Default itself. */
  readonly with?: readonly string[];
  /** What an operator calls it. */
  readonly called: (name: string, key: string, is: string) => string;
  /** One line for the diff, when its value changes; default that it is made or removed. */
  readonly changed?: (name: string, key: string, was: string, is: string) => string;
  /** Said when it stays, for others' use, on a node that left the pair. */
  readonly leftBehind?: string;
}

type Seen = Observation<ClusterFacts>;

/** What other tunnels claim of a shared thing: the tunnel's name to the original value in its claim. @throws NotUnderstood */
export function claimsOfOthers(look: Look<Declared>, object: string): State {
  const lines = linesOf(look, object) ?? [];
  const found = lines.filter((line) => line.startsWith('claim ')).map((line) => line.split(' ').slice(1));
  if (found.some((words) => words.length !== 2)) notUnderstood(look, object, lines);
  return Object.fromEntries(found) as State;
}

/**
 * A kind of thing that tunnels share. Several of them use it at once: each claims it, and with the last claim it is put back as it was (ADR 0014).
 * The claim, with the original value, is on the thing itself, since another tunnel must be able to read it.
 */
export function sharedKind(own: SharedKind): ObjectKind<ClusterFacts, Declared> {
  const { kind, made } = own;
  /** A later tunnel finds an earlier one's work there, so it copies that one's claim; only the first looks at the thing itself. */
  const claimed = (object: string, { state, facts }: Seen): string => {
    const found = readShared(state[object]);
    const [anothers] = Object.values(facts.claims[object] ?? {});
    return sharedValue({ is: made, original: found?.original ?? anothers ?? found?.is ?? '-' });
  };
  /** The last claim to end restores the original value; a value that somebody has changed since stays. undefined: nothing is left. */
  const released = (object: string, wanted: Wanted<Declared>, observed: Seen): string | undefined => {
    const value = observed.state[object];
    const found = readShared(value);
    if (found?.original === undefined) return value;
    const stays = found.is !== made || otherUsers(own, object, wanted, observed).length > 0;
    const is = stays ? found.is : found.original;
    return is === '-' ? undefined : sharedValue({ is, original: undefined });
  };
  const absent = (wanted: Wanted<Declared>, observed: Seen): State =>
    Object.fromEntries(
      Object.keys(observed.state)
        .filter((object) => object.startsWith(`${kind} `))
        .flatMap((object) => {
          const value = released(object, wanted, observed);
          return value === undefined ? [] : [[object, value]];
        }),
    );
  return {
    kind,
    questions: (subject) => eachNamed(kind, subject, own.names),
    read: (look, asked) =>
      asked.map((object) => {
        const lines = linesOf(look, object) ?? [];
        const value = lines.find((line) => !line.startsWith('claim '));
        if (value !== undefined && readShared(value) === undefined) notUnderstood(look, object, lines);
        return { object, value };
      }),
    desired: (wanted, observed) => ({
      ...absent(wanted, observed),
      ...Object.fromEntries(
        own.names(wanted.spec).map((name) => [`${kind} ${name}`, claimed(`${kind} ${name}`, observed)]),
      ),
    }),
    absent,
    // Released when all is made: so a leaving node loses its label after the new node has its own.
    turn: ({ to }) => (readShared(to)?.original === undefined ? 'late' : 'in place'),
    say: (operation) => say(own, operation),
    partial,
    remarks: (wanted, observed, operations) =>
      operations
        .filter(({ object, from, to }) => object.startsWith(`${kind} `) && to !== undefined && letsGo(from, to))
        .flatMap(({ object }) => {
          const others = otherUsers(own, object, wanted, observed);
          const left = pairOf(wanted.spec) !== undefined && !isDeclared(own, object, wanted.spec);
          return others.length === 0
            ? []
            : [
                `cluster of ${wanted.name}: ${object} stays: ${others.join(', ')} uses it too${left ? (own.leftBehind ?? '') : ''}`,
              ];
        }),
  };
}

function letsGo(from: string | undefined, to: string): boolean {
  return readShared(from)?.original !== undefined && readShared(to)?.original === undefined;
}

function isDeclared({ kind, names }: SharedKind, object: string, declared: Declared): boolean {
  return names(declared).some((name) => object === `${kind} ${name}`);
}

function say(own: SharedKind, { object, from, to }: Operation): string {
  const [, name, key] = object.split(' ') as [string, string, string];
  const [was, is] = [from, to].map((value) => readShared(value)?.is ?? '-') as [string, string];
  if (was !== is) return own.changed?.(name, key, was, is) ?? `${is === '-' ? '-' : '+'} ${own.called(name, key, is)}`;
  const used = readShared(to)?.original !== undefined;
  return `~ ${own.called(name, key, is)}: ${used ? 'used by this tunnel' : `no longer used by this tunnel${is === '-' ? '' : ', stays'}`}`;
}

/** What a shared thing may be found as when a script was cut off between claim and change, or another tunnel had come or gone. */
function partial({ from, to }: Operation): readonly (string | null)[] {
  const { is: was, original: had } = readShared(from) ?? { is: '-', original: undefined };
  const claim = readShared(to)?.original;
  if (claim !== undefined) return claim === had ? [] : [sharedValue({ is: was, original: claim })];
  if (had === undefined) return [];
  const ends = [was, had].map((is) => (is === '-' ? null : sharedValue({ is, original: undefined })));
  return [sharedValue({ is: had, original: had }), ...ends];
}

/** Who else uses a shared thing: other tunnels by their claims, and ipfailover objects that are no tunnel's. In words. */
function otherUsers(
  own: SharedKind,
  object: string,
  wanted: Wanted<Declared>,
  { facts, state }: Seen,
): readonly string[] {
  const [, name, key] = object.split(' ') as [string, string, string];
  const things = own.with?.map((kind) => `${kind} ${name}`) ?? [object];
  const tunnels = new Set(things.flatMap((thing) => Object.keys(facts.claims[thing] ?? {})));
  const failovers = facts.failovers.filter(
    (each) =>
      each.owner === null &&
      own.uses(each, name, key) &&
      !(each.project === 'default' && isOurFailover(each.name, state, wanted)),
  );
  return [
    ...[...tunnels].sort().map((tunnel) => `tunnel ${tunnel}`),
    ...failovers.map(({ project, name: other }) => `ipfailover ${project}/${other}`),
  ];
}
