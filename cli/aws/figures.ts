import { STAGES } from '../../lib/tunnel/device/operation';
import { devicesOf } from '../../lib/tunnel/plan/devices';
import type { Declared } from '../../lib/tunnel/declaration/tunnel';
import { longestChain, type Figures } from '../report/figures';
import type { Try } from './history';

/** As a state of the workflow hands it to the function of a kind of device. */
interface Given {
  readonly do?: unknown;
  readonly request?: { readonly spec: Declared; readonly forget?: readonly string[] };
  readonly applied?: string | null;
  readonly work?: readonly { readonly device: string; readonly round?: number }[];
}
interface Answered {
  readonly kind?: string;
  readonly devices?: readonly { readonly operations?: number }[];
}

/**
 * What a run on AWS cost, from its history.
 *
 * A trip is a device that a step's function was told to send to, in each round. When a round ended the history does not say: the step's time is
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
  const rounds = devicesOfTry(each);
  const begun = (round: number): number =>
    ended === undefined ? sent : sent + Math.floor(((ended - sent) * round) / rounds.length);
  return rounds.flatMap((devices, i) =>
    Array.from({ length: devices }, () => ({ sent: begun(i), ended: ended === undefined ? 0 : begun(i + 1) })),
  );
}

/** How many devices a function sends to, by round: those that it has work for, or all of its kind to observe them. */
function devicesOfTry({ payload, answer, handedOn }: Try): readonly number[] {
  const { do: doing, request, applied, work = [] } = payload as Given;
  if (doing !== 'observe') {
    const rounds = work.map(({ round }) => round);
    return [...new Set(rounds)].map((round) => rounds.filter((each) => each === round).length);
  }
  const { devices } = (answer ?? {}) as Answered;
  if (devices) return [devices.length];
  // It failed: its kind stands in what the state hands on instead.
  const { kind } = (handedOn ?? {}) as Answered;
  if (!request) return [];
  const before = typeof applied === 'string' ? (JSON.parse(applied) as Declared) : null;
  return [devicesOf(request.spec, before, request.forget).filter((device) => device.kind === kind).length];
}
