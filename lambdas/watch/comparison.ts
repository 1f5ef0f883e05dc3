import {
  STEP_KINDS,
  deviceTitle,
  devicesOf,
  documentsFor,
  parametersOf,
  stepKindOf,
  type DocumentSet,
  type Listed,
} from '../../lib/tunnel/plan/devices';
import { digestOf } from '../../lib/tunnel/declaration/digest';
import { NotDelivered } from '../../lib/tunnel/errors/errors';
import type { Memory } from '../../lib/tunnel/run/memory';
import type { Plan } from '../../lib/tunnel/plan/plan';
import { reconcile } from '../../lib/tunnel/plan/reconcile';
import { appliedOf, situationOf } from '../../lib/tunnel/plan/situation';
import type { Declared } from '../../lib/tunnel/declaration/tunnel';
import { look } from '../devices/look';
import type { RunCommand } from '../run-command/ssm';
import type { timeOutsFor } from '../run-command/time-outs';

/** How the watch reaches devices. */
export interface Trips {
  readonly commands: RunCommand;
  /** The name of an observe document. */
  readonly documents: (set: DocumentSet) => string;
  /** The instances that Systems Manager can reach now: only these get commands. */
  readonly connected: ReadonlySet<string>;
  readonly timeOuts: typeof timeOutsFor;
  /** The tick's id: with the device it makes a command's tag. */
  readonly occasion: string;
}

/** The result of one look. `because`: why a run is needed, or why not, in words. */
export interface Finding {
  readonly runNeeded: boolean;
  readonly because: string;
  /** What nodes have put back by themselves within the last hour. */
  readonly healed: Plan['healed'];
}

/**
 * Looks once at every device of a tunnel, side by side, and compares it with the declaration: with the same questions, reading and difference as
 * a run. It stamps no fence and changes nothing.
 * @throws NotDelivered, DeviceRefused, OutcomeUnknown, Throttled, NotUnderstood when it could not look; Refused for what a run would refuse as
 * well, such as a bridge that the SDN has not made yet: a run would only fail, and two of them stop automation
 */
export async function compareWithDeclaration(spec: Declared, memory: Memory, trips: Trips): Promise<Finding> {
  const devices = devicesOf(spec, appliedOf(memory));
  const settled = await Promise.allSettled(
    STEP_KINDS.map((kind) =>
      look(
        devices.filter((device) => stepKindOf(device.kind) === kind),
        (device, questions) => ask(device, questions, trips),
      ),
    ),
  );
  const observed = settled.flatMap((kind) => {
    if (kind.status === 'rejected') throw kind.reason;
    return kind.value;
  });
  const plan = reconcile('declared', situationOf(spec, memory, observed));
  return { ...findingOf(plan, memory), healed: plan.healed };
}

/** The instances that get the commands of a look, and how long it may take, in seconds. */
export function reachedBy(spec: Declared, memory: Memory, timeOuts: Trips['timeOuts']) {
  const devices = devicesOf(spec, appliedOf(memory));
  return {
    instances: devices.map(({ instance }) => instance),
    deadline: Math.max(...devices.map((device) => timeOuts(device).deadline)),
  };
}

/** What a plan means for the watch. */
export function findingOf(plan: Plan, { notified, degraded }: Memory): Omit<Finding, 'healed'> {
  const { operations, digest, changes, reachable, verification, remarks } = plan;
  if (operations > 0 && digest === notified)
    return { runNeeded: false, because: `${operations} changes wait for a person, who has the notice` };
  if (operations > 0)
    return {
      runNeeded: true,
      because: `drift: ${operations} changes, first ${changes[0]!.device}: ${changes[0]!.text}`,
    };
  const dead = verification.find(({ ok }) => !ok);
  if (!reachable)
    return { runNeeded: true, because: `it does not carry: ${dead ? `${dead.what} from ${dead.from}` : 'no ping'}` };
  const list = (titles: readonly string[]): string => [...titles].sort().join(', ');
  if (list(plan.degraded) !== list(degraded))
    return { runNeeded: true, because: `cannot be reached now: ${list(plan.degraded) || 'none'}` };
  return { runNeeded: false, because: ['it is as declared, and carries', ...remarks].join('; ') };
}

async function ask(device: Listed, questions: string, { commands, documents, connected, occasion, timeOuts }: Trips) {
  const { name, instance, spec } = device;
  const title = deviceTitle(device);
  if (!connected.has(instance))
    throw new NotDelivered(
      'not-connected',
      `${title} cannot be reached: ${instance} is not connected to Systems Manager (is it running, and its agent?)`,
    );
  return commands.run({
    device: title,
    instance,
    document: documents(documentsFor(device)),
    parameters: { ...parametersOf(device, 0), Questions: questions },
    tag: `edge-ramp ${digestOf([occasion, name])} ${spec.name}: watch`,
    again: false,
    looks: true,
    timeOuts: timeOuts(device),
  });
}
