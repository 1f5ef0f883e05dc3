import { NotUnderstood, Refused } from '../../lib/tunnel/errors/errors';
import { CONTRACT } from '../../lib/tunnel/run/outcome';
import type { Goal } from '../../lib/tunnel/device/operation';
import type { Observed, Plan } from '../../lib/tunnel/plan/plan';
import { printable } from '../../lib/tunnel/errors/printable';
import { reconcile, refuseUnlessAgreed } from '../../lib/tunnel/plan/reconcile';
import { addRun } from '../../lib/tunnel/plan/records';
import { appliedOf, begunOf, situationOf, type Records } from '../../lib/tunnel/plan/situation';
import { refuseOtherContract } from '../contract';
import type { Request } from '../read-request/request';
import { restoreInWords, sentenceOf, verdictOf, type Verdict } from '../../lib/tunnel/plan/verdict';
import { loggedStep, type StepFields } from '../telemetry/logged-step';

export interface PlanInput {
  readonly contract: number;
  /** The ARN of the run, for the log. */
  readonly execution?: string;
  readonly phase: 'forward' | 'restore';
  readonly request: Request;
  readonly observed: readonly {
    readonly ok: boolean;
    readonly error?: string;
    readonly cause?: string;
    readonly devices?: readonly Observed[];
  }[];
  readonly records: Records;
  /** The record `before` that this run works from; null before it has written one. */
  readonly before: string | null;
  /** False at the first look of a run that can look once more; absent: it cannot. */
  readonly lookedAgain?: boolean;
}

/** A plan as the table and people get it. The field names are those of `lastResult`. */
export type Report = Pick<Plan, 'changes' | 'verification' | 'left' | 'healed'> & {
  /** What the plan means, in one sentence. */
  readonly sentence: string;
};

export type PlanOutput = Omit<Plan, 'before' | 'original' | keyof Report> & {
  readonly contract: number;
  readonly verdict: Verdict;
  readonly records: { readonly original: string; readonly before: string; readonly applied: string };
  readonly report: Report;
  /** Parts of a restore's last sentence: what it did not touch, empty for nothing; and what is not put back. */
  readonly words: { readonly left: string; readonly remaining: string };
};

/** Plan: the difference between the devices as observed and the goal. Contacts no device. */
export const handler = loggedStep(aboutPlan, plan);

function aboutPlan({ phase, request, execution }: PlanInput): StepFields {
  return { step: phase === 'restore' ? 'Plan restore' : 'Plan', tunnel: request?.tunnel, execution };
}

async function plan(input: PlanInput): Promise<PlanOutput> {
  refuseOtherContract(input.contract);
  refuseOtherContract(input.request.contract);
  const failed = input.observed.find(({ ok }) => !ok);
  if (failed)
    throw new NotUnderstood(
      'not-observed',
      `a device could not be observed: ${failed.cause ?? failed.error ?? 'no reason given'}`,
    );

  const { request, phase } = input;
  const tearsDown = request.action === 'teardown' || request.teardown;
  const goal: Goal = phase === 'restore' ? 'recorded' : tearsDown ? 'absent' : 'declared';
  const records: Records = { ...input.records, before: input.before ?? input.records.before };
  const begun = begunOf(records);
  const observed = input.observed.flatMap(({ devices }) => devices ?? []);
  const plan = reconcile(goal, situationOf(request.spec, records, observed, request.forget));
  if (goal !== 'recorded' && request.trigger === null && (request.action === 'apply' || request.action === 'teardown'))
    refuseUnlessAgreed(plan, request);
  const { before, original, digest, operations, work, prove, reachable, degraded } = plan;
  const { interrupts, remarks, ...reported } = inWords(plan);
  return fitting(goal, {
    contract: CONTRACT,
    digest,
    operations,
    work,
    prove,
    reachable,
    degraded,
    interrupts,
    remarks,
    verdict: verdictOf(goal, request, plan, input.lookedAgain === false),
    records: {
      original: JSON.stringify(original),
      before: JSON.stringify(goal === 'recorded' ? { ...begun, touched: before } : addRun(begun, request.spec, before)),
      applied: JSON.stringify(request.spec),
    },
    report: { ...reported, sentence: printable(sentenceOf(goal, request.action, plan, appliedOf(records) !== null)) },
    words: goal === 'recorded' ? restoreInWords(reported) : { left: '', remaining: '' },
  });
}

/** The texts for people quote values of devices: without control characters. The commands for devices stay as they are. */
function inWords({ changes, interrupts, remarks, healed, left, verification }: Plan) {
  return {
    changes: changes.map((change) => ({ ...change, text: printable(change.text) })),
    interrupts: interrupts.map(printable),
    remarks: remarks.map(printable),
    healed: healed.map((each) => ({ ...each, what: printable(each.what) })),
    left: left.map(printable),
    verification: verification.map((probe) => ({ ...probe, detail: printable(probe.detail) })),
  };
}

/**
 * A state's output has to fit beside those of its siblings into 262,144 bytes. A teardown and a restore may take more than an apply: a tunnel
 * that could be applied can also be torn down. Bytes.
 */
const MOST: Readonly<Record<Goal, number>> = { declared: 112 * 1024, absent: 128 * 1024, recorded: 128 * 1024 };

function fitting(goal: Goal, output: PlanOutput): PlanOutput {
  const size = Buffer.byteLength(JSON.stringify(output));
  if (size > MOST[goal])
    throw new Refused(
      'plan-too-large',
      `the plan is ${size} bytes, more than the ${MOST[goal]} that a state may hand on: declare fewer virtual servers in one tunnel, or change fewer at a time`,
    );
  return output;
}
