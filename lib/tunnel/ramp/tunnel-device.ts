import { NotUnderstood } from '../errors';
import { isAbsent, type NodeAnswer } from '../node-answer';

/** Settings of a tunnel device that `ip tunnel add` takes and edge-ramp does not declare, as they stand at the end of its value. */
const OPTIONS = /(?: ttl \S+)?(?: tos \S+)?(?: nopmtudisc)?$/;

/** A tunnel device: its value in the words of `ip tunnel add NAME mode ipip`, and what else is set on it, which could not be put back. */
export interface TunnelDevice {
  readonly value: string;
  readonly unknown: string;
}

/**
 * Reads `ip -o tunnel show NAME`: `tun1: ip/ip remote R local L dev D ttl inherit`.
 *
 * @returns null when the tunnel is absent: nothing is printed, and the exit code is 0 (LX-1)
 * @throws NotUnderstood
 */
export function readTunnelDevice(device: string, object: string, answer: NodeAnswer): TunnelDevice | null {
  if (answer.code !== 0)
    throw new NotUnderstood('look-refused', `${device} would not show ${object}: ${answer.printed}`);
  const text = answer.lines.join(' ');
  if (text === '') return null;
  const [, mode, ends, ttl, options, unknown] =
    /^\S+: (\S+) (remote \S+ local \S+(?: dev \S+)?)(?: ttl (\S+))?((?: tos \S+)?(?: nopmtudisc)?)(.*)$/.exec(text) ??
    [];
  if (mode === undefined)
    throw new NotUnderstood(
      'answer-unknown',
      `${device}: ${object} is shown in a form that edge-ramp does not know: ${answer.printed}`,
    );
  const lifetime = ttl === undefined || ttl === 'inherit' ? '' : ` ttl ${ttl}`;
  return { value: `${mode === 'ip/ip' ? '' : `mode ${mode} `}${ends}${lifetime}${options}`, unknown: unknown!.trim() };
}

/** The value that a tunnel shall have, with the settings that the one found has beside its ends. */
export function withOptionsOf(found: string | undefined, wanted: string): string {
  return `${wanted}${OPTIONS.exec(found ?? '')?.[0] ?? ''}`;
}

/** @throws NotUnderstood */
export function isUp(device: string, answer: NodeAnswer): boolean {
  if (answer.code !== 0 && !isAbsent(answer))
    throw new NotUnderstood('look-refused', `${device} would not show a link: ${answer.printed}`);
  return /<[^>]*\bUP\b[^>]*>/.test(answer.lines.join(' '));
}
