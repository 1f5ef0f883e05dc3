import type { Standing } from '../standing';
import { minute, table, many, type Style } from './style';
import { printable } from '../terminal';

const HEADING = ['TUNNEL', 'WANTED', 'IN SYNC', 'LAST SEEN', 'BY', 'LAST PROVEN', 'LAST DRIFT', 'LEASE', 'AUTOMATION'];

/** Every tunnel in a line, then what is not in order, then what needs a person. */
export function statusText(standings: readonly Standing[], style: Style): string {
  if (standings.length === 0)
    return 'No tunnel is declared here, and none was ever applied: add tunnels/NAME.yaml and deploy (npx cdk deploy).\n';
  const remarks = standings.flatMap(remarksOn);
  const needs = standings.flatMap(({ tunnel, needs }) =>
    needs.map(({ what, command }) => `  ${style.bad(tunnel)}: ${printable(what)}: ${command}\n`),
  );
  return [
    table(HEADING, standings.map(row), style),
    ...(remarks.length > 0 ? [remarks.map((remark) => `  ${printable(remark)}\n`).join('')] : []),
    needs.length > 0 ? `${style.bold('What needs a person')}\n${needs.join('')}` : 'Nothing needs a person.\n',
    style.dim('As the last runs and looks wrote it down: no device was contacted.\n'),
  ].join('\n');
}

function row(standing: Standing) {
  const { tunnel, wanted, inSync, lastSeen, provenAt, lastDrift, lease, degraded } = standing;
  const sync = inSync === null ? '-' : inSync ? 'yes' : 'NO';
  return [
    tunnel,
    wanted ?? '-',
    degraded.length > 0 ? `${sync}, degraded` : sync,
    minute(lastSeen?.at, lastSeen === null ? 'never' : '-'),
    lastSeen?.by == null ? '-' : `${lastSeen.action} ${nameOf(lastSeen.by)}`,
    minute(provenAt, 'never'),
    minute(lastDrift?.at, 'never'),
    lease === null ? 'free' : lease.alive ? 'held' : 'of a dead run',
    automationWords(standing),
  ];
}

/** A pause counts beside any other reason for which the automation leaves a tunnel alone: it may outlast that. */
function automationWords({ automation, paused }: Standing): string {
  if (paused === null) return automation;
  const words = `paused until ${minute(paused.until, 'resumed')}`;
  return automation === 'paused' ? words : `${automation}, ${words}`;
}

/** What the table has no room for. */
function remarksOn({ tunnel, inSync, why, lease, paused, degraded, lastDrift }: Standing): readonly string[] {
  const remarks: string[] = [];
  if (inSync === false) remarks.push(`not in sync: ${why}`);
  if (degraded.length > 0) remarks.push(`degraded: ${degraded.join(', ')} could not be reached`);
  if (lease !== null) remarks.push(leaseWords(lease));
  if (paused !== null) remarks.push(`paused: ${paused.reason}${paused.by === null ? '' : ` (${nameOf(paused.by)})`}`);
  if (lastDrift !== null)
    remarks.push(`${many(lastDrift.changes, 'change')} by ${nameOf(lastDrift.execution)} against drift`);
  return remarks.map((remark) => `${tunnel}: ${remark}`);
}

function leaseWords({ owner, since, alive }: NonNullable<Standing['lease']>): string {
  const began = since === null ? 'which Step Functions does not know' : `which began ${minute(since, '?')}`;
  return alive
    ? `the lease is held by ${nameOf(owner)}, ${began}`
    : `the lease is still that of ${nameOf(owner)}, ${began} and works no more`;
}

/** An execution's name, by its ARN. */
function nameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf(':') + 1);
}
