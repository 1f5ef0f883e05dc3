import type { Tunnel } from '../../lib/tunnel/declaration/tunnel';
import type { Memory } from '../../lib/tunnel/run/memory';
import type { Action } from '../where';
import { objectIn, type Failure, type Result } from '../result';
import type { Figures } from './figures';
import { many, seconds } from './words';
import { printableLines } from '../terminal';

/** What the end of a run depends on beside its result. */
export interface Run {
  readonly tunnel: string;
  readonly action: Action;
  /** Of a plan: what a teardown would change. */
  readonly teardown: boolean;
  /** The run's record of how to put everything back stands in the table. */
  readonly begun: boolean;
  /** The last apply or teardown that succeeded was a teardown. */
  readonly tornDown: boolean;
  /** As it was applied last it names no Pod to be pinged. */
  readonly noProbe: boolean;
  /** How to call edge-ramp again on the same hosts: an action to a command line. */
  readonly again: (next: Next, ...options: readonly string[]) => string;
}

/** What a sentence may propose. */
export type Next = Action | 'repair';

/** What that is by the tunnel's item in the table. */
export function byMemory({ before, wanted, applied }: Memory): Pick<Run, 'begun' | 'tornDown' | 'noProbe'> {
  const { kind, probe } = objectIn<Tunnel>(applied);
  return { begun: before !== null, tornDown: wanted === 'absent', noProbe: kind === 'ramp' && probe === undefined };
}

/** How a run ended and what to do next: one sentence. */
export function endSentence(result: Result, run: Run): string {
  return printableLines(`${result.status}: ${endInParts(result, run).join('; ')}`);
}

type Failed = readonly [happened: string, stands: string, next: string];

/** The parts of that sentence. Of a failure: what happened, what stands where, what to do next; of all else there is one. */
export function endInParts(result: Result, run: Run): Failed | readonly [string] {
  const failed = failure(result, run);
  const left =
    result.degraded.length === 0 ? '' : `${result.degraded.join(' and ')} cannot be reached and was left out`;
  if (failed !== null) {
    const [happened, stands, next] = failed;
    return [happened, left === '' ? stands : `${stands}; degraded: ${left}`, next];
  }
  const whole = success(result, run);
  // A command at the end must not run on into what follows.
  return [left === '' ? whole : `${whole}${whole.endsWith('.') ? '' : ';'} Degraded: ${left}.`];
}

/** @returns null: it is none */
function failure(result: Result, run: Run): Failed | null {
  const { words } = result;
  const { tunnel, action, again } = run;
  const asFound = result.left.length === 0 ? '' : `; left, since another changed it: ${result.left.join(', ')}`;
  switch (result.status) {
    case 'InvalidRequest':
      return [unstopped(words), 'no device was contacted', `when that is corrected: ${again(action)}`];
    case 'TunnelBusy':
      return [`${tunnel} is busy (${words})`, 'nothing was changed', 'try again when that is over.'];
    case 'NotStarted':
      return [failed(result), 'no device was changed', nextAfter(result.failure, run)];
    case 'NotVerified':
      return notVerified(result, run);
    case 'RolledBack':
      return [failed(result), `everything is as it was before this run${asFound}`, nextAfter(result.failure, run)];
    case 'RollbackFailed':
      return [
        failed(result),
        `${remaining(result)}${asFound}`,
        `how it was stands in the table; when the cause is removed, ${waysOut(run, action)}`,
      ];
    case 'Interrupted':
      return run.begun
        ? [
            'the run was stopped half-way',
            'devices may be changed, and how they were stands in the table',
            waysOut(run, 'apply'),
          ]
        : ['the run was stopped before it changed a device', NOTHING_CHANGED, `to start it again: ${again(action)}`];
    case 'Failed':
      return [
        `the run broke off without coming to an end of its own (${words})`,
        'what it left is not known',
        `to look: ${again('plan')}`,
      ];
    default:
      return null;
  }
}

/** The two ways out of what a run has left half done. */
export function waysOut({ again }: Pick<Run, 'again'>, action: Action): string {
  const [back, on] = [again('repair'), again(action)];
  return `put everything back: ${back}${on === back ? '' : `; or go on from here: ${on}`}`;
}

function success(result: Result, run: Run): string {
  const { changes, interrupts, words } = result;
  const { tunnel, teardown, again } = run;
  switch (result.status) {
    case 'Applied':
      return `${tunnel} stands as declared and was proven (${changed(result)})${connections(result)}.${noPod(run)}`;
    case 'Unchanged':
      return `${tunnel} stands as declared already and carries; nothing was written.${noPod(run)}`;
    case 'Planned':
      if (teardown) return plannedTeardown(result, run);
      if (changes.length === 0) return `${tunnel} stands as declared; an apply would change nothing.`;
      return `an apply would make ${changed(result)}, ${interrupts.length === 0 ? 'none of which cuts' : `${interrupts.length} of which cut`} live traffic; nothing was changed yet; to make exactly these: ${again('apply', `--expect ${result.digest}${interrupts.length === 0 ? '' : ' --allow-interruption'}`)}`;
    case 'Verified':
      return `${tunnel} stands as declared and carries.`;
    case 'TornDown':
      if (changes.length === 0) return `${tunnel} was not there; nothing was written.`;
      return `${tunnel} is gone, and what it shared with others is as it was before (${changed(result)})${connections(result)}.`;
    case 'Restored':
      return `${unstopped(words)}.`;
    case 'Skipped':
      return `nothing was done (${unstopped(words)}).`;
    case 'Paused':
      return `${tunnel}: ${unstopped(words)}; to end that: ${again('resume')}`;
    case 'Resumed':
      return `the automation looks after ${tunnel} again.`;
    default:
      return `${tunnel}: ${words}`;
  }
}

