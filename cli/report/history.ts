import { END_STATES } from '../../lib/tunnel/run/outcome';
import type { PastRun, PastRuns } from '../aws/runs';
import { minute, many, seconds, type Style } from './style';
import { printable } from '../terminal';

/** So many changes of a run are shown: the rest stands in the execution. */
const SHOWN = 3;

/** Characters of a cause; all of it stands in the execution. */
const LONGEST = 240;

/** The runs of a tunnel, newest first: a line each, and what changed or why not. */
export function historyText(tunnel: string, { runs, complete }: PastRuns, style: Style): string {
  if (runs.length === 0 && complete) return `${tunnel} has no runs that Step Functions remembers (90 days).\n`;
  const older = complete ? '' : style.dim(`\nThere may be older runs: more with --limit, all in the console.\n`);
  return `${runs.map((run) => runText(run, style)).join('')}${older}`;
}

function runText(run: PastRun, style: Style): string {
  const { began, action, by, outcome, changes, cause, execution } = run;
  const took = run.seconds === null ? 'still runs' : seconds(run.seconds);
  const made = changes === null ? '' : `, ${many(changes.length, 'change')}`;
  const paint = (END_STATES.find(({ name }) => name === outcome)?.exitCode ?? 3) === 0 ? style.good : style.bad;
  const words = outcome === 'Running' ? style.changed(outcome) : paint(outcome);
  const lines = [
    `${minute(began, '?')}  ${action} by ${by}: ${words}${made}, ${took}  ${style.dim(printable(execution))}`,
    ...(changes ?? []).slice(0, SHOWN).map(({ device, text }) => `    ${printable(`${device}: ${text.trim()}`)}`),
    ...((changes?.length ?? 0) > SHOWN ? [`    and ${changes!.length - SHOWN} more`] : []),
    ...(cause === null ? [] : [`    ${printable(shortened(cause))}`]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}
