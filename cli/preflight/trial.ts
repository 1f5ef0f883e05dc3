import { again, type Where } from '../where';
import type { Known } from '../aws/tunnels';
import { isRampPair, type Declared } from '../../lib/tunnel/declaration/tunnel';
import { PROTOCOL } from '../../lib/tunnel/ramp/tunnel';
import { execute } from '../execution';
import type { Place } from '../place';
import { resultOf } from '../result';
import { messageOf, type Surroundings } from '../surroundings';
import { checking, judged, type Check } from './check';

/**
 * Whether a plan can be made: it looks at every device, by the way that an apply takes, and changes nothing.
 * @param place undefined: no plan is wanted
 */
export async function checkPlan(
  place: Place | undefined,
  tunnel: string,
  sleep: Surroundings['sleep'],
): Promise<Check> {
  const say = checking('plan', 'a run that only looks');
  if (!place) return say('cannot know', 'it was left out');
  try {
    const { execution, item } = await (await execute(place, { tunnel, action: 'plan' }, sleep)).ended;
    const { status, words } = resultOf(execution, item);
    const answered = 'secret, SSH, host key, tmsh, the SDN of the nodes, oc where there is a cluster: all answered';
    return judged(say, status === 'Planned', `${answered}. ${words}`, `${status}: ${words}`);
  } catch (error) {
    return say('fail', messageOf(error));
  }
}

/** What nobody can see before the tunnel stands. What a run has proven since counts. */
export function checkUnseen(declared: Declared, known: Known | undefined, where: Where): readonly Check[] {
  const { name } = declared;
  const { provenAt = null, provenBy = null, applied = null } = known?.memory ?? {};
  const proven = provenAt === null ? undefined : `pings came back through the tunnel at ${provenAt} (${provenBy})`;
  const unseen = (check: string, how: string, seen: string | undefined, otherwise: string): Check =>
    checking(check, how)(seen === undefined ? 'cannot know' : 'pass', seen ?? otherwise);
  const protocol = unseen(
    `IP protocol ${PROTOCOL}`,
    'by pings through the tunnel',
    proven,
    `security groups and firewalls between F5_IP and RAMP_IP have to let it pass; an apply proves it by pings before traffic arrives: ${again('apply', name, where)}`,
  );
  const rights = unseen(
    "BIG-IP user's right to write",
    'by what it wrote',
    applied === null ? undefined : 'the tunnel was applied with it',
    'docs/SECURITY.md says which rights it needs; an apply that lacks one is rolled back',
  );
  const vrrp = unseen(
    'VRRP (protocol 112)',
    'by who has the virtual IP',
    (known?.memory.degraded.length ?? 0) === 0 ? proven : undefined,
    `the nodes have to hear each other (112 to 224.0.0.18); when they do not, both take the virtual IP, and this says so: ${again('verify', name, where)}`,
  );
  if (declared.kind === 'member') return [];
  return isRampPair(declared) ? [protocol, rights, vrrp] : [protocol, rights];
}
