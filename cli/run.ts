import type { Fault } from '../lab/hosts/host';
import { InvalidRequest } from '../lib/tunnel/errors/errors';
import { agreed, needsAgreement } from './agreement';
import { everyTunnel } from './aws/tunnels';
import { LostSight, type Input } from './execution';
import { atPlace, type Place } from './place';
import type { RunDocument } from './report/documents';
import { repairOf } from './repair';
import { json, notRun, type Unfinished } from './report/json';
import { styleFor, table } from './report/style';
import { changesOf } from './report/words';
import { debugs, interruptible, messageOf, NobodyAnswered, type Surroundings } from './surroundings';
import { CLEAR_LINE } from './terminal';
import { tellOutcome, type ToldOutcome, type Running } from './tell-outcome';
import { showRun } from './show-run';
import type { Action } from './where';

/** Where a run is, what it is asked beside its action and tunnel, and what is told of it. */
export type RunOptions = Running['options'] &
  Omit<Input, 'tunnel' | 'action' | 'repair'> & {
    /** Every declared tunnel that is no example, one after the other. */
    readonly all?: boolean;
    /** What a run that died had begun is put back. */
    readonly repairs?: boolean;
    /** Nobody is asked before a change on AWS. */
    readonly yes?: boolean;
    /** On this machine: hosts and table are forgotten first. */
    readonly fresh?: boolean;
    /** On this machine: a file of faults, as typed. */
    readonly fault?: string;
  };

/** What belongs to all runs of one command line. */
interface Session {
  readonly options: RunOptions;
  readonly surroundings: Surroundings;
  readonly place: Place;
  readonly faults: readonly Fault[];
  readonly interruption: AbortSignal;
}

/**
 * Runs the state machine, here or on AWS, and tells how it went.
 * @param tunnel undefined: with `all`
 * @returns the exit code
 */
export async function run(
  action: Action,
  tunnel: string | undefined,
  options: RunOptions,
  surroundings: Surroundings,
): Promise<number> {
  const input = (tunnel: string): Input => inputOf(action, tunnel, options);
  try {
    return await interruptible(surroundings, (interruption) =>
      inSession(options, surroundings, interruption, (session) =>
        tunnel === undefined ? runAll(input, session) : runAlone(input(tunnel), session),
      ),
    );
  } catch (error) {
    // What keeps all runs of a command line from starting.
    const refusal = refused(error, input(tunnel ?? ''), surroundings);
    if (options.json === true)
      surroundings.out.write(json(tunnel === undefined ? documentOfAll([], refusal) : refusal.document), 'exact');
    else surroundings.err.write(`${refusal.document.error}\n`);
    return refusal.exitCode;
  }
}

function inputOf(action: Action, tunnel: string, options: RunOptions): Input {
  const { teardown, allowInterruption, expect, forget, until, reason } = options;
  return { tunnel, action, teardown, allowInterruption, expect, forget, until, reason };
}

/**
 * From finding the place to leaving it.
 * @throws InvalidRequest for mistakes in tunnels/ and the fault file; Error of one sentence when there is no such place
 */
function inSession(
  options: RunOptions,
  surroundings: Surroundings,
  interruption: AbortSignal,
  work: (session: Session) => Promise<number>,
): Promise<number> {
  const { fault, fresh = false, local = false } = options;
  const { err, folder } = surroundings;
  const stopping = (): void => err.write(`${err.live ? CLEAR_LINE : ''}Stopping the run ...\n`);
  if (local) interruption.addEventListener('abort', stopping);
  const faults = fault === undefined ? [] : faultsIn().readFaults(fault, folder);
  return atPlace(options, surroundings, { fresh, faults }, (place) => {
    if (fault !== undefined) faultsIn().refuseUnknownHosts(fault, faults, place.lab!.hosts.names());
    return work({ options, surroundings, place, faults, interruption });
  });
}

/** What reads fault files takes longer to load than all other code. */
const faultsIn = () => require('./local/faults') as typeof import('./local/faults');

async function runAlone(input: Input, session: Session): Promise<number> {
  const { exitCode, document } = await runOne(input, session);
  if (session.options.json === true) session.surroundings.out.write(json(document), 'exact');
  return exitCode;
}

