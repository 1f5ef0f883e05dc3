import type { DescribeExecutionCommandOutput, HistoryEvent } from '@aws-sdk/client-sfn';
import type { Aws } from './aws';
import type { History, StateEvent } from './history';
import { Problem } from './problem';

export type Described = DescribeExecutionCommandOutput;

/** @returns undefined when Step Functions does not know it (any more: it forgets after 90 days) */
export async function describe(aws: Aws, arn: string): Promise<Described | undefined> {
  try {
    return await aws.sfn.describeExecution({ executionArn: arn });
  } catch (error) {
    if (error instanceof Problem && error.code === 'ExecutionDoesNotExist') return undefined;
    throw error;
  }
}

/** The ARN of an execution that a person names, by that or by its name. */
export function executionArn(stateMachine: string, named: string): string {
  return named.startsWith('arn:') ? named : `${stateMachine.replace(':stateMachine:', ':execution:')}:${named}`;
}

/** Reads what is new in an execution's history. @returns what that tells of states */
export async function readOn(aws: Aws, arn: string, history: History): Promise<readonly StateEvent[]> {
  return (await newEvents(aws, arn, history.read)).flatMap((event) => history.add(event));
}

/** Events a call: what happens in a second, and few, since each brings the data of its state. */
const PAGE = 25;

/**
 * Reads what is new in an execution's history, again and again, until it ends.
 * @param pause waits for the next look; it throws when nobody wants to know any more
 * @throws Problem when AWS cannot be asked
 */
export async function follow(
  aws: Aws,
  arn: string,
  history: History,
  onEvent: (event: StateEvent) => void,
  pause: () => Promise<void>,
): Promise<void> {
  for (;;) {
    (await readOn(aws, arn, history)).forEach(onEvent);
    if (history.over) return;
    await pause();
  }
}

/**
 * The events after one, oldest first. Read from the newest back: a run's history is not read again each time. What Step Functions tells may lag
 * behind: it may not know a run yet that it has just begun, and where an event is missing, those after it are left for the next look.
 */
async function newEvents(aws: Aws, arn: string, read: number): Promise<readonly HistoryEvent[]> {
  const found: HistoryEvent[] = [];
  const pages = aws.sfn.paginateGetExecutionHistory({ executionArn: arn, reverseOrder: true }, { pageSize: PAGE });
  try {
    for await (const { events = [] } of pages) {
      // What happens meanwhile may shift the pages: an event that was on the last one counts once.
      const oldest = found.at(-1)?.id ?? Infinity;
      found.push(...events.filter(({ id }) => id! > read && id! < oldest));
      if (events.some(({ id }) => id! <= read + 1)) break;
    }
  } catch (error) {
    if (read === 0 && error instanceof Problem && error.code === 'ExecutionDoesNotExist') return [];
    throw error;
  }
  return found.reverse().filter(({ id }, i) => id === read + 1 + i);
}
