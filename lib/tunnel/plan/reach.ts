import type { Observation } from '../device/observation';
import { changedKind, deviceTitle, devicesOf, kindOf, type Listed } from './devices';
import { NotUnderstood, Refused } from '../errors/errors';
import type { Change, Goal, Seen, Situation, Unseen } from './plan';
import type { Before } from './records';
import type { Declared } from '../declaration/tunnel';

/**
 * Who answered, and what it means when somebody did not.
 * @throws Refused, NotUnderstood
 */
export function whoAnswered(goal: Goal, { spec, applied, before, begun = [], observed, forget = [] }: Situation) {
  if (goal === 'declared' && changedKind(spec, applied))
    throw new Refused(
      'kind-changed',
      `${spec.name} stands as kind ${applied.kind} and is declared as kind ${spec.kind}: tear it down first, which cuts what goes through it`,
    );
  const devices = devicesOf(spec, applied, forget);
  const listedAs = ({ kind, name }: Seen | Unseen): Listed => {
    const listed = devices.find((device) => device.kind === kind && device.name === name);
    if (!listed)
      throw new NotUnderstood('device-unlisted', `${deviceTitle({ kind, name })} is no device of tunnel ${spec.name}`);
    return listed;
  };
  const unknown = forget.find(
    (name) => before[name] === undefined && !devicesOf(spec, applied).some((device) => device.name === name),
  );
  if (unknown !== undefined)
    throw new Refused('forget-unknown', `${unknown} cannot be forgotten: tunnel ${spec.name} has no such device`);
  if (goal === 'declared') refuseForgetting(spec, forget);
  refuseUnlisted(goal, spec, [...devices.map(({ name }) => name), ...forget], before);
  for (const device of devices) if (before[device.name] !== undefined) refuseLosing(goal, device, begun);
  const missing = devices.find(({ kind, name }) => !observed.some((each) => each.kind === kind && each.name === name));
  if (missing) throw new NotUnderstood('not-observed', `${deviceTitle(missing)} was not observed`);
  const remarks: string[] = [];
  const degraded: string[] = [];
  const away: Change[] = [];
  const seen: { readonly listed: Listed; readonly observation: Observation<unknown> }[] = [];
  for (const each of observed) {
    const listed = listedAs(each);
    const title = deviceTitle(listed);
    if (!('unreachable' in each)) {
      if (each.remark !== undefined) remarks.push(`${title}: ${each.remark}`);
      seen.push({ listed, observation: each.observation });
      continue;
    }
    if (goal === 'recorded' && before[each.name] !== undefined) {
      // Traffic is not sent back to a device that is gone: only what shall stand is restored around.
      if (listed.former)
        throw new NotUnderstood(
          'unreachable-changed',
          `${title} was changed, and cannot be reached to be put back: ${each.unreachable}`,
        );
      away.push(...lost(title, before[each.name]!));
    }
    if (goal !== 'recorded' && (goal === 'absent' || listed.former))
      throw new Refused(
        'unreachable-forgettable',
        `${title} has the tunnel and cannot be reached (${each.unreachable}): start it, or, if it is gone for good, run again with "forget": ["${each.name}"]`,
      );
    if (goal === 'declared') {
      const others = observed.filter((other) => other.kind === each.kind && !('unreachable' in other));
      if (others.every((other) => listedAs(other).former))
        throw new Refused(
          'unreachable-alone',
          `${title} cannot be reached (${each.unreachable}), and no other declared one would carry the tunnel: start it first`,
        );
      refuseRenaming(title, listed, each.unreachable);
    }
    degraded.push(title);
    if (goal === 'declared')
      remarks.push(`${title} cannot be reached and is left out: the tunnel is degraded (${each.unreachable})`);
  }
  return { seen, degraded, away, remarks };
}

/** What stands there nobody knows: all that was touched is still to be put back. */
function lost(device: string, touched: Before[string]): readonly Change[] {
  return Object.entries(touched).map(([object, { from }]) => ({
    device,
    stage: 'shape',
    text: `? ${object}: was ${from ?? 'none'}; whether it is again nobody could look, since the device cannot be reached`,
    interrupts: null,
  }));
}

/** What a run could not put back stands under the names of its own declaration: they have to be asked for. @throws Refused, NotUnderstood */
function refuseLosing(goal: Goal, listed: Listed, begun: readonly Declared[]): void {
  const asked = kindOf(listed).objectQuestions(listed);
  const [unasked] = begun
    .filter((spec) => spec.kind === listed.spec.kind && devicesOf(spec, null).some(({ name }) => name === listed.name))
    .flatMap((spec) => kindOf(listed).objectQuestions({ ...listed, spec, applied: null }))
    .filter((question) => !asked.includes(question));
  if (unasked === undefined) return;
  const sentence = `${deviceTitle(listed)} was changed by a run that could not put it back, under a name that is not declared any more (${unasked}): declare it as it was then and repair that run`;
  throw goal === 'recorded'
    ? new NotUnderstood('unfinished-renamed', sentence)
    : new Refused('unfinished-renamed', sentence);
}

/** What a run changed and could not put back is not lost sight of since the device is in no declaration any more. @throws Refused, NotUnderstood */
function refuseUnlisted(goal: Goal, spec: Situation['spec'], listed: readonly string[], before: Situation['before']) {
  const name = Object.keys(before).find((each) => !listed.includes(each));
  if (name === undefined) return;
  const forget = /^m?i-/.test(name) ? `, or, if it is gone for good, run again with "forget": ["${name}"]` : '';
  const sentence = `${name} was changed by a run that could not put it back, and tunnel ${spec.name} has no such device any more: declare it as it was then and repair that run${forget}`;
  throw goal === 'recorded'
    ? new NotUnderstood('unfinished-undeclared', sentence)
    : new Refused('unfinished-undeclared', sentence);
}

/** Only objects with a declared or applied name are looked for: a device that is left out must not keep any under another one. @throws Refused */
function refuseRenaming(title: string, listed: Listed, unreachable: string): void {
  const { applied, name } = listed;
  if (applied === null || !devicesOf(applied, null).some((device) => device.name === name)) return;
  const asked = kindOf(listed).objectQuestions({ ...listed, applied: null });
  const [lost] = kindOf(listed)
    .objectQuestions(listed)
    .filter((question) => !asked.includes(question));
  if (lost !== undefined)
    throw new Refused(
      'unreachable-renamed',
      `${title} cannot be reached (${unreachable}) and has what was applied under names that are not declared any more (${lost}): start it before this is applied, or take it out of the declaration`,
    );
}

function refuseForgetting(spec: Situation['spec'], forget: readonly string[]): void {
  const declared = devicesOf(spec, null).find(({ name }) => forget.includes(name));
  if (declared)
    throw new Refused(
      'forget-declared',
      `${deviceTitle(declared)} is declared and cannot be forgotten: take it out of the declaration, or only tear down without it`,
    );
}
