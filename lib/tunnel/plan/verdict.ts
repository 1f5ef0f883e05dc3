import type { Goal } from '../device/operation';
import type { Plan } from './plan';

/** What a plan means for the run: how it ends, or that the run carries the plan out. */
export type Verdict =
  | 'Planned'
  | 'Verified'
  | 'LookAgain'
  | 'NotVerified'
  | 'TornDown'
  | 'Unchanged'
  | 'Restored'
  | 'LeftToAPerson'
  | 'CarryOut';

/** The part of a request that decides. */
export interface RequestedAction {
  readonly action: 'apply' | 'plan' | 'verify' | 'teardown' | 'pause' | 'resume';
  /** What started the run; null: a person. */
  readonly trigger: 'event' | 'schedule' | null;
}

/**
 * What a plan means for the run. Without a person, no run cuts live traffic.
 * @param looksAgain whether a tunnel that stands and does not carry is looked at once more before it is called so: its virtual IP may just be moving
 */
export function verdictOf(
  goal: Goal,
  { action, trigger }: RequestedAction,
  { operations, reachable, interrupts }: Pick<Plan, 'operations' | 'reachable' | 'interrupts'>,
  looksAgain: boolean,
): Verdict {
  if (goal === 'recorded') return operations === 0 ? 'Restored' : 'CarryOut';
  if (action === 'plan') return 'Planned';
  if (operations === 0 && action === 'teardown') return 'TornDown';
  if (operations === 0 && !reachable) return looksAgain ? 'LookAgain' : 'NotVerified';
  if (action === 'verify') return operations === 0 ? 'Verified' : 'NotVerified';
  if (operations === 0) return 'Unchanged';
  return trigger !== null && interrupts.length > 0 ? 'LeftToAPerson' : 'CarryOut';
}

/**
 * What the plan means, in one sentence: the run's result when nothing is carried out.
 * @param isApplied whether a tunnel was applied, and not torn down since
 */
export function sentenceOf(
  goal: Goal,
  action: RequestedAction['action'],
  plan: Pick<Plan, 'changes' | 'interrupts' | 'verification' | 'reachable' | 'degraded'>,
  isApplied: boolean,
): string {
  const degraded =
    goal === 'recorded' || plan.degraded.length === 0
      ? ''
      : ` Degraded: ${plan.degraded.join(', ')} cannot be reached.`;
  return whatItMeans(goal, action, plan, isApplied) + degraded;
}

function whatItMeans(
  goal: Goal,
  action: RequestedAction['action'],
  { changes, interrupts, verification, reachable }: Pick<Plan, 'changes' | 'interrupts' | 'verification' | 'reachable'>,
  isApplied: boolean,
): string {
  const many = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
  if (changes.length === 0) {
    const dead = verification.find(({ ok }) => !ok);
    if (goal !== 'declared' || reachable) return 'Nothing has to change.';
    return `The tunnel stands as declared, but it does not carry: ${dead ? `${dead.from}: ${dead.what} to ${dead.to}: ${dead.detail}` : 'no device could be asked to ping through it'}.`;
  }
  const devices = many(new Set(changes.map(({ device }) => device)).size, 'device');
  if (action === 'verify' && !isApplied)
    return `No tunnel is applied: it was torn down, or never applied. An apply would make ${many(changes.length, 'change')} on ${devices}.`;
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

/** The longest list of changes in a sentence; the table has all of them. Characters. */
const MOST = 8_000;

/** Parts of a restore's last sentence: what it did not touch, empty for nothing; and what is not put back. */
export function restoreInWords({ left, changes }: Pick<Plan, 'left' | 'changes'>): { left: string; remaining: string } {
  return {
    left: left.length === 0 ? '' : `; left, since another changed it: ${left.join(', ')}`,
    // A restore without changes succeeds, unless its record cannot be written.
    remaining:
      changes.length === 0
        ? 'everything was put back, but the record of it could not be written'
        : `not put back: ${changes.map(({ device, text }) => `${device}: ${text}`).join('; ')}`.slice(0, MOST),
  };
}
