import type { ExecutionListItem } from '@aws-sdk/client-sfn';
import type { Change } from '../../lib/tunnel/plan/plan';
import type { Aws } from './aws';
import type { Deployment } from './deployment';
import { objectIn, statusOf } from '../result';
import type { Input } from '../execution';
import { describe, type Described } from './executions';

/** A run of a tunnel, as Step Functions remembers it. */
export interface PastRun {
  /** The execution's name, and its ARN. */
  readonly execution: string;
  readonly arn: string;
  readonly action: string;
  readonly by: 'person' | 'event' | 'schedule' | 'repair';
  /** The end state; `Running`, `Interrupted`, or `Failed` where the run came to none of its ends. */
  readonly outcome: string;
  /** ISO 8601. */
  readonly began: string;
  /** null: it still runs. */
  readonly seconds: number | null;
  /** null: it did not tell, as those that failed. */
  readonly changes: readonly Change[] | null;
  /** Why it failed, one sentence; null: it did not. */
  readonly cause: string | null;
}

/** The runs found, newest first. `complete` false: there may be older ones. */
export interface PastRuns {
  readonly runs: readonly PastRun[];
  readonly complete: boolean;
}

/** So many executions are looked at before a history ends without being complete: those listed, and those asked one by one. */
const MOST_LISTED = 2000;
const MOST_DESCRIBED = 300;

/** So many are asked for at once: Step Functions answers some 15 a second. */
const AT_ONCE = 5;

/**
 * The newest runs of a tunnel. An execution's name tells other tunnels' runs at once (`TUNNEL-…`, as the command line and the automation name
 * them); what was started in the console may have any name, so of those the input is looked at.
 * @param others every tunnel that is known
 * @param only those that are under way; undefined: all
 */
export async function pastRuns(
  aws: Aws,
  { stateMachine }: Deployment,
  tunnel: string,
  others: readonly { readonly name: string }[],
  limit: number,
  only?: 'RUNNING',
): Promise<PastRuns> {
  const tunnels = [tunnel, ...others.map(({ name }) => name)];
  const runs: PastRun[] = [];
  let [listed, described] = [0, 0];
  const pages = aws.sfn.paginateListExecutions(
    { stateMachineArn: stateMachine, statusFilter: only },
    { pageSize: 100 },
  );
  for await (const { executions: page = [] } of pages) {
    listed += page.length;
    const candidates = page.filter(({ name = '' }) => mayBeOf(tunnel, name, tunnels));
    for (let at = 0; at < candidates.length; at += AT_ONCE) {
      const some = candidates.slice(at, at + AT_ONCE);
      described += some.length;
      runs.push(...(await Promise.all(some.map((each) => runOf(aws, tunnel, each)))).flat());
      if (runs.length > limit) return { runs: runs.slice(0, limit), complete: false };
      if (described >= MOST_DESCRIBED) return { runs, complete: false };
    }
    if (listed >= MOST_LISTED) return { runs, complete: false };
  }
  return { runs, complete: true };
}

/** False where the name says that it is another tunnel's. `edge-a-…` may be a run of `edge` too, so that it is asked. */
function mayBeOf(tunnel: string, name: string, tunnels: readonly string[]): boolean {
  const fits = tunnels.filter((each) => name.startsWith(`${each}-`));
  return fits.length === 0 || fits.includes(tunnel);
}

/** @returns one run, or none: it is another tunnel's, or no longer known */
async function runOf(aws: Aws, tunnel: string, { executionArn }: ExecutionListItem): Promise<readonly PastRun[]> {
  const found = await describe(aws, executionArn!);
  return found && askedOf(found).tunnel === tunnel ? [pastRun(found)] : [];
}

/** A run, as Step Functions describes its execution. */
export function pastRun(found: Described): PastRun {
  const { name = '', executionArn: arn, status, startDate, stopDate } = found;
  const asked = askedOf(found);
  const { action = 'apply', teardown } = asked;
  return {
    execution: name,
    arn: arn!,
    action: teardown === true ? `${action} of a teardown` : action,
    by: askedBy(asked),
    outcome: ['RUNNING', 'PENDING_REDRIVE'].includes(status!) ? 'Running' : statusOf(found),
    began: startDate!.toISOString(),
    seconds: stopDate ? (stopDate.getTime() - startDate!.getTime()) / 1000 : null,
    changes: objectIn(found.output).changes ?? null,
    cause: found.cause ?? null,
  };
}

/** What a run was asked, and by whom: its input. Nobody has checked it. */
export type Asked = Partial<Input & { readonly trigger: string; readonly repair: string }>;

export function askedOf({ input }: Pick<Described, 'input'>): Asked {
  return objectIn<Asked>(input);
}

function askedBy({ trigger, repair }: Asked): PastRun['by'] {
  if (repair !== undefined) return 'repair';
  return trigger === 'event' || trigger === 'schedule' ? trigger : 'person';
}
