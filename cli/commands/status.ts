import { Command, Option } from 'commander';
import { Problem } from '../aws/problem';
import type { Aws } from '../aws/aws';
import type { Deployment } from '../aws/deployment';
import { everyTunnel, oneTunnel, type Known } from '../aws/tunnels';
import { anywhere, jsonOption, tunnelArgument, type Define } from '../options';
import { atPlace } from '../place';
import { json } from '../report/json';
import { styleFor, table, wideTable, type Style } from '../report/style';
import { minute, minuteInZone, second, zone } from '../report/time';
import { many, nameOf } from '../report/words';
import { standingOf, type Standing } from '../standing';
import { interruptible, type Surroundings } from '../surroundings';
import { CLEAR_SCREEN, printableLines } from '../terminal';
import type { Where } from '../where';

/** A watched status is read so often. Milliseconds. */
const EVERY = 5000;

const WATCH = 'again every 5 seconds until interrupted; where nobody watches, only what changed';

interface Options extends Where {
  readonly json?: boolean;
  readonly watch?: boolean;
}

export const status: Define = (surroundings, exit) =>
  anywhere(
    new Command('status')
      .description('every tunnel at a glance, or one')
      .addArgument(tunnelArgument('[tunnel]'))
      .addOption(jsonOption())
      .addOption(new Option('--watch', WATCH).conflicts('local')), // nothing happens on these hosts between two calls
  ).action((name: string | undefined, options: Options) => exit(show(name, options, surroundings)));

/** @returns 0 whatever the tunnels look like, since looking succeeded */
async function show(name: string | undefined, options: Options, surroundings: Surroundings): Promise<number> {
  const { out } = surroundings;
  return atPlace(options, surroundings, { unopened: true }, async ({ aws, deployment }) => {
    const layout = layoutOf(options);
    const read = async (): Promise<string> => {
      const known = await (name === undefined ? everyTunnel(aws, deployment) : knownTunnel(aws, deployment, name));
      const standings = known.map((each) => standingOf(each, options, new Date()));
      if (options.json === true) return json({ tunnels: standings });
      return statusText(standings, styleFor(out), options.watch === true && !out.live ? wideTable : table);
    };
    if (options.watch === true) await interruptible(surroundings, (over) => watch(read, options, surroundings, over));
    else out.write(await read(), layout);
    return 0;
  });
}

/** Shows what is read again and again, until it is over. */
async function watch(
  read: () => Promise<string>,
  options: Options,
  { out, sleep }: Surroundings,
  over: AbortSignal,
): Promise<void> {
  let shown = '';
  do {
    const text = await read().catch(passing);
    if (out.live) out.write(`${CLEAR_SCREEN}${text}\n${second(new Date())}, Ctrl-C ends this.\n`, layoutOf(options));
    else if (text !== shown)
      out.write(shown === '' || options.json === true ? text : changed(shown, text), layoutOf(options));
    shown = text;
    await sleep(EVERY, over);
  } while (!over.aborted);
}

function layoutOf({ json }: Options): 'exact' | undefined {
  return json === true ? 'exact' : undefined;
}

async function knownTunnel(aws: Aws, deployment: Deployment, name: string): Promise<readonly Known[]> {
  const known = await oneTunnel(aws, deployment, name);
  if (known) return [known];
  throw new Error(
    `${name} is neither declared nor known to the table: add tunnels/${name}.yaml and deploy, or see \`npx edge-ramp status\`.`,
  );
}

/** What may be over at the next look is shown; what a person has to mend ends the watch. @throws whatever else it is */
function passing(error: unknown): string {
  if (error instanceof Problem && ['unreachable', 'other'].includes(error.kind)) return `${error.message}\n`;
  throw error;
}

/** Only the lines that are new, with the time: a log that somebody reads later. */
function changed(before: string, after: string): string {
  const known = new Set(before.split('\n'));
  const lines = after.split('\n').filter((line) => line !== '' && !known.has(line));
  return lines.map((line) => `${second(new Date())}  ${line}\n`).join('');
}

type Seen = NonNullable<Standing['lastSeen']>;
type Healed = Seen['healed'][number];

