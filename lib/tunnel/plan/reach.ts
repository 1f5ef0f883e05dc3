import type { Observation } from '../device/observation';
import { changedKind, deviceTitle, devicesOf, kindOf, type Listed } from './devices';
import { NotUnderstood, Refused } from '../errors/errors';
import type { Goal } from '../device/operation';
import type { Change, Observed, Situation } from './plan';
import type { Before } from './records';
import { isAddress } from '../declaration/address';
import { bigipUnits, isBigIpPair, rampName, type Declared, type RampNode } from '../declaration/tunnel';

export interface Answered {
  readonly listed: Listed;
  readonly observation: Observation<unknown>;
}

/**
 * Sorts the devices into those that answered and those that cannot be reached, and decides whether the run may go on without the latter.
 * @returns `unknown`: changes of earlier runs on devices that cannot be reached now
 * @throws Refused, NotUnderstood
 */
export function judgeReach(goal: Goal, situation: Situation) {
  const { spec, applied, before, begun = [], observed, forget = [] } = situation;
  if (goal === 'declared' && changedKind(spec, applied))
    throw new Refused(
      'kind-changed',
      `${spec.name} was applied as kind ${applied.kind} and is declared as kind ${spec.kind}: tear it down first, which cuts its traffic`,
    );
  const devices = devicesOf(spec, applied, forget);
  const listedAs = ({ kind, name }: Observed): Listed => {
    const listed = devices.find((device) => device.kind === kind && device.name === name);
    if (!listed)
      throw new NotUnderstood('device-unlisted', `${deviceTitle({ kind, name })} is no device of tunnel ${spec.name}`);
    return listed;
  };
  refuseForgetting(goal, situation);
  refuseReachChanged(goal, situation);
  refuseUnlisted(goal, spec, [...devices.map(({ name }) => name), ...forget], before);
  for (const device of devices) if (before[device.name] !== undefined) refuseRenamedSince(goal, device, begun);
  const missing = devices.find(({ kind, name }) => !observed.some((each) => each.kind === kind && each.name === name));
  if (missing) throw new NotUnderstood('not-observed', `${deviceTitle(missing)} was not observed`);

  const remarks = goal === 'recorded' ? [] : [...remarksOnForgotten(situation)];
  const degraded: string[] = [];
  const unknown: Change[] = [];
  const answered: Answered[] = [];
  for (const each of observed) {
    const listed = listedAs(each);
    const title = deviceTitle(listed);
    if (!('unreachable' in each)) {
      if (each.remark !== undefined) remarks.push(`${title}: ${each.remark}`);
      answered.push({ listed, observation: each.observation });
      continue;
    }
    const { unreachable } = each;
    const touched = before[each.name];
    if (goal === 'recorded' && touched !== undefined) {
      // A restore goes on without a declared device, and must not send traffic back to one that left the declaration.
      if (listed.former)
        throw new NotUnderstood(
          'unreachable-changed',
          `${title} was changed and cannot be reached for the restore (${unreachable}): start it, then repair the run`,
        );
      unknown.push(...unknownChanges(title, touched));
    }
    if (goal === 'absent' || (goal === 'declared' && listed.former))
      throw new Refused(
        'unreachable-forgettable',
        `${title} has the tunnel and cannot be reached (${unreachable}): start it, or, if it is gone for good, run again with "forget": ["${each.name}"]`,
      );
    if (goal === 'declared') {
      const carries = (other: Observed): boolean =>
        other.kind === each.kind && !('unreachable' in other) && !listedAs(other).former;
      if (!observed.some(carries))
        throw new Refused(
          'unreachable-alone',
          `${title} cannot be reached (${unreachable}), and no other declared node would carry the tunnel: start it first`,
        );
      refuseRenaming(title, listed, unreachable);
      remarks.push(`${title} cannot be reached (${unreachable}): the plan leaves it out, and the tunnel is degraded`);
    }
    degraded.push(title);
  }
  return { answered, degraded, unknown, remarks };
}

/** Nobody knows the present values on such a device: everything that was touched is still to be restored. */
function unknownChanges(device: string, touched: Before[string]): readonly Change[] {
  return Object.entries(touched).map(([object, { from }]) => ({
    device,
    stage: 'shape',
    text: `? ${object}: was ${from ?? 'none'}; its value now is unknown, since the device cannot be reached`,
    interrupts: null,
  }));
}

/** What a run could not restore has the names of that run's declaration: the devices have to be asked for them. @throws Refused, NotUnderstood */
function refuseRenamedSince(goal: Goal, listed: Listed, begun: readonly Declared[]): void {
  const asked = kindOf(listed).objectQuestions(listed);
  const unasked = begun
    .filter((spec) => spec.kind === listed.spec.kind && devicesOf(spec, null).some(({ name }) => name === listed.name))
    .flatMap((spec) => kindOf(listed).objectQuestions({ ...listed, spec, applied: null }))
    .find((question) => !asked.includes(question));
  if (unasked !== undefined)
    refuseUnfinished(
      goal,
      'unfinished-renamed',
      `${deviceTitle(listed)} was changed by a run that could not restore it, under a name that is not declared any more (${unasked}): declare it as it was then and repair that run`,
    );
}

