import { mayWork } from '../lib/tunnel/run/automation';
import type { Before } from '../lib/tunnel/plan/records';
import { saysYes } from './agreement';
import { oneTunnel, type Known } from './aws/tunnels';
import type { Input } from './execution';
import type { Place } from './place';
import { many, nameOf } from './report/words';
import { objectIn } from './result';
import type { Running } from './tell-outcome';
import { again, type Where } from './where';

/**
 * The request for the repair of a run that died, as the watch makes it, agreed to where it is on AWS.
 * @throws Error of one sentence where there is nothing to be repaired, or it was not agreed to; NobodyAnswered
 */
export async function repairOf(
  { input, options, surroundings }: Running & { readonly options: { readonly yes?: boolean } },
  { aws, deployment }: Place,
): Promise<Input> {
  const { tunnel } = input;
  const found = repairable(tunnel, await oneTunnel(aws, deployment, tunnel), options, new Date());
  if ('none' in found) throw new Error(found.none);
  const { run: repair, words } = found;
  if (options.local === true || options.yes === true) return { ...input, repair };
  surroundings.err.write(`\nRepair ${tunnel}? ${words}\n`);
  if (await saysYes(surroundings)) return { ...input, repair };
  throw new Error(`NotStarted: it was not agreed to, and nothing was changed.`);
}

/** The ARN of the run that left something, and what a repair of it does; or why there is nothing to be repaired, one sentence. */
export type Repairable =
  { readonly run: string; readonly words: string; readonly cuts: boolean } | { readonly none: string };

/** @param known undefined: the tunnel is neither declared nor in the table */
export function repairable(tunnel: string, known: Known | undefined, where: Where, now: Date): Repairable {
  const { owner = null, before = null, closedBy = null, fence = 0 } = known?.memory ?? {};
  if (owner !== null && mayWork(known?.owner, fence, now))
    return {
      none: `${nameOf(owner)} works on ${tunnel}: wait for its end, or stop it: ${again('stop', tunnel, where)}`,
    };
  const run = owner ?? (before === null ? null : closedBy);
  if (run !== null) return { run, words: `${nameOf(run)} ended half-way. ${begun(before)}`, cuts: before !== null };
  return {
    none:
      before === null
        ? `There is nothing to repair: no run has left anything of ${tunnel} half done. What differs on the devices is put right by ${again('apply', tunnel, where)}`
        : `Nobody knows which run left ${tunnel} half done; an apply begins with what it wrote down: ${again('apply', tunnel, where)}`,
  };
}

/** What a repair has to put back, in words. @param before the record, JSON text */
function begun(before: string | null): string {
  if (before === null) return 'It had changed nothing yet, so that no device is changed.';
  const devices = Object.values(objectIn<{ readonly touched: Before }>(before).touched ?? {});
  const objects = devices.reduce((count, touched) => count + Object.keys(touched).length, 0);
  return `What it had begun is put back, at most ${many(objects, 'object')} on ${many(devices.length, 'device')}. THIS CUTS LIVE TRAFFIC that uses what that run had made.`;
}
