import type { InstanceInformation } from '@aws-sdk/client-ssm';
import { devicesOf, KINDS } from '../../lib/tunnel/plan/devices';
import type { Declared } from '../../lib/tunnel/declaration/tunnel';
import { everyOne, type Aws } from '../aws/aws';
import { checking, judged, type Check } from './check';

/** The first agent that gives parameters to scripts as environment variables. */
const AGENT = '3.3.2746.0';

/** Whether Systems Manager reaches every instance of a tunnel, and edge-ramp may use it. Three checks an instance. */
export async function checkInstances(aws: Aws, declared: Declared): Promise<readonly Check[]> {
  const used = devicesOf(declared, null).map(({ kind, instance }) => ({ instance, role: KINDS[kind].record.role }));
  try {
    const known = await informed(aws, 'InstanceIds', [...new Set(used.map(({ instance }) => instance))]);
    const tagged = new Map<string, ReadonlySet<string>>();
    for (const role of new Set(used.map((each) => each.role)))
      tagged.set(role, new Set((await informed(aws, `tag:${aws.names.roleTag}`, [role])).keys()));
    return used.flatMap(({ instance, role }) =>
      checkInstance(instance, { name: aws.names.roleTag, role }, known.get(instance), tagged.get(role)!.has(instance)),
    );
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [checking('instances', 'ssm:DescribeInstanceInformation')('cannot know', why)];
  }
}

function checkInstance(
  instance: string,
  { name, role }: { readonly name: string; readonly role: string },
  found: InstanceInformation | undefined,
  tagged: boolean,
): readonly Check[] {
  const title = `${role} ${instance}`;
  const how = 'ssm:DescribeInstanceInformation';
  const agent = checking(`${title}: agent`, how);
  const tag = judged(
    checking(`${title}: tag`, `${how} by tag`),
    tagged,
    `${name} = ${role}`,
    `the instance has not the tag ${name} = ${role}, so that edge-ramp may not use it: tag it`,
  );
  if (!found)
    return [
      agent('fail', 'Systems Manager does not know it: is the agent installed, does its instance profile allow it?'),
      tag,
    ];
  const { PingStatus: status, LastPingDateTime: last, AgentVersion: version = '' } = found;
  const silent = `${status}, last heard ${last?.toISOString() ?? 'never'}: is it running, does the agent reach Systems Manager?`;
  return [
    judged(agent, status === 'Online', 'Online', silent),
    judged(
      checking(`${title}: agent version`, how),
      atLeast(version, AGENT),
      version,
      `${version || 'no version'}, but parameters arrive as environment variables from ${AGENT} on: update the agent`,
    ),
    tag,
  ];
}

/** What Systems Manager knows of the instances that a filter finds, by id. */
async function informed(aws: Aws, key: string, values: string[]): Promise<ReadonlyMap<string, InstanceInformation>> {
  const pages = aws.ssm.paginateDescribeInstanceInformation({ Filters: [{ Key: key, Values: values }] });
  const found = await everyOne(pages, (page) => page.InstanceInformationList);
  return new Map(found.map((each) => [each.InstanceId!, each]));
}

/** Compares versions number by number. */
function atLeast(version: string, least: string): boolean {
  const [have, need] = [version, least].map((each) => each.split('.').map(Number));
  for (const [i, number] of need!.entries()) {
    const other = have![i] ?? 0;
    if (other !== number) return other > number;
  }
  return true;
}