/** One run, agreed to where that is needed, and told. @throws what keeps it from being started or seen */
async function runOne(input: Input, session: Session): Promise<ToldOutcome> {
  const { options, surroundings, place, faults, interruption } = session;
  const { out, err, sleep } = surroundings;
  const running: Running = { input, options, surroundings };
  const asJson = options.json === true;
  const agreement = await agreementOn(running, session);
  if (!('input' in agreement)) return agreement;
  const steps = asJson ? (err.live ? err : undefined) : out;
  const showing = { steps, beginning: asJson ? undefined : out, notes: err };
  const ended = await showRun(place, agreement.input, showing, sleep, interruption, faults);
  return tellOutcome({ ...running, input: agreement.input }, place, ended);
}

/** What may run. @returns a report where nothing is to be run */
async function agreementOn(
  running: Running,
  { options, surroundings: { err, sleep }, place, interruption }: Session,
): Promise<{ readonly input: Input } | ToldOutcome> {
  const { input } = running;
  if (options.repairs === true) return { input: await repairOf(running, place) };
  if (!needsAgreement(input.action, options)) return { input };
  return agreed(running, place, (plan) =>
    showRun(place, plan, { steps: err, beginning: err, notes: err }, sleep, interruption),
  );
}

/** Every declared tunnel that is no example, one after the other: one that fails holds no other up. */
async function runAll(input: (tunnel: string) => Input, session: Session): Promise<number> {
  const { options, surroundings, place, interruption } = session;
  const { out, err } = surroundings;
  const style = styleFor(out);
  const asJson = options.json === true;
  const tunnels = (await everyTunnel(place.aws, place.deployment)).filter(
    ({ declared }) => declared !== undefined && !declared.example,
  );
  const reports: ToldOutcome[] = [];
  let over = false;
  for (const { name } of tunnels) {
    if (!asJson) out.write(`${reports.length === 0 ? '' : '\n'}${style.bold(name)}\n`);
    try {
      if (over) throw new Error('Interrupted before it was started.');
      reports.push(await runOne(input(name), session));
    } catch (error) {
      over ||= error instanceof NobodyAnswered;
      const refusal = refused(error, input(name), surroundings);
      if (!asJson) err.write(`${refusal.document.error}\n`);
      reports.push(refusal);
    }
    over ||= interruption.aborted;
  }
  if (asJson) out.write(json(documentOfAll(reports)), 'exact');
  else if (reports.length === 0) out.write('No tunnel is declared here that is no example.\n');
  else out.write(`\n${table(['TUNNEL', 'ENDED AS', 'CHANGES'], reports.map(row), style)}`);
  return worst(reports);
}

function row({ document: { tunnel, status, changes } }: ToldOutcome): readonly string[] {
  return [tunnel, status, changes.length === 0 ? '-' : changesOf(status, changes)];
}

function documentOfAll(reports: readonly ToldOutcome[], refusal?: ToldOutcome) {
  const error = refusal?.document.error;
  return { runs: reports.map(({ document }) => document), ...(error === undefined ? {} : { error }) };
}

/** From the best to the worst; that a plan has changes is no failure. */
const EXIT_CODES = [0, 4, 1, 2, 3];

function worst(reports: readonly ToldOutcome[]): number {
  const ranks = reports.map(({ exitCode }) => EXIT_CODES.indexOf(exitCode));
  return EXIT_CODES[Math.max(0, ...ranks)]!;
}

/**
 * A run that did not come to start, or of which the end is not known.
 * @throws the error itself where somebody looks for a mistake of edge-ramp
 */
function refused(error: unknown, input: Input, surroundings: Surroundings): ToldOutcome {
  const report = (status: Unfinished, exitCode: number): ToldOutcome => {
    const document: RunDocument = notRun(input, status, messageOf(error));
    return { exitCode, document };
  };
  if (error instanceof InvalidRequest) return report('InvalidRequest', 2);
  if (error instanceof LostSight) return report('GoesOn', 3);
  if (debugs(surroundings)) throw error;
  return report('NotStarted', 1);
}