/** What a run changed and could not restore stays known, also on a device that is in no declaration any more. @throws Refused, NotUnderstood */
function refuseUnlisted(goal: Goal, spec: Declared, listed: readonly string[], before: Before): void {
  const name = Object.keys(before).find((each) => !listed.includes(each));
  if (name === undefined) return;
  const isForgettable = !isAddress(name) || isBigIpPair(spec);
  const forget = isForgettable ? `, or, if it is gone for good, run again with "forget": ["${name}"]` : '';
  refuseUnfinished(
    goal,
    'unfinished-undeclared',
    `${name} was changed by a run that could not restore it, and tunnel ${spec.name} has no such device any more: declare it as it was then and repair that run${forget}`,
  );
}

function refuseUnfinished(goal: Goal, code: 'unfinished-renamed' | 'unfinished-undeclared', sentence: string): never {
  throw goal === 'recorded' ? new NotUnderstood(code, sentence) : new Refused(code, sentence);
}

/** Only objects with a declared or applied name are looked for: a device that the plan leaves out must not keep one under another name. @throws Refused */
function refuseRenaming(title: string, listed: Listed, unreachable: string): void {
  const { applied, name } = listed;
  if (applied === null || !devicesOf(applied, null).some((device) => device.name === name)) return;
  const asked = kindOf(listed).objectQuestions({ ...listed, applied: null });
  const renamed = kindOf(listed)
    .objectQuestions(listed)
    .find((question) => !asked.includes(question));
  if (renamed !== undefined)
    throw new Refused(
      'unreachable-renamed',
      `${title} cannot be reached (${unreachable}) and has what was applied under names that are not declared any more (${renamed}): start it before this is applied, or take it out of the declaration`,
    );
}

/** Applied nodes whose address is declared with another `reach`, each with that declared one: likely the same node, under another name. */
function reachedOtherwise({ spec, applied }: Situation): readonly (readonly [before: RampNode, declared: RampNode])[] {
  if (spec.kind !== 'ramp' || applied?.kind !== 'ramp') return [];
  const { nodes } = spec.ramp;
  return applied.ramp.nodes.flatMap((before) =>
    nodes
      .filter(({ address, reach }) => address === before.address && reach !== before.reach)
      .map((declared) => [before, declared] as const),
  );
}

/** A node has another name when commands reach it another way: it would be looked at, and changed, as two. @throws Refused */
function refuseReachChanged(goal: Goal, situation: Situation): void {
  if (goal === 'recorded') return;
  for (const [before, node] of reachedOtherwise(situation)) {
    if (situation.forget?.includes(rampName(before))) continue;
    throw new Refused(
      'reach-changed',
      `ramp node ${rampName(node)} has the address of ${rampName(before)}, to which the tunnel was applied with reach: ${before.reach ?? 'ssm'}: if it is the same node, run once with "forget": ["${rampName(before)}"], which changes nothing there and leaves traffic as it is; if it is another one, tear the tunnel down first, which cuts its traffic`,
    );
  }
}

/** A keeper knows only what its own node was told: what a run writes down without the node does not reach it (ADR 0033). */
function remarksOnForgotten(situation: Situation): readonly string[] {
  const { spec, applied, forget = [] } = situation;
  const lookedAt = reachedOtherwise(situation).map(([before]) => rampName(before));
  return devicesOf(spec, applied)
    .filter(({ kind, name }) => kind === 'ramp' && forget.includes(name) && !lookedAt.includes(name))
    .map((listed) => {
      const until = listed.former
        ? 'until somebody takes it away there ("What a keeper did" in the runbook)'
        : 'until a teardown without "forget" reaches that node';
      return `${deviceTitle(listed)} is not asked: if it comes back, its keeper still holds the tunnel there, after a restart too, ${until}`;
    });
}

/** @throws Refused for a name that the tunnel does not have, and for a declared one: only a teardown forgets those */
function refuseForgetting(goal: Goal, { spec, applied, before, forget = [] }: Situation): void {
  const known = devicesOf(spec, applied);
  const unknown = forget.find((name) => before[name] === undefined && !known.some((device) => device.name === name));
  if (unknown !== undefined)
    throw new Refused('forget-unknown', `${unknown} cannot be forgotten: tunnel ${spec.name} has no such device`);
  const declared = devicesOf(spec, null).filter(({ name }) => forget.includes(name));
  const bigips = declared.filter(({ kind }) => kind === 'bigip');
  if (bigips.length > 0 && bigips.length === bigipUnits(spec).length)
    throw new Refused(
      'forget-declared',
      `${deviceTitle(bigips.at(-1)!)} cannot be forgotten: without any BIG-IP there is nothing that a run could do; make it reachable from its bastion`,
    );
  const [first] = declared;
  if (goal === 'declared' && first)
    throw new Refused(
      'forget-declared',
      `${deviceTitle(first)} is declared and cannot be forgotten: take it out of the declaration, or only tear down without it, which cuts the tunnel's traffic`,
    );
}
