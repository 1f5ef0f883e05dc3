import type { Draft } from '../../lib/tunnel/declaration/draft';
import type { Tunnel } from '../../lib/tunnel/declaration/tunnel';
import type { Look } from '../../lib/tunnel/device/look';
import type { Subject } from '../../lib/tunnel/device/observation';
import { Refused } from '../../lib/tunnel/errors/errors';
import { devicesOf, kindOf, type Kind, type Listed } from '../../lib/tunnel/plan/devices';
import { filled } from '../init/questions';

/** Asks a device questions, joined by a bar. @returns what its observe script printed */
export type AskDevice = (device: Listed, questions: string) => Promise<string>;

/** What a device is asked of a hand-made tunnel, and how its answer is read. */
export interface HandMadeReading<T> {
  readonly questions: (subject: Subject) => readonly string[];
  /** @throws NotUnderstood */
  readonly read: (look: Look) => T;
}

/** What a device told, with its title for sentences. */
export interface ToldBy<T> {
  readonly title: string;
  readonly told: T;
}

/** Asks every device of a kind. @throws NotUnderstood, and whatever asking throws */
export function askEach<T>(kind: Kind, spec: Tunnel, { questions, read }: HandMadeReading<T>, ask: AskDevice) {
  return Promise.all(
    devicesOf(spec, null)
      .filter((device) => device.kind === kind)
      .map(async (device): Promise<ToldBy<T>> => {
        const subject = { name: device.name, spec, applied: null };
        const asked = questions(subject);
        const look = kindOf(device).look(await ask(device, asked.join('|')), subject, asked);
        return { title: look.device, told: read(look) };
      }),
  );
}

/**
 * What those devices say alike that say something: what one lacks, a plan would make.
 * @param what is said, as the subject of a sentence
 * @throws Refused where two say different things
 */
export function saidAlike<T>(
  what: string,
  said: readonly ToldBy<T | undefined>[],
  todo: string,
  inWords: (value: T) => string = String,
): T | undefined {
  const [first, ...others] = said.filter((each): each is ToldBy<T> => each.told !== undefined);
  const other = others.find(({ told }) => inWords(told) !== inWords(first!.told));
  if (first !== undefined && other !== undefined)
    throw new Refused(
      'pair-differs',
      `${what} is ${inWords(first.told)} on ${first.title} and ${inWords(other.told)} on ${other.title}, so nothing was written. ${todo}, and import again`,
    );
  return first?.told;
}

/** Stand in for the addresses that nobody knows yet: reserved for documentation (RFC 5737), and so no host's. */
const NOWHERE = { bigip: '192.0.2.1', node: '192.0.2.2', unit: '192.0.2.3', inside: '198.51.100.1/24' };
const INNER = '198.51.100.2';
const NO_NETWORK = '203.0.113.0/24';

export interface KnownSoFar {
  readonly local?: string | undefined;
  readonly remote?: string | undefined;
  readonly inside?: string | undefined;
  /** Of a pair of ramp nodes: the name of its ipfailover object, and the interface that this names. */
  readonly failover?: string | undefined;
  readonly interface?: string | undefined;
}

/** A whole declaration to ask by: what is not known has an address of nobody. */
export function toAskBy(draft: Draft, known: KnownSoFar = {}): Tunnel {
  const { local = NOWHERE.bigip, remote = NOWHERE.node, inside = NOWHERE.inside } = known;
  const { bigipPair, ipfailover, ramp } = draft;
  const fields: readonly (readonly [path: readonly (string | number)[], value: unknown])[] = [
    ...(bigipPair === undefined
      ? [[['bigip', 0, 'address'], local] as const]
      : [
          [['bigipPair', 'floating'], local] as const,
          ...draft.bigip.flatMap((_, i) => [
            [['bigip', i, 'address'], NOWHERE.unit] as const,
            [['bigip', i, 'inner'], INNER] as const,
          ]),
        ]),
    ...(ipfailover === undefined
      ? [[['ramp', 'nodes', 0, 'address'], remote] as const]
      : [
          [['ramp', 'vip'], remote] as const,
          [
            ['ipfailover'],
            { name: known.failover ?? '-', label: '-', serviceAccount: '-', vrrpIdOffset: NaN },
          ] as const,
          ...ramp.nodes.map((_, i) => [['ramp', 'nodes', i, 'interface'], known.interface] as const),
        ]),
    [['tunnel', 'bigip'], inside],
    [['tunnel', 'node'], INNER],
    [['clusterNetworks'], [NO_NETWORK]],
  ];
  return fields.reduce<Draft>((whole, [path, value]) => filled(whole, path, value), draft) as Tunnel;
}
