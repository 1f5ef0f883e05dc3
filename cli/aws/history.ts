import type { HistoryEvent } from '@aws-sdk/client-sfn';

/**
 * What happened to a state. A visit is `entered` and then ends in exactly one of `exited`, `caught` or `failed`; in between it may be
 * `retried`. The last three carry the error.
 */
export interface StateEvent {
  readonly kind: 'entered' | 'exited' | 'failed' | 'retried' | 'caught';
  readonly state: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The state within its Parallel state: `Configure/Configure BIG-IP`. */
  readonly path: string;
  /** Work is done in it, or waited for: it is no decision, and no end. */
  readonly works: boolean;
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
  readonly output?: unknown;
}

/** One call of a step's function: a try of a Task. */
export interface Try {
  /** What the function was given, as `Payload`; empty where it is not a function. */
  readonly payload: Readonly<Record<string, unknown>>;
  /** What it gave back, as `Payload`; undefined: it failed, or has not ended. */
  readonly answer: unknown;
  /** What the state handed on in the end, whichever try it took; undefined: it was not left. */
  readonly handedOn: unknown;
  /** Milliseconds since the epoch; `ended` undefined: it has not. */
  readonly sent: number;
  readonly ended: number | undefined;
}

type Failure = Pick<StateEvent, 'error' | 'cause'>;

/** A state that was entered and not left yet. */
interface Visit {
  readonly path: string;
  readonly works: boolean;
  /** How the last try failed, until it is known what comes of it. */
  failure: Failure | undefined;
  readonly tries: { -readonly [Field in keyof Try]: Try[Field] }[];
}

/** States in which work is done or waited for, by the type of the event that enters one. */
const WORKING = /^(?:Task|Parallel|Wait)StateEntered$/;
const TRY_FAILED =
  /^(?:Task|LambdaFunction)(?:Failed|TimedOut|StartFailed|SubmitFailed|ScheduleFailed)$|^EvaluationFailed$/;
const OVER = /^Execution(?:Succeeded|Failed|Aborted|TimedOut)$/;

/**
 * Reads an execution's history, as GetExecutionHistory gives it, into what happened to each state.
 *
 * The branches of a Parallel come interleaved: an event belongs to the state of the event before it (`previousEventId`), and the first state of
 * a branch follows the start of its Parallel. A retry shows as another scheduling after a failure; a failure that was caught as a state that
 * is left after it. A Parallel in a Parallel is not foreseen: the definition has none.
 */
export class History {
  /** All that happened so far. */
  readonly events: StateEvent[] = [];
  /** The calls of functions so far, in the order in which they began. */
  readonly tries: Try[] = [];
  /** The number of the last event read, 0 before the first. */
  read = 0;
  /** The last event read ends the execution. */
  over = false;

  /** Where each event belongs, by its number: a state's path. */
  private readonly paths = new Map<number, string>();
  /** The numbers of the events that start a Parallel's branches. */
  private readonly starts = new Set<number>();
  private readonly visits = new Map<string, Visit>();
  /** When the event that is read happened. */
  private at = 0;

  /** Reads the next event. @returns what it tells of states */
  add(event: HistoryEvent): readonly StateEvent[] {
    const { id = 0, previousEventId: before = 0, type = '' } = event;
    const known = this.events.length;
    this.at = event.timestamp!.getTime();
    if (type === 'ParallelStateStarted') this.starts.add(id);
    this.paths.set(id, this.take(type, event, this.paths.get(before) ?? '', this.starts.has(before)));
    this.read = id;
    this.over = OVER.test(type);
    return this.events.slice(known);
  }

  /** @returns the path of the state that the event belongs to */
  private take(type: string, event: HistoryEvent, path: string, beginsBranch: boolean): string {
    if (type.endsWith('StateEntered')) return this.entered(type, event, path, beginsBranch);
    if (/^ParallelState(?:Succeeded|Failed|Aborted)$/.test(type)) return this.joined(type, event, path);
    const visit = this.visits.get(path);
    if (!visit) return path;
    if (type.endsWith('StateExited')) this.exited(event, visit);
    else if (type.endsWith('Scheduled')) this.scheduled(event, visit);
    else if (/^(?:Task|LambdaFunction)Succeeded$/.test(type)) this.succeeded(event, visit);
    else if (TRY_FAILED.test(type)) this.failed(event, visit);
    else if (type === 'ExecutionFailed') this.lost(visit, failureIn(event));
    return path;
  }

  private entered(type: string, event: HistoryEvent, before: string, beginsBranch: boolean): string {
    const name = event.stateEnteredEventDetails?.name ?? '';
    const path = beginsBranch ? `${before}/${name}` : `${before.slice(0, before.lastIndexOf('/') + 1)}${name}`;
    const visit: Visit = { path, works: WORKING.test(type), failure: undefined, tries: [] };
    this.visits.set(path, visit);
    this.tell('entered', visit);
    return path;
  }

  private exited(event: HistoryEvent, visit: Visit): void {
    const output = parsed(event.stateExitedEventDetails?.output);
    for (const each of visit.tries) each.handedOn = output;
    if (visit.failure) this.tell('caught', visit, visit.failure);
    else this.tell('exited', visit, { output });
    this.visits.delete(visit.path);
  }

  /** The branches of a Parallel have ended, by the last event of one of them. */
  private joined(type: string, event: HistoryEvent, path: string): string {
    const around = path.split('/')[0]!;
    if (type !== 'ParallelStateFailed') return around;
    const last = this.visits.get(path);
    const failure = last?.failure ?? failureIn(event);
    if (last && path !== around) this.lost(last, failure);
    const visit = this.visits.get(around);
    if (visit) visit.failure = failure;
    return around;
  }

  private scheduled(event: HistoryEvent, visit: Visit): void {
    if (visit.failure) this.tell('retried', visit, visit.failure);
    visit.failure = undefined;
    const { taskScheduledEventDetails: task, lambdaFunctionScheduledEventDetails: call } = event;
    const payload = record(call ? parsed(call.input) : record(parsed(task?.parameters))['Payload']);
    const begun = { payload, answer: undefined, handedOn: undefined, sent: this.at, ended: undefined };
    visit.tries.push(begun);
    this.tries.push(begun);
  }

  private succeeded(event: HistoryEvent, visit: Visit): void {
    const last = visit.tries.at(-1);
    if (!last) return;
    const { taskSucceededEventDetails: task, lambdaFunctionSucceededEventDetails: call } = event;
    last.answer = call ? parsed(call.output) : record(parsed(task?.output))['Payload'];
    last.ended = this.at;
  }

  private failed(event: HistoryEvent, visit: Visit): void {
    visit.failure = failureIn(event);
    const last = visit.tries.at(-1);
    if (last) last.ended ??= this.at;
  }

  /** A state that nobody leaves any more: its failure ends what is around it. */
  private lost(visit: Visit, failure: Failure): void {
    this.visits.delete(visit.path);
    this.tell('failed', visit, failure);
  }

  private tell(kind: StateEvent['kind'], { path, works }: Visit, rest: Partial<StateEvent> = {}): void {
    this.events.push({ kind, state: path.slice(path.lastIndexOf('/') + 1), path, works, at: this.at, ...rest });
  }
}

/** Error and cause of whatever kind of failure an event tells. */
function failureIn(event: HistoryEvent): Failure {
  const details = (Object.values(event) as unknown[]).map((each) => record(each) as Failure);
  const { error, cause } = details.find((each) => each.error !== undefined || each.cause !== undefined) ?? {};
  return { error, cause };
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
