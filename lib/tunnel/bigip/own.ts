import type { ObjectKind } from '../device/kind';
import { declarationsOf, eachNamed, type Observation, type Subject, type Wanted } from '../device/observation';
import type { Operation, State } from '../device/operation';
import { property, readable } from '../device/words';
import { Refused } from '../errors/errors';
import { isBigIpPair, marker, type Tunnel } from '../declaration/tunnel';
import { canonical } from './canonical';
import type { BigIpFacts } from './facts';
import { isMissing, listed, notTheOne } from './listing';
import { properties, relative } from './tmsh';

/** A kind of object that edge-ramp makes on BIG-IP with its mark as description. */
export interface Own {
  readonly kind: 'tunnel' | 'unit-self' | 'self' | 'route' | 'snatpool';
  /** What tmsh calls its class. */
  readonly tmshClass: string;
  /** The properties of its canonical value, in order. */
  readonly shown: readonly string[];
  /** A property that an adopted object keeps as it was found; absent: there is none. */
  readonly keeps?: string;
  /** Whether an object without anybody's mark is what the published procedure makes between a tunnel's hosts. */
  isPublished(tunnel: Tunnel, value: string): boolean;
}

/** One that a declaration gives a name. */
export interface Named extends Own {
  /** Its name; none where a declaration has no such object. */
  readonly names: (tunnel: Tunnel) => readonly string[];
  /** As it shall be on a unit (its management address), without its description. */
  readonly value: (tunnel: Tunnel, unit: string) => string;
}

/** The rules that these kinds share. */
export function ownKind(own: Own) {
  return {
    kind: own.kind,
    cuts({ verb, object, from, to }: Operation) {
      const changes = (...names: string[]): boolean =>
        names.some((name) => property(from, name) !== property(to, name));
      if (verb === 'delete') return `traffic through ${object} stops until its replacement is in place`;
      if (verb === 'modify' && changes('local-address', 'remote-address'))
        return 'traffic stops until both ends of the tunnel agree';
      if (verb === 'modify' && changes('interface', 'vlan', 'members')) return `connections through ${object} are cut`;
      return undefined;
    },
    remarks: (wanted: Wanted, { state }: Observation<BigIpFacts>, operations: readonly Operation[]) =>
      operations
        .filter(
          ({ object, from }) =>
            object.startsWith(`${own.kind} `) &&
            from !== undefined &&
            state[object] === from &&
            ownership(own, wanted.spec, from) === 'published',
        )
        .map(
          ({ object }) =>
            `${title(wanted)}: ${object} matches what the published procedure makes between these hosts and is adopted`,
        ),
  };
}

/** A kind of object that a declaration gives a name. */
export function namedKind(own: Named): ObjectKind<BigIpFacts> {
  const { kind, tmshClass, names } = own;
  const standing = (state: State) => Object.entries(state).filter(([object]) => object.startsWith(`${kind} `));
  return {
    ...ownKind(own),
    questions: (subject) => eachNamed(kind, subject, names),
    read(look, asked) {
      const floats = look.declarations.some(isBigIpPair);
      // Only a pair has floating self IPs: on a unit that stands alone their traffic group decides nothing.
      const shown = own.shown.filter((name) => floats || name === own.keeps || name !== 'traffic-group');
      return asked.flatMap((object) => {
        const answer = look.answer(object);
        if (isMissing(answer)) return [];
        const [found, ...more] = listed(look.device, tmshClass, object, answer);
        if (found?.name !== relative(object.slice(kind.length + 1)) || more.length > 0)
          throw notTheOne(look.device, object, answer);
        return [{ object, ...canonical(shown, properties(found.block)) }];
      });
    },
    refuse(wanted, { state }, shallExist) {
      for (const [object, found] of standing(state))
        if ((!shallExist || objectsOf(own, wanted.spec).includes(object)) && !isOurObject(own, wanted, found))
          throw new Refused(
            'object-foreign',
            `${title(wanted)} already has a ${object} that is not this tunnel's (${readable(found)}): rename it in the declaration (objects), or remove it, which cuts what uses it`,
          );
    },
    desired: (wanted, { state }) => ({
      ...Object.fromEntries(standing(state).filter(([, found]) => !isOurObject(own, wanted, found))),
      ...madeBy(own, wanted, state),
    }),
  };
}

/** The objects of a named kind as a declaration has them on one unit, with what those that stand there keep. */
export function madeBy(own: Named, { spec, name }: Pick<Subject, 'spec' | 'name'>, standing: State): State {
  const made = `${own.value(spec, name)} description ${marker(spec)}`;
  return Object.fromEntries(objectsOf(own, spec).map((object) => [object, keeping(own, standing[object], made)]));
}

function keeping({ keeps = '', shown }: Own, found: string | undefined, made: string): string {
  const kept = property(found, keeps);
  if (kept === undefined) return made;
  return shown.map((name) => `${name} ${name === keeps ? kept : property(made, name)}`).join(' ');
}

/** The objects of a named kind that a declaration has: `self SDN`. */
export function objectsOf({ kind, names }: Named, tunnel: Tunnel): readonly string[] {
  return names(tunnel).map((name) => `${kind} ${name}`);
}

/** Whether an object is this tunnel's: it bears our mark, or nobody's and is what the published procedure makes. */
export function isOurObject(own: Own, subject: Subject, value: string): boolean {
  return declarationsOf(subject).some((tunnel) => ownership(own, tunnel, value) !== 'foreign');
}

/**
 * Whose an object is: `ours` by its description, `published` when it is what the published procedure makes between these two hosts (whatever its
 * description, unless that is another tunnel's mark), else `foreign`.
 */
export function ownership(own: Own, tunnel: Tunnel, value: string): 'ours' | 'published' | 'foreign' {
  const description = property(value, 'description') ?? '';
  if (description === marker(tunnel)) return 'ours';
  if (description.startsWith(marker({ name: '' }))) return 'foreign';
  return own.isPublished(tunnel, value) ? 'published' : 'foreign';
}

export function title({ name }: Pick<Subject, 'name'>): string {
  return `BIG-IP ${name}`;
}