const HEADING = ['TUNNEL', 'WANTED', 'IN SYNC', 'LAST SEEN', 'LAST PROVEN', 'AUTOMATION'];

/** Every tunnel in a row, then what is not in order, then what needs a person. */
function statusText(standings: readonly Standing[], style: Style, inRows: typeof table): string {
  if (standings.length === 0)
    return 'No tunnel is declared here, and none was ever applied: add tunnels/NAME.yaml and deploy (npx cdk deploy).\n';
  const remarks = standings.flatMap((each) => remarksOn(each, standings.length === 1));
  const needs = standings.flatMap(({ tunnel, needs }) =>
    needs.map(({ what, command }) => `  ${style.bad(tunnel)}: ${printableLines(what)}: ${command}\n`),
  );
  return [
    inRows(HEADING, standings.map(row), style),
    ...(remarks.length > 0 ? [remarks.map((remark) => `  ${printableLines(remark)}\n`).join('')] : []),
    needs.length > 0 ? `${style.bold('What needs a person')}\n${needs.join('')}` : 'Nothing needs a person.\n',
    style.dim(`As the last runs and looks wrote it down: no device was contacted. Times are in ${zone()}.\n`),
  ].join('\n');
}

function row(standing: Standing) {
  const { tunnel, wanted, inSync, lastSeen, provenAt, degraded, automation, paused } = standing;
  const sync = inSync === null ? '-' : inSync ? 'yes' : 'NO';
  return [
    tunnel,
    wanted ?? '-',
    degraded.length > 0 ? `${sync}, degraded` : sync,
    minuteInZone(lastSeen?.at, lastSeen === null ? 'never' : '-'),
    minuteInZone(provenAt, 'never'),
    // A pause counts beside any other reason for which the automation leaves a tunnel alone: it may outlast that.
    paused === null || automation === 'paused' ? automation : `${automation}, paused`,
  ];
}

/** What the table has no room for. @param all also what is in order */
function remarksOn(standing: Standing, all: boolean): readonly string[] {
  const { tunnel, wanted, inSync, why, lastSeen, lease, paused, degraded, lastDrift } = standing;
  const remarks: string[] = [];
  if (all && lastSeen?.by != null) remarks.push(`last seen by ${lastSeen.action} ${nameOf(lastSeen.by)}`);
  if (inSync === false) remarks.push(`not in sync: ${why}`);
  if (inSync === null && wanted === 'applied' && lease?.alive !== true)
    remarks.push(`not known whether it is in sync: ${why}`);
  for (const each of lastSeen?.healed ?? []) remarks.push(healedWords(each, lastSeen!));
  if (degraded.length > 0) remarks.push(`degraded: ${degraded.join(', ')} could not be reached`);
  if (lease !== null) remarks.push(leaseWords(lease));
  if (paused !== null)
    remarks.push(
      `paused until ${minute(paused.until, 'resumed')}: ${paused.reason}${paused.by === null ? '' : ` (${nameOf(paused.by)})`}`,
    );
  if (lastDrift !== null)
    remarks.push(
      `last drift ${minute(lastDrift.at, '?')}: ${many(lastDrift.changes, 'change')} by ${nameOf(lastDrift.execution)}`,
    );
  return remarks.map((remark) => `${tunnel}: ${remark}`);
}

/** What a node put back by itself, by whom it was seen, and when. */
function healedWords({ device, times, repeated, lastAt, what }: Healed, { at, by, action }: Seen): string {
  const who = by === null ? action : `${action} ${nameOf(by)}`;
  const often = `${times === 1 ? 'once' : `${times} times`} within an hour${repeated ? ', which is repeated drift' : ''}`;
  return `${device}: its keeper had put something back ${often}, the last time at about ${minute(lastAt, '?')}: ${what} (seen by ${who}, ${minute(at, '?')})`;
}

function leaseWords({ owner, since, alive }: NonNullable<Standing['lease']>): string {
  const began = since === null ? 'which Step Functions does not know' : `which began ${minute(since, '?')}`;
  if (alive) return `the lease is held by ${nameOf(owner)}, ${began}`;
  return `the lease is still that of ${nameOf(owner)}, ${began} and works no more`;
}
