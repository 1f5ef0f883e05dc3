import type { Standing } from '../standing';
import { many, printable, type Style } from './style';
import { minute, table } from './table';

const HEADING = ['TUNNEL', 'WANTED', 'IN SYNC', 'LAST PROVEN', 'BY', 'LAST DRIFT', 'LEASE', 'AUTOMATION'];

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

function row({ tunnel, wanted, inSync, provenAt, provenBy, lastDrift, lease, leftAlone, paused, degraded }: Standing) {
  const sync = inSync === null ? '-' : inSync ? 'yes' : 'NO';
  return [
    tunnel,
    wanted ?? '-',
    degraded.length > 0 ? `${sync}, degraded` : sync,
    minute(provenAt, 'never'),
    provenBy === null ? '-' : nameOf(provenBy),
    minute(lastDrift?.at, 'never'),
    lease === null ? 'free' : lease.alive ? 'held' : 'of a dead run',
    paused !== null ? `paused until ${minute(paused.until, 'resumed')}` : leftAlone === null ? 'on' : 'off',
  ];
}

/** What the table has no room for. */
function remarksOn({
  tunnel,
  inSync,
  why,
  lease,
  paused,
  degraded,
  leftAlone,
  lastDrift,
}: Standing): readonly string[] {
  const since = minute(lease?.since, 'a time that Step Functions does not know');
  return [
    ...(inSync === false ? [`not in sync: ${why}`] : []),
    ...(lease === null
      ? []
      : [
          `the lease is ${lease.alive ? 'held' : 'still'} by ${nameOf(lease.owner)}, which began ${since}${lease.alive ? '' : ' and works no more'}`,
        ]),
    ...(lastDrift === null
      ? []
      : [`${many(lastDrift.changes, 'change')} by ${nameOf(lastDrift.execution)} against drift`]),
    ...(degraded.length > 0 ? [`degraded: ${degraded.join(', ')}`] : []),
    ...(paused !== null
      ? [`paused: ${paused.reason}${paused.by === null ? '' : ` (${nameOf(paused.by)})`}`]
      : leftAlone === null
        ? []
        : [`left alone: ${leftAlone}`]),
  ].map((remark) => `${tunnel}: ${remark}`);
}

/** An execution's name, by its ARN. */
function nameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf(':') + 1);
}
