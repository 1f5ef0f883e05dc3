import { deviceTitle, kindOf, type Listed } from '../../lib/tunnel/plan/devices';
import { Throttled } from '../../lib/tunnel/errors/errors';

/** Carries out one operation on a device, in wire form. @throws as RunCommand does */
export type CarryOut = (device: Listed, operation: string) => Promise<unknown>;

/**
 * Tells every device that keeps its own part of a tunnel whether the tunnel is paused. The pause stands in the table already, so a device that
 * cannot be told fails nothing: it is named.
 * @param pause in wire form
 * @returns of each device that could not be told one sentence: which, why, and what to do
 * @throws Throttled when every device has answered: the service refused a command, so it is sent again
 */
export async function tell(devices: readonly Listed[], pause: string, carryOut: CarryOut): Promise<readonly string[]> {
  const keeping = devices.filter((device) => kindOf(device).record.keeps !== undefined);
  const settled = await Promise.allSettled(
    keeping.map((device) => carryOut(device, kindOf(device).record.keeps!.told(device.spec.name, pause))),
  );
  const failures = settled.map((each) => (each.status === 'rejected' ? (each.reason as Error) : undefined));
  const throttled = failures.find((failure) => failure instanceof Throttled);
  if (throttled) throw throttled;
  return failures.flatMap((failure, i) => (failure ? [untold(keeping[i]!, pause, failure.message)] : []));
}

function untold(device: Listed, pause: string, why: string): string {
  const { name } = device.spec;
  const [goesOn, otherwise, again] = pause.includes(' paused ')
    ? ['may still put back what is missing', `, or run systemctl stop edge-ramp-${name} on it`, 'pause']
    : ['may still rest', '', 'resume'];
  return `${deviceTitle(device)}: its keeper could not be told, and ${goesOn}: ${why}; ${again} ${name} again when the node answers${otherwise}`;
}
