import { Command } from 'commander';
import { heldBack } from '../../lib/tunnel/run/automation';
import { digestOf } from '../../lib/tunnel/declaration/digest';
import { Problem } from '../aws/problem';
import { oneTunnel } from '../aws/tunnels';
import { onAwsAlone, tunnelArgument, type Define } from '../options';
import { atPlace } from '../place';
import type { Surroundings } from '../surroundings';
import { again, type OnAws } from '../where';

export const event: Define = (surroundings, exit) =>
  onAwsAlone(
    new Command('event').description('ask the automation to apply a tunnel again').addArgument(tunnelArgument()),
    'on this machine start `npx edge-ramp local`, and send the event from another shell after the export that it prints.',
  ).action((name: string, where: OnAws) => exit(ask(name, where, surroundings)));

/** Asks as anything in the account may: by an event. */
async function ask(tunnel: string, where: OnAws, surroundings: Surroundings): Promise<number> {
  const { out } = surroundings;
  return atPlace(where, surroundings, {}, async ({ aws, deployment }) => {
    const known = await oneTunnel(aws, deployment, tunnel);
    if (!known?.declared)
      throw new Error(`${tunnel} is not declared in ${deployment.region}, so that nobody answers an event for it.`);
    const { FailedEntryCount: failed = 0, Entries: [entry] = [] } = await aws.events.putEvents({
      Entries: [{ Source: aws.names.prefix, DetailType: 'Reapply requested', Detail: JSON.stringify({ tunnel }) }],
    });
    if (failed > 0)
      throw new Problem('other', `EventBridge did not take the event: ${entry?.ErrorCode}: ${entry?.ErrorMessage}.`);
    const held = heldBack(known.memory, known.declared, digestOf(known.declared), new Date());
    const follows =
      held === null
        ? 'a run follows within seconds, or is skipped if one has looked meanwhile'
        : `it will be left alone: ${held}`;
    out.write(`Asked to apply ${tunnel} again; ${follows}. To see it: ${again('history', tunnel, where)}\n`);
    return 0;
  });
}
