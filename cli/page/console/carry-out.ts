import { oneTunnel } from '../../aws/tunnels';
import { start } from '../../execution';
import type { Place } from '../../place';
import { repairable } from '../../repair';
import { nameOf } from '../../report/words';
import { stopRun, working } from '../../stopping';
import type { Where } from '../../where';
import { Refusal } from './refusal';
import type { RunRequest } from './request';

/**
 * Does what a page asks. What a person has agreed to is about one run: if it is another one by now, nothing is done.
 * @returns the run to be looked at next
 * @throws Refusal where it is, or where there is none
 */
export async function carryOut(place: Place, where: Where, request: RunRequest): Promise<{ readonly arn: string }> {
  if (request.action === 'stop') return stop(place, request);
  if (request.action === 'repair') return repair(place, where, request);
  return start(place, request);
}

/** A request that names a run. */
type About = Extract<RunRequest, { readonly run: string }>;

async function stop(place: Place, { tunnel, run }: About) {
  const { runs } = await working(tunnel, place);
  if (runs.every(({ arn }) => arn !== run))
    throw new Refusal(409, `${nameOf(run)} does not work on ${tunnel} any more: nothing was stopped.`);
  await stopRun(place, run, 'console');
  return { arn: run };
}

async function repair(place: Place, where: Where, { tunnel, run }: About) {
  const found = repairable(tunnel, await oneTunnel(place.aws, place.deployment, tunnel), where, new Date());
  if ('none' in found) throw new Refusal(409, found.none);
  if (found.run !== run)
    throw new Refusal(409, `It is ${nameOf(found.run)} that has left something half done by now: nothing was started.`);
  return start(place, { tunnel, action: 'apply', repair: run });
}
