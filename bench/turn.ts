import { setTimeout as sleep } from 'node:timers/promises';
import { pings, type PingTarget } from './traffic/pings';
import type { Alone, Contender, Effort } from './contenders/contender';
import { difference } from './difference';
import type { Place } from './place';

export const ACTIONS = ['apply', 'reapply', 'repair', 'teardown'] as const;
export type Action = (typeof ACTIONS)[number];

/** Pings a second, from BIG-IP through the tunnel to a Pod of another node. */
export const RATE = 100;
/** Seconds of pings while nobody does anything. */
const CONTROL = 5;

/** One action of one contender, measured once. */
export interface Measured extends Effort {
  readonly contender: string;
  readonly action: Action;
  /** Seconds that each trip was made longer. */
  readonly delay: number;
  /** Command lines that changed a device, counted on the devices. */
  readonly writes: number;
  /** Pings without an answer while it went on, and the longest time without any, in milliseconds; where there was traffic before. */
  readonly lost?: number;
  readonly silence?: number;
}

export interface Turn {
  readonly measured: readonly Measured[];
  /** Of the pings while nobody did anything. */
  readonly control: PingTarget;
  /** What its teardown left otherwise than it was, and where. */
  readonly left: readonly string[];
}

/**
 * A contender's turn on a site that nobody has touched: it applies, applies again, repairs the ramp node whose flows are lost,
 * lets what it has there do that alone, tears down.
 * @throws Error of one sentence when an action fails, or when no ping comes back after the first
 */
export async function turn(place: Place, contender: Contender, delay: number): Promise<Turn> {
  const { hosts, site } = place;
  await place.clean();
  const before = await place.dump();
  const measured: Measured[] = [];
  const act = async (action: Action, by: Contender | Alone = contender): Promise<Measured> => {
    const lines = hosts.journal().length;
    const effort = await (by === contender ? contender[action]() : by.repair());
    const writes = hosts
      .journal()
      .slice(lines)
      .filter((line) => line.writes).length;
    return { ...effort, contender: by.name, action, delay, writes };
  };
  const underTraffic = async (
    action: Action,
    begin: () => Promise<void> = () => Promise.resolve(),
    by: Contender | Alone = contender,
  ) => {
    const echoes = await ping(place);
    await begin();
    const done = await act(action, by);
    const { lost, longestGap } = (await echoes.stop())[place.pod]!;
    measured.push({ ...done, lost, silence: longestGap });
  };

  measured.push(await act('apply'));
  const control = await quiet(place);
  if (control.received === 0)
    throw new Error(`No ping comes back from ${place.pod} after ${contender.name} has applied.`);
  await underTraffic('reapply');
  const wipe = (): Promise<void> => hosts.act(site.node, 'wipe-flows');
  await underTraffic('repair', wipe);
  if (contender.alone) {
    await contender.alone.ready();
    await underTraffic('repair', wipe, contender.alone);
  }
  measured.push(await act('teardown'));
  return { measured, control, left: difference(before, await place.dump()) };
}

const ping = ({ hosts, site, pod }: Place) => pings(hosts.machine, site.bigip, { to: [pod], rate: RATE });

async function quiet(place: Place): Promise<PingTarget> {
  const echoes = await ping(place);
  await sleep(CONTROL * 1000);
  return (await echoes.stop())[place.pod]!;
}
