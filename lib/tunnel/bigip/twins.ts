import type { Look } from '../device/look';
import type { Subject } from '../device/observation';
import { bigipAddress, rampAddress, tunnelAddress } from '../declaration/tunnel';
import { isMissing, listed } from './listing';
import { ownSelf } from './self';
import { ownTunnel } from './tunnel';

/** What is asked to find tunnels between our two ends and self IPs with our address, whatever their names. */
export function twinQuestions({ spec }: Subject): readonly [string, string] {
  return [`tunnels ${bigipAddress(spec)} ${rampAddress(spec)}`, `selfs ${tunnelAddress(spec)}`];
}

/** Those under names that neither declaration has: `tunnel NAME`. @throws NotUnderstood */
export function readTwins(look: Look): readonly string[] {
  const [tunnels, selfs] = twinQuestions(look.subject);
  const asked = look.declarations.flatMap(({ objects }) => [`tunnel ${objects.tunnel}`, `self ${objects.self}`]);
  return [[ownTunnel, tunnels] as const, [ownSelf, selfs] as const].flatMap(([{ kind, tmshClass }, question]) => {
    const answer = look.answer(question);
    if (isMissing(answer)) return [];
    const found = listed(look.device, tmshClass, question, answer).map(({ name }) => `${kind} ${name}`);
    return found.filter((object) => !asked.includes(object));
  });
}
