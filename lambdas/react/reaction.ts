import { reactionTo, requestOf } from '../../lib/tunnel/run/automation';
import { devicesOf } from '../../lib/tunnel/plan/devices';
import type { Log } from '../log';
import { startPause, startRepair } from '../runs/dead-runs';
import { warnOfUnreadable, type Declarations } from '../runs/declarations';
import type { RunInput, Runs } from '../runs/sfn';

/** An event as EventBridge delivers it. */
export interface BusEvent {
  readonly id: string;
  readonly source: string;
  readonly 'detail-type': string;
  /** ISO 8601. */
  readonly time: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface ReactDependencies {
  declared(): Promise<Declarations>;
  readonly runs: Runs;
  readonly log: Log;
}

/**
 * Starts the runs for an event. It only finds the event's tunnels: each run decides itself whether it goes on, where an operator sees it. The
 * event's id is in the run's name, so a second copy of the event starts nothing.
 * @throws errors that may pass (Step Functions or Parameter Store asks to slow down): Lambda then repeats the event
 */
export function reaction(dependencies: ReactDependencies): (event: BusEvent) => Promise<void> {
  const reactions = new Map<string, (event: BusEvent, dependencies: ReactDependencies) => Promise<void>>([
    ['EC2 Instance State-change Notification', instanceRuns],
    ['Reapply requested', reapply],
    ['Step Functions Execution Status Change', runDied],
  ]);
  return async (event) => {
    const react = reactions.get(event['detail-type']);
    // Anybody may put an event onto the bus: without a detail, or with a list.
    if (react) await react({ ...event, detail: { ...event.detail } }, dependencies);
    else
      dependencies.log.warn('no reaction to such an event is known', { event: event.id, type: event['detail-type'] });
  };
}

/** An instance runs: every tunnel on it gets a run, which rebuilds what the instance lost when it stopped. */
async function instanceRuns(event: BusEvent, dependencies: ReactDependencies): Promise<void> {
  const { 'instance-id': instance, state } = event.detail;
  if (typeof instance !== 'string' || state !== 'running') return;
  const tunnels = (await declarations(dependencies)).filter(
    (spec) => !spec.example && devicesOf(spec, null).some((device) => device.instance === instance),
  );
  const settled = await Promise.allSettled(
    tunnels.map(({ name }) =>
      start(event, dependencies, { tunnel: name, trigger: 'event', asked: event.time, awaits: instance }),
    ),
  );
  const failed = settled.find((each) => each.status === 'rejected');
  if (failed) throw failed.reason;
}

/** An event asks to apply a tunnel again. A mistake in the event is logged, without another try. */
async function reapply(event: BusEvent, dependencies: ReactDependencies): Promise<void> {
  const { tunnel, ...others } = event.detail;
  const about = { event: event.id, tunnel };
  const ignored = Object.keys(others);
  if (ignored.length > 0)
    dependencies.log.warn(`left out of the run: ${ignored.join(', ')}; the event takes only "tunnel"`, about);
  if (typeof tunnel !== 'string')
    return dependencies.log.warn('nothing was started: the event\'s detail must be {"tunnel": "NAME"}', about);
  if (!(await declarations(dependencies)).some(({ name }) => name === tunnel))
    return dependencies.log.warn(`nothing was started: tunnel ${tunnel} is not declared`, about);
  await start(event, dependencies, { tunnel, trigger: 'event', asked: event.time });
}

/** A run ended outside the end states: a repair restores what it left. */
async function runDied(event: BusEvent, dependencies: ReactDependencies): Promise<void> {
  const { runs, log } = dependencies;
  const arn = event.detail['executionArn'];
  if (typeof arn !== 'string') return log.warn('nothing to do: the event names no run', { event: event.id });
  const run = await runs.describe(arn);
  const request = run && requestOf(run);
  const answer = run && reactionTo(run);
  if (!request || !answer) return log.info('nothing to do for a run that ended', { run: arn, status: run?.status });
  const { tunnel } = request;
  const found = { id: event.id, trigger: 'event', asked: event.time } as const;
  if (answer.to === 'repair') return log.info(await startRepair(tunnel, arn, found, runs), { tunnel });
  const paused = await startPause(tunnel, run, found, runs);
  log.info(paused ? `started a pause: ${answer.reason}` : `was paused before: ${answer.reason}`, { tunnel });
}

async function start(event: BusEvent, { runs, log }: ReactDependencies, asked: RunInput): Promise<void> {
  const { tunnel } = asked;
  const started = await runs.start(`${tunnel}-${event.id}`, asked);
  log.info(started ? 'started a run' : 'this event has started its run before', { tunnel, event: event.id });
}

async function declarations(dependencies: ReactDependencies): Promise<Declarations['tunnels']> {
  const { tunnels, unreadable } = await dependencies.declared();
  warnOfUnreadable(unreadable, dependencies.log);
  return tunnels;
}
