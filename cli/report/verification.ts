import type { Probe } from '../../lib/tunnel/device/observation';
import { type Style } from './style';
import { printable } from '../terminal';

/**
 * The probes of a run: a plan's own, or the answers of the devices that proved, whichever the run had last.
 * @param verification as a run gives it out: a list of probes, or `{outcomes: [{devices: [{verification}]}]}`, or null
 */
export function probesOf(verification: unknown): readonly Probe[] {
  if (Array.isArray(verification)) return verification as readonly Probe[];
  const outcomes = members(verification, 'outcomes');
  return outcomes.flatMap((outcome) =>
    members(outcome, 'devices').flatMap((device) => members(device, 'verification') as readonly Probe[]),
  );
}

function members(of: unknown, name: string): readonly unknown[] {
  const list = typeof of === 'object' && of !== null ? (of as Record<string, unknown>)[name] : undefined;
  return Array.isArray(list) ? list : [];
}

/** What was tried, from where to where, and what came back: a line a probe. */
export function verification(probes: readonly Probe[], style: Style): string {
  return probes
    .map(({ from, to, what, ok, detail }) => {
      const line = printable(`${from} to ${to}: ${what}: ${detail}`);
      return ok ? `  ${style.good('ok')}      ${line}\n` : `  ${style.bad('FAILED')}  ${line}\n`;
    })
    .join('');
}
