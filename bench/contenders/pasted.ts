import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from '../../lab/hosts/answer';
import type { Hosts } from '../../lab/hosts/host';
import { corrections, LACKING, onBigIp, onNode, removal, type Line } from './chapter';
import { timed, type Contender, type ContenderOptions, type Effort } from './contender';
import { siteOf } from './site';

/** Refusals that somebody who pastes again goes on from: it is there already, it is gone already, or (01070320) it is still in use. */
const SHRUGGED = /File exists|Address already assigned|No such (device|process)|01020036:|01020066:|01070320:/;
/** tmsh sometimes ends with 0 and complains all the same. */
const COMPLAINT = /^(01[0-9a-f]{6}:\d+:|Syntax Error)/m;

/**
 * The published procedure's commands, pasted one by one into sessions that are open already: one trip each. To re-apply is to paste them all
 * again; to repair, to paste the node's part again. Typing and thinking take no time.
 * @param options.networkpolicy whether the SDN has that plugin; default true
 */
export function pasted(options: ContenderOptions & { readonly networkpolicy?: boolean }): Contender {
  const { hosts, spec, delay = 0, signal, networkpolicy = true } = options;
  const site = siteOf(spec);

  const paste = (lines: readonly Line[]): Promise<Effort> =>
    timed(signal, () => pasteLines(hosts, lines, delay, signal));

  const node = onNode(site, networkpolicy);
  const whole = [...onBigIp(site), ...node];
  return {
    name: 'pasted',
    notes: [
      'nobody types, reads or thinks: each command follows as soon as the last one has answered',
      ...corrections(networkpolicy).map((each) => `corrected: ${each}`),
      ...LACKING.map((each) => `as published: ${each}`),
    ],
    apply: () => paste(whole),
    reapply: () => paste(whole),
    repair: () => paste(node),
    teardown: () => paste(removal(site)),
  };
}

const said = ({ out, err }: Answer): string => out + err;
const refused = (answer: Answer): boolean => answer.code !== 0 || COMPLAINT.test(said(answer));

/**
 * Types these lines on their hosts, one by one, with what earlier ones have found put into later ones.
 * @param delay seconds that each trip to a device takes longer; default 0
 * @param signal ends it between two lines
 * @returns the trips, and how many lines changed something
 * @throws Error of one sentence at the first line that is refused for a reason nobody goes on from
 */
export async function pasteLines(
  hosts: Pick<Hosts, 'run'>,
  lines: readonly Line[],
  delay = 0,
  signal?: AbortSignal,
): Promise<Omit<Effort, 'seconds'>> {
  const found: Record<string, string> = {};
  let changed = 0;
  for (const { host, line, looks } of lines) {
    const typed = line.replaceAll(/\$(RAMP_SDN_IP|TUN0_MAC)/g, (_, name: string) => found[name] ?? '');
    await sleep(delay * 1000, undefined, signal && { signal });
    const answer = await hosts.run(host, typed);
    const good = !refused(answer);
    if (!good && (looks || !SHRUGGED.test(said(answer))))
      throw new Error(`Pasting stopped at "${typed}" on ${host}: ${said(answer).trim() || `exit code ${answer.code}`}`);
    if (typeof looks === 'string') found[looks] = answer.out.trim();
    if (good && !looks) changed++;
  }
  return { trips: lines.length, changed };
}
