import type { Stage } from '../../tunnel/device/operation';
import type { StepKind } from '../../tunnel/plan/devices';
import { JUDGED, caught, jsonata, reportWith } from './expressions';
import { send, sideBySide, type Steps } from './steps';
import type { Parts } from './parts';
import type { States } from './states';

/** The state that follows every failure. */
const FAILURE = 'Was anything changed?';

/** Forward, or back. Each has a variable for its failure. */
export type Direction = 'forward' | 'restore';

/** What a failure leaves in the variables. @param failure of `caught`, or an expression */
const failureIn = (direction: Direction, failure: unknown): Record<string, unknown> =>
  direction === 'forward' ? { failure } : { restoreFailure: failure };

/** Where a state leads that failed. */
export const toFailure = (direction: Direction, state: string) => [
  { goTo: FAILURE, assign: failureIn(direction, caught(state)) },
];

/** A stage of carrying out a plan. */
interface StageOptions {
  /** The decision whether there is work: without, the stage is skipped. */
  readonly gate: string;
  readonly name: string;
  readonly comment: string;
  readonly next: string;
}

/** The work that the plan has for one kind of device in one stage, or to prove it. */
const workOf = (stage: Stage | 'prove') => (kind: StepKind) =>
  stage === 'prove' ? `$plan.prove.${kind}` : `$plan.work.${stage}.${kind}`;

const hasWork = (work: (kind: StepKind) => string, kinds: readonly StepKind[], done = '0'): string =>
  `${kinds.map((kind) => `$count(${work(kind)})`).join(' + ')} > ${done}`;

const SKIPPED = 'A stage without work is skipped.';

/** How many devices have proven the tunnel together with a change. */
const PROVEN = '$count($outcomes.devices[proven = true])';

/** Takes traffic off the tunnel, or puts it on: one transaction on BIG-IP. */
export function trafficStage(
  run: States,
  { handlers }: Parts,
  direction: Direction,
  stage: 'detach' | 'attach',
  { gate, name, comment, next }: StageOptions,
): void {
  const work = workOf(stage);
  run.decide(gate, SKIPPED, [{ when: hasWork(work, ['bigip']), goTo: name }], next);
  run.work(
    send(run.scope, name, handlers.of('bigip'), stage, {
      comment,
      work: work('bigip'),
      assign: { outcomes: jsonata('$append($outcomes, [$states.result.Payload])') },
    }),
    next,
    toFailure(direction, name),
  );
}

/** One stage on several kinds of device, side by side; or the proof of the tunnel from both ends. */
export function deviceStage(
  run: States,
  { handlers }: Parts,
  direction: Direction,
  stage: 'prepare' | 'shape' | 'prove' | 'clean',
  { gate, name, comment, next, steps, judged }: StageOptions & { readonly steps: Steps; readonly judged: string },
): void {
  const work = workOf(stage);
  const kinds = Object.keys(steps) as StepKind[];
  const proves = stage === 'prove';
  const probes = '$states.result.devices.verification';
  const verification = proves
    ? `$append([], ${probes})`
    : `$exists(${probes}) ? $append([], ${probes}) : $report.verification`;
  const report = reportWith(`'verification': ${verification}`);
  const assign = proves ? { report } : { report, outcomes: jsonata('$append($outcomes, $states.result)') };
  const question = proves
    ? 'Traffic arrives only on a tunnel that carries.'
    : 'Every device has finished: did all of them succeed?';
  const skipped = proves ? 'Skipped where nothing has to be proven, or a proof came with the change.' : SKIPPED;
  run.decide(gate, skipped, [{ when: hasWork(work, kinds, proves ? PROVEN : undefined), goTo: name }], next);
  run.work(
    sideBySide(run.scope, name, handlers, stage, { comment, steps, work, assign, outputs: JUDGED }),
    judged,
    toFailure(direction, name),
  );
  const bad = {
    when: '$not($states.input.good = true)',
    goTo: FAILURE,
    assign: failureIn(direction, jsonata('$states.input.failure')),
  };
  run.decide(judged, question, [bad], next);
}
