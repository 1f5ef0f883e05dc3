import type { Measurement } from '../telemetry/publish';
import type { EndedRun, Outcome } from './ended-run';

/** End states of runs that contacted no device: their duration says nothing about a tunnel, which may not exist. */
const UNTOUCHED: ReadonlySet<Outcome> = new Set([
  'Skipped',
  'Paused',
  'Resumed',
  'TunnelBusy',
  'InvalidRequest',
] as const);

/**
 * The measurements of one run. The tunnel's name becomes a dimension only if the run has read its declaration: otherwise
 * any name in an input would create metrics, which cost money.
 * @param automationStopped true when automation stopped with this run
 */
export function measurementsOf(run: EndedRun, automationStopped: boolean): readonly Measurement[] {
  const { tunnel, outcome } = run;
  const found: Measurement[] = [{ name: 'Runs', value: 1, outcome }];
  if (run.repeatedDrift) found.push({ name: 'RepeatedDrift', value: 1 });
  if (automationStopped) found.push({ name: 'AutomationStopped', value: 1 });
  if (tunnel === undefined || UNTOUCHED.has(outcome)) return found;

  found.push({ name: 'Duration', value: (run.ended - run.began) / 1000, tunnel });
  if (run.trigger === null || outcome !== 'Applied' || run.changes === 0) return found;
  found.push({ name: 'Drift', value: run.changes, tunnel });
  found.push({ name: 'TimeToHeal', value: Math.max(0, run.ended - run.asked) / 1000, tunnel });
  return found;
}
