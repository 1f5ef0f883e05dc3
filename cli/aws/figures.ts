import { STAGES } from '../../lib/tunnel/device/operation';
import { devicesOf } from '../../lib/tunnel/plan/devices';
import type { Declared } from '../../lib/tunnel/declaration/tunnel';
import type { Work } from '../../lib/tunnel/plan/plan';
import { longestChain, type Figures } from '../report/figures';
import type { Try } from './history';

/** As a state of the workflow hands it to the function of a kind of device. */
interface Given {
  readonly do?: unknown;
  readonly request?: { readonly spec: Declared; readonly forget?: readonly string[] };
  readonly applied?: string | null;
  readonly work?: readonly Handed[];
}
type Handed = Pick<Work, 'device' | 'proves' | 'round'> & Partial<Pick<Work, 'operations'>>;
interface Answered {
  readonly kind?: string;
  readonly devices?: readonly { readonly operations?: number }[];
}

/**
 * What a run on AWS cost, from its history.
 *
 * A trip is a device that a step's function was told to send to, in each round; two where it was told to prove what it changes. When a round ended the history does not say: the step's time is
 * divided evenly. Two more things differ from what the simulated hosts count. A step that was tried again
 * counts again, although it may have found the command of the try before. And how many command lines changed a device stands on the devices only:
 * `deviceWrites` is 0 where no step was told to change anything, else null, with the operations that were carried out beside it.
 */
export function figuresFrom(tries: readonly Try[], stateTransitions: number): Figures {
  const sending = tries.filter(({ payload }) => typeof payload['do'] === 'string');
  const trips = sending.flatMap(tripsOfTry);
  const changing = sending.filter(({ payload }) => (STAGES as readonly unknown[]).includes(payload['do']));
  const changed = changing.flatMap(({ answer }) => ((answer ?? {}) as Answered).devices ?? []);
  return {
    ssmRoundTrips: trips.length,
    criticalPathTrips: longestChain(trips),
    stateTransitions,
    ...(changing.length === 0
      ? { deviceWrites: 0 }
      : { deviceWrites: null, deviceOperations: changed.reduce((sum, { operations = 0 }) => sum + operations, 0) }),
  };
}

/** The rounds of one try follow one another; the devices of a round are sent to at once. */
function tripsOfTry(each: Try): readonly { readonly sent: number; readonly ended: number }[] {
  const { sent, ended } = each;
  const rounds = commandsOfTry(each);
  const begun = (round: number): number =>
    ended === undefined ? sent : sent + Math.floor(((ended - sent) * round) / rounds.length);
  return rounds.flatMap((commands, i) =>
    Array.from({ length: commands }, () => ({ sent: begun(i), ended: ended === undefined ? 0 : begun(i + 1) })),
  );
}

/** A change, or a proof, or both side by side. */
function commandsFor({ operations, proves }: Handed): number {
  return proves === true && operations?.length !== 0 ? 2 : 1;
}

/** How many commands a function sends, by round: for the devices that it has work for, or for all of its kind to observe them. */
function commandsOfTry({ payload, answer, handedOn }: Try): readonly number[] {
  const { do: doing, request, applied, work = [] } = payload as Given;
  if (doing !== 'observe') {
    const rounds = [...new Set(work.map(({ round }) => round))];
    return rounds.map((round) =>
      work.filter((each) => each.round === round).reduce((sum, each) => sum + commandsFor(each), 0),
    );
  }
  const { devices } = (answer ?? {}) as Answered;
  if (devices) return [devices.length];
  // It failed: its kind stands in what the state hands on instead.
  const { kind } = (handedOn ?? {}) as Answered;
  if (!request) return [];
  const before = typeof applied === 'string' ? (JSON.parse(applied) as Declared) : null;
  return [devicesOf(request.spec, before, request.forget).filter((device) => device.kind === kind).length];
}
