import type { Answer } from '../device/answer';
import type { ObjectKind } from '../device/kind';
import { declarationsOf, eachNamed, type Wanted } from '../device/observation';
import type { State } from '../device/operation';
import { NotUnderstood, Refused } from '../errors/errors';
import type { BigIpFacts } from './facts';
import { isMissing, listing, notTheOne } from './listing';
import { objectsOf, title } from './own';
import { desiredRoute } from './route';
import { ownSelf } from './self';
import { ownPool } from './snatpool';
import { properties, relative, type Block } from './tmsh';
import { arrives, translation } from './translation';
import { ownTunnel } from './tunnel';

/** The source address translation of a virtual server that somebody else made: by it traffic takes the tunnel, or does not. */
export const virtual: ObjectKind<BigIpFacts> = {
  kind: 'virtual',
  questions: (subject) => eachNamed('virtual', subject, ({ virtualServers }) => virtualServers),
  read: (look, asked) =>
    asked.flatMap((object) => {
      const value = readTranslation(look.device, object.slice('virtual '.length), look.answer(object));
      return value === undefined ? [] : [{ object, value }];
    }),
  desired(wanted, { state }) {
    const { spec } = wanted;
    const missing = spec.virtualServers.find((name) => state[`virtual ${name}`] === undefined);
    if (missing !== undefined)
      throw new Refused(
        'virtual-server-missing',
        `${title(wanted)} has no virtual server ${missing}: create it first, or take it out of the declaration`,
      );
    const taken = spec.virtualServers.map((name) => [`virtual ${name}`, translation(spec.objects.snatPool)]);
    return { ...(Object.fromEntries(taken) as State), ...givenBack(wanted, state, left(wanted)) };
  },
  absent: (wanted, { state }) => ({
    ...givenBack({ ...wanted, applied: null }, state, wanted.spec.virtualServers),
    ...givenBack(wanted, state, left(wanted)),
  }),
  // A virtual server that left the declaration was put back then; should it return, what it has by then counts. One that the published procedure
  // already put on our pool: what it had before, nobody wrote down.
  originals(wanted, state) {
    const named = declarationsOf(wanted).flatMap(({ virtualServers }) =>
      virtualServers.map((name) => `virtual ${name}`),
    );
    const known = Object.entries(wanted.original).filter(([object]) => named.includes(object));
    const first = wanted.spec.virtualServers
      .map((name) => `virtual ${name}`)
      .filter((object) => state[object] !== undefined && wanted.original[object] === undefined)
      .map((object) => [object, poolsOf(wanted).includes(state[object]!) ? 'type none' : state[object]!]);
    return Object.fromEntries([...known, ...first]) as State;
  },
  turn: () => 'in place',
  // It leaves before its pool is deleted, and arrives after its pool is created.
  stage: (operation, all) => (arrives(operation, all) ? 'attach' : 'detach'),
  // What carries its traffic: between the proof and its switch another may have changed it.
  preconditions(spec, aim, operations) {
    if (!operations.some(({ to }) => to === translation(spec.objects.snatPool))) return [];
    const carriers = [ownTunnel, ownSelf, ownPool].flatMap((own) => objectsOf(own, spec));
    const routes = spec.clusterNetworks.map((network) => desiredRoute(spec, network));
    const byRoute = Object.keys(aim).filter((object) => routes.includes(aim[object]!));
    return [...carriers, ...byRoute].map((object) => ['keep', object, aim[object], '-'].join('~'));
  },
  say({ object, from, to }) {
    const snat = (value = 'none'): string => value.replace('type snat pool', 'pool').replace('type ', '');
    return `~ virtual server ${object.slice('virtual '.length)}: SNAT ${snat(from)} → ${snat(to)}`;
  },
};

/** Virtual servers that left the declaration. */
function left({ spec, applied }: Wanted): readonly string[] {
  return (applied?.virtualServers ?? []).filter((name) => !spec.virtualServers.includes(name));
}

/** Back to what they had; those already moved off our pools by somebody stay as they are. */
function givenBack(wanted: Wanted, state: State, names: readonly string[]): State {
  const standing = names.map((name) => `virtual ${name}`).filter((object) => state[object] !== undefined);
  return Object.fromEntries(
    standing.map((object) => [
      object,
      poolsOf(wanted).includes(state[object]!) ? (wanted.original[object] ?? 'type none') : state[object]!,
    ]),
  );
}

function poolsOf(wanted: Wanted): readonly string[] {
  return declarationsOf(wanted).map(({ objects }) => translation(objects.snatPool));
}

/** What a listed virtual server has; an absent block means none (BIP-12). undefined: a translation that edge-ramp does not know. */
export function translationIn(block: Block): string | undefined {
  const words = properties(block).get('source-address-translation') ?? [];
  const each = new Map(words.flatMap((word, i) => (i % 2 === 0 ? [[word, words[i + 1]] as const] : [])));
  const [type, pool] = [each.get('type') ?? 'none', each.get('pool')];
  if (type === 'snat' && pool !== undefined) return translation(relative(pool));
  return type === 'none' || type === 'automap' ? `type ${type}` : undefined;
}

/**
 * The script takes the name off where it is the one that was asked for (documents/bigip-listing.sh).
 * @throws NotUnderstood
 */
function readTranslation(device: string, name: string, answer: Answer): string | undefined {
  if (isMissing(answer)) return undefined;
  const [listed, ...more] = listing(device, `virtual ${name}`, answer);
  if (listed?.path !== 'ltm virtual' || more.length > 0) throw notTheOne(device, `virtual server ${name}`, answer);
  const has = translationIn(listed.block);
  if (has !== undefined) return has;
  throw new NotUnderstood(
    'answer-unknown',
    `${device}: virtual server ${name} has a source address translation that edge-ramp does not know: ${answer.printed}`,
  );
}
