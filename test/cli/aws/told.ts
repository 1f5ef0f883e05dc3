import type { HistoryEvent } from '@aws-sdk/client-sfn';

type Details = Partial<HistoryEvent>;

/** Writes an execution's history as Step Functions does: numbered, each event with the one that it follows, a second apart. */
export class Told {
  readonly events: HistoryEvent[] = [];

  /** @param after the event that it follows; default the last one. @returns its number */
  add(type: string, details: Details = {}, after = this.events.length): number {
    const id = this.events.length + 1;
    const timestamp = new Date(id * 1000);
    this.events.push({ id, previousEventId: after, timestamp, type: type as HistoryEvent['type'], ...details });
    return id;
  }

  enter(type: string, name: string, after?: number): number {
    return this.add(`${type}StateEntered`, { stateEnteredEventDetails: { name } }, after);
  }

  leave(type: string, name: string, output: unknown = {}, after?: number): number {
    const details = { stateExitedEventDetails: { name, output: JSON.stringify(output) } };
    return this.add(`${type}StateExited`, details, after);
  }

  /** A try of a Task that calls a function: it answers, or fails. */
  attempt(payload: object, outcome: { readonly answer: unknown } | { readonly error: string }, after?: number): number {
    const common = { resourceType: 'lambda', resource: 'invoke' };
    const parameters = JSON.stringify({ FunctionName: 'f', Payload: payload });
    this.add('TaskScheduled', { taskScheduledEventDetails: { ...common, region: 'r', parameters } }, after);
    this.add('TaskStarted', { taskStartedEventDetails: common });
    return 'answer' in outcome
      ? this.add('TaskSucceeded', {
          taskSucceededEventDetails: { ...common, output: JSON.stringify({ Payload: outcome.answer }) },
        })
      : this.add('TaskFailed', { taskFailedEventDetails: { ...common, error: outcome.error, cause: 'the cause' } });
  }
}
