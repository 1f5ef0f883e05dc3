import {
  GetExecutionHistoryCommand,
  SFNClient,
  type GetExecutionHistoryCommandOutput,
  type HistoryEvent,
} from '@aws-sdk/client-sfn';
import type { StateEvent } from '../../lab/index';
import type { Aws } from './aws';
import type { History } from './history';
import { Problem } from './problem';

/** Events a call: what happens in a second, and far below the size at which an answer is cut. */
const PAGE = 100;

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
    for (const event of await newEvents(aws, arn, history.read)) history.add(event).forEach(onEvent);
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
  let next: string | undefined;
  do {
    const command = new GetExecutionHistoryCommand({
      executionArn: arn,
      reverseOrder: true,
      maxResults: PAGE,
      nextToken: next,
    });
    const page = await historyPage(aws, command, read === 0);
    const events = page.events ?? [];
    // What happens meanwhile may shift the pages: an event that was on the last one counts once.
    const oldest = found.at(-1)?.id ?? Infinity;
    found.push(...events.filter(({ id }) => id! > read && id! < oldest));
    next = events.some(({ id }) => id! <= read + 1) ? undefined : page.nextToken;
  } while (next !== undefined);
  return found.reverse().filter(({ id }, i) => id === read + 1 + i);
}

/** @param young the run began a moment ago: that it does not exist means that nothing is known yet */
async function historyPage(
  aws: Aws,
  command: GetExecutionHistoryCommand,
  young: boolean,
): Promise<Pick<GetExecutionHistoryCommandOutput, 'events' | 'nextToken'>> {
  try {
    const expected = young ? ['ExecutionDoesNotExist'] : [];
    return await aws.ask('states:GetExecutionHistory', aws.client(SFNClient).send(command), expected);
  } catch (error) {
    if (error instanceof Problem) throw error;
    return { events: [] };
  }
}
