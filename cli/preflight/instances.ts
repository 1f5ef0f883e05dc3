import type { InstanceInformation } from '@aws-sdk/client-ssm';
import { devicesOf, roleOf } from '../../lib/tunnel/plan/devices';
import type { Declared } from '../../lib/tunnel/declaration/tunnel';
import { everyOne, type Aws } from '../aws/aws';
import { minute } from '../report/time';
import { messageOf } from '../surroundings';
import { checking, judged, type Check } from './check';

/** The first agent that gives parameters to scripts as environment variables. */
const AGENT = '3.3.2746.0';

/** Whether Systems Manager reaches every instance of a tunnel, and edge-ramp may use it. Three checks an instance. */
export async function checkInstances(aws: Aws, declared: Declared): Promise<readonly Check[]> {
  const used = devicesOf(declared, null).map((device) => ({ instance: device.instance, role: roleOf(device) }));
  try {
    const known = await informed(aws, 'InstanceIds', [...new Set(used.map(({ instance }) => instance))]);
    const tagged = new Set<string>();
    for (const role of new Set(used.map((each) => each.role)))
      for (const id of (await informed(aws, `tag:${aws.names.roleTag}`, [role])).keys()) tagged.add(`${role} ${id}`);
    return used.flatMap(({ instance, role }) => {
      const title = `${role} ${instance}`;
      return [...checkAgent(title, known.get(instance)), checkTag(title, `${aws.names.roleTag} = ${role}`, tagged)];
    });
  } catch (error) {
    return [checking('instances', HOW)('cannot know', messageOf(error))];
  }
}

const HOW = 'ssm:DescribeInstanceInformation';

function checkTag(title: string, tag: string, tagged: ReadonlySet<string>): Check {
  return judged(
    checking(`${title}: tag`, `${HOW} by tag`),
    tagged.has(title),
    tag,
    `the instance has not the tag ${tag}, so that edge-ramp may not use it: tag it`,
  );
}

function checkAgent(title: string, found: InstanceInformation | undefined): readonly Check[] {
  const agent = checking(`${title}: agent`, HOW);
  if (!found)
    return [
      agent('fail', 'Systems Manager does not know it: is the agent installed, does its instance profile allow it?'),
    ];
  const { PingStatus: status, LastPingDateTime: last, AgentVersion: version = '' } = found;
  const silent = `${status}, last heard ${minute(last, 'never')}: is it running, does the agent reach Systems Manager?`;
  return [
    judged(agent, status === 'Online', 'Online', silent),
    judged(
      checking(`${title}: agent version`, HOW),
      version.localeCompare(AGENT, 'en', { numeric: true }) >= 0,
      version,
      `${version || 'no version'}, but parameters arrive as environment variables from ${AGENT} on: update the agent`,
    ),
  ];
}

/** What Systems Manager knows of the instances that a filter finds, by id. */
async function informed(aws: Aws, key: string, values: string[]): Promise<ReadonlyMap<string, InstanceInformation>> {
  const pages = aws.ssm.paginateDescribeInstanceInformation({ Filters: [{ Key: key, Values: values }] });
  const found = await everyOne(pages, (page) => page.InstanceInformationList);
  return new Map(found.map((each) => [each.InstanceId!, each]));
}
