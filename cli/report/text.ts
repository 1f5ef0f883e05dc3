import type { Probe } from '../../lib/tunnel/device/observation';
import type { Stage } from '../../lib/tunnel/device/operation';
import type { DeviceCommands } from '../local/commands-of-plan';
import type { Ended } from '../execution';
import type { Result } from '../result';
import { diff } from './diff';
import { type Style } from './style';
import { printableLines } from '../terminal';
import { endSentence, figuresLine, type Run } from './summary';

/** Words above the diff that say what became of the changes. */
const BECAME: Readonly<Record<string, string>> = {
  Applied: 'Changes made',
  TornDown: 'Changes made',
  Planned: 'Changes that an apply would make',
  NotVerified: 'Changes that are missing',
  RolledBack: 'Changes that were begun and put back',
  RollbackFailed: 'Changes that were begun',
};

export function became(status: string, teardown: boolean): string {
  return status === 'Planned' && teardown ? 'Changes that a teardown would make' : (BECAME[status] ?? 'Changes');
}

/** A run for a person, when it has ended: first the changes. */
export function changesText(result: Result, run: Pick<Run, 'teardown'>, style: Style): string {
  const { status, changes, remarks } = result;
  const parts: string[] = [];
  if (changes.length > 0) parts.push(`${became(status, run.teardown)}:\n\n${diff(changes, style)}`);
  if (result.remaining !== null && result.remaining.length > 0)
    parts.push(`Still to be done to put everything back:\n\n${diff(result.remaining, style)}`);
  if (remarks.length > 0)
    parts.push(`${style.bold('Remarks')}\n${remarks.map((remark) => `  ${printableLines(remark)}\n`).join('')}`);
  return parts.map((part) => `\n${part}`).join('');
}

/** Last what was proven, what it cost, and one sentence. @param ended undefined: what it cost is not known any more */
export function endText(
  result: Result,
  ended: Pick<Ended, 'figures' | 'seconds'> | undefined,
  run: Run,
  style: Style,
): string {
  const { status, exitCode } = result;
  const parts: string[] = [];
  const probed = status === 'RolledBack' || status === 'RollbackFailed' ? 'As found after restoring' : 'Verification';
  if (result.verification.length > 0) parts.push(`${style.bold(probed)}\n${verification(result.verification, style)}`);
  const paint = exitCode === 0 ? style.good : style.bad;
  const cost = ended === undefined ? '' : `${style.dim(figuresLine(ended.figures, ended.seconds))}\n`;
  parts.push(`${cost}${paint(endSentence(result, run))}\n`);
  return parts.map((part) => `\n${part}`).join('');
}

/** What was tried, from where to where, and what came back: a line a probe. */
export function verification(probes: readonly Probe[], style: Style): string {
  return probes
    .map(({ from, to, what, ok, detail }) => {
      const line = printableLines(`${from} to ${to}: ${what}: ${detail}`);
      return ok ? `  ${style.good('ok')}      ${line}\n` : `  ${style.bad('FAILED')}  ${line}\n`;
    })
    .join('');
}

const STAGES: Readonly<Record<Stage, string>> = {
  detach: 'traffic leaves',
  prepare: 'prepare',
  shape: 'configure',
  attach: 'traffic arrives',
  clean: 'clean up',
};

/** Commands as a shell script would have them, so that they can be copied: all else is a comment. */
export function commandsText(commands: readonly DeviceCommands[], { dim }: Style): string {
  return commands
    .map(({ device, through, byOc, stage, commands: lines }) => {
      const via = device.endsWith(through) ? '' : `, ${byOc === true ? 'oc' : 'tmsh'} through ${through}`;
      return `${dim(`# ${device}: ${STAGES[stage]}${via}`)}\n${lines.map((line) => `${printableLines(line)}\n`).join('')}`;
    })
    .join('\n');
}
