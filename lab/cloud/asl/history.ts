/** An event as GetExecutionHistory tells it; `timestamp` in seconds since the epoch, the details under a name that goes with the type. */
export interface HistoryEvent {
  readonly id: number;
  readonly previousEventId: number;
  readonly timestamp: number;
  readonly type: string;
  readonly [details: `${string}EventDetails`]: Readonly<Record<string, unknown>>;
}

/** The history of one execution, from a first number on. */
export class History {
  /**
   * @param keep gets each event as it happens
   * @param now milliseconds since the epoch
   * @param last the number of the event that was told last
   */
  constructor(
    private readonly keep: (event: HistoryEvent) => void,
    private readonly now: () => number,
    public last = 0,
  ) {}

  /** Adds an event after `previous`. `details` go under the type's own name, such as `taskFailedEventDetails`. @returns its number */
  add(type: string, previous: number, details?: Readonly<Record<string, unknown>>): number {
    const named = details && { [detailsOf(type)]: JSON.parse(JSON.stringify(details)) as typeof details };
    this.last += 1;
    this.keep({ id: this.last, previousEventId: previous, timestamp: this.now() / 1000, type, ...named });
    return this.last;
  }
}

/** Members that a reader who does not want execution data is spared. */
const DATA = ['input', 'output', 'parameters', 'assignedVariables'];

/** An event without what the execution works on. */
export function withoutData(event: HistoryEvent): HistoryEvent {
  const spared = Object.entries(event).map(([name, details]) => {
    if (typeof details !== 'object') return [name, details] as const;
    return [name, Object.fromEntries(Object.entries(details).filter(([member]) => !DATA.includes(member)))] as const;
  });
  return Object.fromEntries(spared) as unknown as HistoryEvent;
}

/** `TaskStateEntered` has `stateEnteredEventDetails`, as every kind of state; the others have their own. */
function detailsOf(type: string): string {
  const shared = /State(Entered|Exited)$/.exec(type);
  const name = shared ? `state${shared[1]}` : type[0]!.toLowerCase() + type.slice(1);
  return `${name}EventDetails`;
}
