import type { HistoryCommand } from './command';
import { pastRuns } from './aws/runs';
import { everyTunnel } from './aws/tunnels';
import { atPlace } from './place';
import { historyText } from './report/history';
import { json } from './report/json';
import { styleFor } from './report/style';
import type { Surroundings } from './surroundings';

/**
 * Shows the runs of a tunnel, newest first.
 * @returns the exit code; 0 however the runs ended, since looking succeeded
 * @throws Problem when AWS cannot be asked; Error of one sentence when nobody knows the tunnel
 * @public loaded when it is asked for
 */
export async function history(command: HistoryCommand, surroundings: Surroundings): Promise<number> {
  const { tunnel, where, limit } = command;
  const { out } = surroundings;
  return atPlace(where, surroundings, { unopened: true }, async ({ aws, deployment }) => {
    const tunnels = (await everyTunnel(aws, deployment)).map(({ name }) => name);
    const found = await pastRuns(aws, deployment, tunnel, [...new Set([...tunnels, tunnel])], limit);
    if (found.runs.length === 0 && !tunnels.includes(tunnel))
      throw new Error(`${tunnel} is neither declared nor known to the table, and no run names it.`);
    out.write(command.json ? json({ tunnel, ...found }) : historyText(tunnel, found, styleFor(out)));
    return 0;
  });
}
