import type { Tunnel } from '../../lib/tunnel/declaration/tunnel';
import { onlyMarks } from '../../lib/tunnel/device/mark';
import { devicesOf, kindOf } from '../../lib/tunnel/plan/devices';
import type { Plan } from '../../lib/tunnel/plan/plan';
import { reconcile } from '../../lib/tunnel/plan/reconcile';
import { situationOf } from '../../lib/tunnel/plan/situation';
import type { AskDevice } from './looks';

/** What an apply would change, as a run would plan it. @throws Refused for what a run would refuse */
export async function planOf(spec: Tunnel, ask: AskDevice): Promise<Plan> {
  const observed = await Promise.all(
    devicesOf(spec, null).map(async (device) => {
      const kind = kindOf(device);
      const observation = kind.read(await ask(device, kind.questions(device).join('|')), device);
      return { kind: device.kind, name: device.name, observation };
    }),
  );
  return reconcile('declared', situationOf(spec, { original: null, before: null, applied: null }, observed));
}

/** How many changes of a tunnel's first plan only mark as edge-ramp's what stands, by the values that it would write. */
export function marksIn({ before }: Pick<Plan, 'before'>): number {
  return Object.values(before)
    .flatMap((touched) => Object.values(touched))
    .filter(({ from, wrote: [to = null] }) => onlyMarks(from, to)).length;
}
