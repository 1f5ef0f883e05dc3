import { ContractMismatch, NotUnderstood, Refused } from '../../lib/tunnel/errors/errors';
import { CONTRACT } from '../../lib/tunnel/run/outcome';
import type { Goal, Observed, Plan } from '../../lib/tunnel/plan/plan';
import { printable } from '../../lib/tunnel/errors/printable';
import { reconcile, refuseUnlessAgreed } from '../../lib/tunnel/plan/reconcile';
import { addRun } from '../../lib/tunnel/plan/records';
import { begunOf, situationOf, type Records } from '../../lib/tunnel/plan/situation';
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
}

/** What is told of a plan, in the table and to people. The field names are those of `lastResult`. */
export type Report = Pick<Plan, 'changes' | 'verification' | 'left'> & {
  /** What the plan means, in one sentence. */
  readonly sentence: string;
};

export type PlanOutput = Omit<Plan, 'before' | 'original' | 'changes' | 'verification' | 'left'> & {
  readonly contract: number;
  readonly verdict: Verdict;
  readonly records: { readonly original: string; readonly before: string; readonly applied: string };
  readonly report: Report;
  /** Parts of the sentence with which a restore ends: what it left alone, empty when nothing; and what is not put back. */
  readonly words: { readonly left: string; readonly remaining: string };
};

/** Plan: the difference between what the devices are and what they shall be. Contacts no device. */
export const handler = loggedStep(aboutPlan, plan);

function aboutPlan({ phase, request, execution }: PlanInput): StepFields {
  return { step: phase === 'restore' ? 'Plan restore' : 'Plan', tunnel: request?.tunnel, execution };
}

async function plan(input: PlanInput): Promise<PlanOutput> {
  if (input.contract !== CONTRACT || input.request.contract !== CONTRACT)
    throw new ContractMismatch(
      'contract-mismatch',
      `this run speaks contract ${input.request.contract}, the handlers ${CONTRACT}: the app was deployed in the middle of the run; start a new execution`,
    );
  const blind = input.observed.find(({ ok }) => !ok);
  if (blind)
    throw new NotUnderstood(
      'not-observed',
      `a device could not be observed: ${blind.cause ?? blind.error ?? 'no reason given'}`,
    );

  const { request, phase } = input;
  const goal: Goal = phase === 'restore' ? 'recorded' : tearsDown(request) ? 'absent' : 'declared';
  const records: Records = { ...input.records, before: input.before ?? input.records.before };
  const begun = begunOf(records);
  const plan = reconcile(
    goal,
    situationOf(
      request.spec,
      records,
      input.observed.flatMap(({ devices }) => devices ?? []),
      request.forget,
    ),
  );
  if (goal !== 'recorded' && request.trigger === null && (request.action === 'apply' || request.action === 'teardown'))
    refuseUnlessAgreed(plan, request);
  const { before, original, changes: _, verification: __, left: ___, ...rest } = plan;
  const { interrupts, remarks, ...told } = inWords(plan);
  return fitting(goal, {
    ...rest,
    contract: CONTRACT,
    interrupts,
    remarks,
    verdict: verdictOf(goal, request, plan),
    records: {
      original: JSON.stringify(original),
      before: JSON.stringify(goal === 'recorded' ? { ...begun, touched: before } : addRun(begun, request.spec, before)),
      applied: JSON.stringify(request.spec),
    },
    report: { ...told, sentence: printable(sentenceOf(goal, request.action, plan)) },
    words: goal === 'recorded' ? restoreInWords(told) : { left: '', remaining: '' },
  });
}

/** What people read of a plan quotes what stands on devices: it has no control characters. What devices are sent stays as it is. */
function inWords({
  changes,
  interrupts,
  remarks,
  left,
  verification,
}: Pick<Plan, 'changes' | 'interrupts' | 'remarks' | 'left' | 'verification'>) {
  return {
    changes: changes.map((change) => ({ ...change, text: printable(change.text) })),
    interrupts: interrupts.map(printable),
    remarks: remarks.map(printable),
    left: left.map(printable),
    verification: verification.map((probe) => ({ ...probe, detail: printable(probe.detail) })),
  };
}

/** A teardown, or the plan of one. */
function tearsDown({ action, teardown }: Request): boolean {
  return action === 'teardown' || teardown;
}

/**
 * What a state hands on has to fit beside its siblings into 262,144 bytes. The way back, and out, may take more than the way there: a tunnel that
 * could be applied can also be torn down. Bytes.
 */
const MOST: Readonly<Record<Goal, number>> = { declared: 96 * 1024, absent: 128 * 1024, recorded: 128 * 1024 };

function fitting(goal: Goal, output: PlanOutput): PlanOutput {
  const size = Buffer.byteLength(JSON.stringify(output));
  if (size > MOST[goal])
    throw new Refused(
      'plan-too-large',
      `the plan is ${size} bytes, more than the ${MOST[goal]} that a state may hand on: declare fewer virtual servers in one tunnel, or change fewer at a time`,
    );
  return output;
}
