import { ContractMismatch, NotUnderstood, Refused } from '../../lib/tunnel/errors';
import { CONTRACT } from '../../lib/tunnel/outcome';
import type { Goal, Observed, Plan } from '../../lib/tunnel/plan';
import { printable } from '../../lib/tunnel/printable';
import { reconcile, refuseUnlessAgreed } from '../../lib/tunnel/reconcile';
import { begin } from '../../lib/tunnel/records';
import { begunOf, situationOf, type Records } from '../../lib/tunnel/situation';
import type { Request } from '../read-request/request';
import { loggedStep, type About } from '../telemetry/logged-step';

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

export type PlanOutput = Omit<Plan, 'before' | 'original'> & {
  readonly contract: number;
  readonly records: { readonly original: string; readonly before: string; readonly applied: string };
  readonly sentence: string;
};

/** Plan: the difference between what the devices are and what they shall be. Contacts no device. */
export const handler = loggedStep(aboutPlan, plan);

function aboutPlan({ phase, request, execution }: PlanInput): About {
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
  const { before, original, ...plan } = reconcile(
    goal,
    situationOf(
      request.spec,
      records,
      input.observed.flatMap(({ devices }) => devices ?? []),
      request.forget,
    ),
  );
  if (goal !== 'recorded' && request.trigger === null && (request.action === 'apply' || request.action === 'teardown'))
    refuseUnlessAgreed({ ...plan, before, original }, request);
  return fitting(goal, {
    ...plan,
    ...inWords(plan),
    contract: CONTRACT,
    records: {
      original: JSON.stringify(original),
      before: JSON.stringify(goal === 'recorded' ? { ...begun, touched: before } : begin(begun, request.spec, before)),
      applied: JSON.stringify(request.spec),
    },
    sentence: printable(sentence(goal, request.action, plan)),
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

/** What the plan means, in one sentence: it ends up as a run's last word when nothing is carried out. */
function sentence(
  goal: Goal,
  action: Request['action'],
  plan: Pick<Plan, 'changes' | 'interrupts' | 'verification' | 'reachable' | 'degraded'>,
): string {
  const degraded =
    goal === 'recorded' || plan.degraded.length === 0
      ? ''
      : ` Degraded: ${plan.degraded.join(', ')} cannot be reached.`;
  return whatItMeans(goal, action, plan) + degraded;
}

function whatItMeans(
  goal: Goal,
  action: Request['action'],
  { changes, interrupts, verification, reachable }: Pick<Plan, 'changes' | 'interrupts' | 'verification' | 'reachable'>,
): string {
  const many = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
  if (changes.length === 0) {
    const dead = verification.find(({ ok }) => !ok);
    if (goal !== 'declared' || reachable) return 'Nothing has to change.';
    return `The tunnel stands as declared, yet it does not carry: ${dead ? `${dead.from}: ${dead.what} to ${dead.to}: ${dead.detail}` : 'no device could be asked to ping through it'}.`;
  }
  const devices = many(new Set(changes.map(({ device }) => device)).size, 'device');
  if (action === 'verify')
    return `The tunnel does not stand as declared: ${many(changes.length, 'change')} on ${devices} ${changes.length === 1 ? 'is' : 'are'} needed${interrupts.length === 0 ? '' : `, ${interrupts.length} of which cut live traffic`}; apply it.`;
  const traffic = {
    absent: changes.some(({ stage }) => stage === 'detach')
      ? 'traffic leaves the tunnel first'
      : 'no virtual server is touched',
    recorded: 'back to what was',
    declared: interrupts.length === 0 ? 'none cuts live traffic' : `${interrupts.length} of them cut live traffic`,
  };
  return `${many(changes.length, 'change')} on ${devices}; ${traffic[goal]}.`;
}
