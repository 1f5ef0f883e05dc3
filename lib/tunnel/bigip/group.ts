import { excerpt } from '../device/answer';
import type { Look } from '../device/look';
import type { Subject } from '../device/observation';
import { NotUnderstood, Refused } from '../errors/errors';
import type { BigIpFacts, Group } from './facts';
import { isGood } from './listing';
import { title } from './own';

export const SYNC_STATUS = 'group sync-status';
export const FAILOVER_STATUS = 'group failover-status';
/** The first one says whether there is a group; the second only names its state. */
export const GROUP_QUESTIONS = [SYNC_STATUS, FAILOVER_STATUS] as const;

/**
 * Its device group, by the line `Status ...` of each answer: their headings and other lines are not known well enough (BIP-27). A BIG-IP that
 * would not say is not taken for one that stands alone, nor is it an error here: a teardown must not depend on it.
 */
export function readGroup(look: Look): Group {
  const answers = GROUP_QUESTIONS.map((question) => look.answer(question));
  const [sync, failover] = answers.map((answer) =>
    isGood(answer) ? answer.lines.flatMap((line) => /^\s*Status\s+(\S.*?)\s*$/i.exec(line)?.[1] ?? [])[0] : undefined,
  );
  if (sync === undefined) return { kind: 'unknown', said: answers[0]!.printed };
  if (/^standalone$/i.test(sync)) return { kind: 'none' };
  return { kind: 'member', failover: excerpt(failover ?? 'in an unknown state'), sync: excerpt(sync) };
}

/**
 * Objects of a device group's members are partly shared and partly each unit's own, so a tunnel on one of them is half a tunnel.
 * @throws Refused, NotUnderstood
 */
export function refuseGroup(subject: Pick<Subject, 'name'>, { group }: BigIpFacts): void {
  if (group.kind === 'member')
    throw new Refused(
      'device-group',
      `${title(subject)} is ${inGroup(group)}: declare both of its units (bigip, bigipPair), or take this one out of its device group, which may cut its traffic`,
    );
  if (group.kind === 'unknown')
    throw new NotUnderstood(
      'device-group-unknown',
      `${title(subject)} does not say whether it is in a device group ("show cm sync-status"): ${group.said}`,
    );
}

/** Only a teardown comes here with a group: whatever else would change something was refused. */
export function groupRemarks(subject: Pick<Subject, 'name'>, { group }: BigIpFacts): readonly string[] {
  if (group.kind === 'member')
    return [
      `${title(subject)} is ${inGroup(group)}: the tunnel is removed from this unit only; look at the others, and synchronise the group by hand, which cuts what still goes through the tunnel on them`,
    ];
  return group.kind === 'unknown'
    ? [
        `${title(subject)} does not say whether it is in a device group (${group.said}): if it is, the tunnel is removed from this unit only`,
      ]
    : [];
}

function inGroup({ failover, sync }: Extract<Group, { kind: 'member' }>): string {
  return `${failover} in a device group (sync status: ${sync})`;
}