/** What the run that applied a tunnel did not prove; empty: a Pod was pinged, or nobody knows. */
function noPod({ noProbe }: Run): string {
  return noProbe ? ' No probe is declared: whether a Pod answers was not tried.' : '';
}

function plannedTeardown(result: Result, { tunnel, again }: Run): string {
  if (result.changes.length === 0) return `${tunnel} is not there; a teardown would change nothing.`;
  const traffic = result.changes.some(({ stage }) => stage === 'detach')
    ? 'traffic leaves the tunnel first, and connections that have not ended after the drain are cut'
    : 'no virtual server is touched';
  return `a teardown would make ${changed(result)}; ${traffic}; nothing was changed yet; to make exactly these: ${again('teardown', `--expect ${result.digest}`)}`;
}

/** How much a plan or a run changes, in words. */
export function changed({ changes }: Result): string {
  const devices = new Set(changes.map(({ device }) => device)).size;
  return `${many(changes.length, 'change')} on ${many(devices, 'device')}`;
}

/** What the connections came to that went through what is gone; empty: there were none. */
function connections({ drained: waits }: Result): string {
  const [first] = waits;
  if (first === undefined) return '';
  if (waits.some(({ cut }) => cut === null))
    return '; how many connections were cut is not known, since BIG-IP did not tell how many there were';
  const sum = (of: 'drained' | 'cut'): number => waits.reduce((total, wait) => total + wait[of]!, 0);
  if (sum('cut') > 0)
    return `; ${many(sum('cut'), 'connection was', 'connections were')} cut after ${first.seconds} s of draining`;
  return sum('drained') > 0 ? `; ${many(sum('drained'), 'connection')} ended in time, none was cut` : '';
}

/** Who, where, and what was answered. */
function failed({ failure, words }: Result): string {
  return failure === null ? unstopped(words) : `${failure.state} failed: ${unstopped(failure.cause)}`;
}

/** A cause goes on in our sentence, so its own full stop goes. */
function unstopped(text: string): string {
  return text.trim().replace(/\.$/, '');
}

function nextAfter(failure: Failure | null, { action, again }: Run): string {
  if (failure?.error === 'WouldInterrupt') return `to have them made: ${again(action, '--allow-interruption')}`;
  if (failure?.error === 'PlanChanged')
    return `for a fresh plan: ${again('plan', action === 'teardown' ? '--teardown' : '')}`;
  return `when that is mended: ${again(action)}`;
}

const NOTHING_CHANGED = 'this run changed no device';

function notVerified(result: Result, { tunnel, tornDown, again }: Run): Failed {
  const { changes, verification, words } = result;
  const dead = verification.filter(({ ok }) => !ok).map(({ from, to, detail }) => `${from} to ${to}: ${detail}`);
  if (changes.length > 0 && tornDown)
    return [
      `${tunnel} was torn down, so that it does not stand as declared`,
      NOTHING_CHANGED,
      `nothing is to be done; where it is wanted again: ${again('apply')}`,
    ];
  if (changes.length > 0) {
    const cutting = changes.filter(({ interrupts }) => interrupts !== null).length;
    return [
      `${tunnel} does not stand as declared: ${changed(result)} ${changes.length === 1 ? 'is' : 'are'} needed${cutting === 0 ? '' : `, ${cutting} of which ${cutting === 1 ? 'cuts' : 'cut'} live traffic`}`,
      NOTHING_CHANGED,
      `to have ${changes.length === 1 ? 'it' : 'them'} made: ${again('apply', cutting === 0 ? '' : '--allow-interruption')}`,
    ];
  }
  // What a run saw stands in the table, where a later look may have taken its place.
  if (verification.length === 0) return [unstopped(words), NOTHING_CHANGED, `for a fresh look: ${again('verify')}`];
  return [
    `${tunnel} stands as declared, yet does not carry (${dead.length > 0 ? dead.join('; ') : unstopped(words)})`,
    NOTHING_CHANGED,
    `look at the network between the devices, then: ${again('verify')}`,
  ];
}

function remaining({ remaining: changes, restoreFailure }: Result): string {
  const why = restoreFailure === null ? '' : ` (${restoreFailure.state} failed: ${unstopped(restoreFailure.cause)})`;
  if (changes === null) return `what was not put back is not known${why}`;
  if (changes.length === 0) return `everything was put back, but that could not be written down${why}`;
  const devices = [...new Set(changes.map(({ device }) => device))];
  return `${many(changes.length, 'object is', 'objects are')} not put back on ${devices.join(', ')}${why}`;
}

/** What the run cost, in one line. */
export function figuresLine(figures: Figures, took: number): string {
  const { ssmRoundTrips, criticalPathTrips, stateTransitions, deviceOperations = 0 } = figures;
  return `${many(ssmRoundTrips, 'SSM round trip')} (${criticalPathTrips} in the longest chain); ${many(stateTransitions, 'state transition')}; ${many(deviceOperations, 'operation')} on devices; ${seconds(took)}`;
}
