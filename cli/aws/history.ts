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
  readonly error?: string;
  readonly cause?: string;
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

interface Failure {
  readonly error?: string;
  readonly cause?: string;
}

/** A state that was entered and not left yet. */
interface Visit {
  readonly path: string;
  readonly works: boolean;
  /** How the last try failed, until it is known what comes of it. */
  failure: Failure | undefined;
  readonly tries: { -readonly [Field in keyof Try]: Try[Field] }[];
}

/** An event, where it belongs, and when. */
interface Happening {
  readonly event: HistoryEvent;
  readonly path: string;
  readonly at: number;
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

  /** Reads the next event. @returns what it tells of states */
  add(event: HistoryEvent): readonly StateEvent[] {
    const { id = 0, previousEventId: before = 0, type = '' } = event;
    const known = this.events.length;
    const happening = { event, path: this.paths.get(before) ?? '', at: event.timestamp!.getTime() };
    if (type === 'ParallelStateStarted') this.starts.add(id);
    this.paths.set(id, this.take(type, happening, this.starts.has(before)));
    this.read = id;
    this.over = OVER.test(type);
    return this.events.slice(known);
  }

  /** @returns the path of the state that the event belongs to */
  private take(type: string, happening: Happening, beginsBranch: boolean): string {
    if (type.endsWith('StateEntered')) return this.entered(type, happening, beginsBranch);
    if (type.endsWith('StateExited')) return this.exited(happening);
    if (/^ParallelState(?:Succeeded|Failed|Aborted)$/.test(type)) return this.joined(type, happening);
    if (type.endsWith('Scheduled')) this.scheduled(happening);
    else if (/^(?:Task|LambdaFunction)Succeeded$/.test(type)) this.succeeded(happening);
    else if (TRY_FAILED.test(type)) this.failed(happening);
    else if (type === 'ExecutionFailed') this.lost(happening, failureIn(happening.event));
    return happening.path;
  }

  private entered(type: string, { event, path: before, at }: Happening, beginsBranch: boolean): string {
    const name = event.stateEnteredEventDetails?.name ?? '';
    const path = beginsBranch ? `${before}/${name}` : `${before.slice(0, before.lastIndexOf('/') + 1)}${name}`;
    const visit: Visit = { path, works: WORKING.test(type), failure: undefined, tries: [] };
    this.visits.set(path, visit);
    this.tell('entered', visit, at);
    return path;
  }

  private exited({ event, path, at }: Happening): string {
    const visit = this.visits.get(path);
    if (!visit) return path;
    const output = parsed(event.stateExitedEventDetails?.output);
    for (const each of visit.tries) each.handedOn = output;
    if (visit.failure) this.tell('caught', visit, at, visit.failure);
    else this.tell('exited', visit, at, { output });
    this.visits.delete(path);
    return path;
  }

  /** The branches of a Parallel have ended, by the last event of one of them. */
  private joined(type: string, happening: Happening): string {
    const around = happening.path.split('/')[0]!;
    if (type !== 'ParallelStateFailed') return around;
    const failure = this.visits.get(happening.path)?.failure ?? failureIn(happening.event);
    if (happening.path !== around) this.lost(happening, failure);
    const visit = this.visits.get(around);
    if (visit) visit.failure = failure;
    return around;
  }

  private scheduled({ event, path, at }: Happening): void {
    const visit = this.visits.get(path);
    if (!visit) return;
    if (visit.failure) this.tell('retried', visit, at, visit.failure);
    visit.failure = undefined;
    const { taskScheduledEventDetails: task, lambdaFunctionScheduledEventDetails: call } = event;
    const payload = call ? parsed(call.input) : record(parsed(task?.parameters))['Payload'];
    const begun = { payload: record(payload), answer: undefined, handedOn: undefined, sent: at, ended: undefined };
    visit.tries.push(begun);
    this.tries.push(begun);
  }

  private succeeded({ event, path, at }: Happening): void {
    const last = this.visits.get(path)?.tries.at(-1);
    if (!last) return;
    const { taskSucceededEventDetails: task, lambdaFunctionSucceededEventDetails: call } = event;
    last.answer = call ? parsed(call.output) : record(parsed(task?.output))['Payload'];
    last.ended = at;
  }

  private failed({ event, path, at }: Happening): void {
    const visit = this.visits.get(path);
    if (!visit) return;
    visit.failure = failureIn(event);
    const last = visit.tries.at(-1);
    if (last) last.ended ??= at;
  }

  /** A state that nobody leaves any more: its failure ends what is around it. */
  private lost({ path, at }: Happening, failure: Failure): void {
    const visit = this.visits.get(path);
    if (this.visits.delete(path)) this.tell('failed', visit!, at, failure);
  }

  private tell(kind: StateEvent['kind'], { path, works }: Visit, at: number, rest: Partial<StateEvent> = {}): void {
    this.events.push({ kind, state: path.slice(path.lastIndexOf('/') + 1), path, works, at, ...rest });
  }
}

/** Error and cause of whatever kind of failure an event tells. */
function failureIn(event: HistoryEvent): Failure {
  for (const details of Object.values(event) as unknown[]) {
    const { error, cause } = record(details) as Failure;
    if (error !== undefined || cause !== undefined)
      return { ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) };
  }
  return {};
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
