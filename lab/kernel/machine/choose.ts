import { openGuest } from './guest';
import { openHere } from './here';
import type { Kernel } from './image';
import type { Machine, Sleeper } from './job';
import { SDN, type Outfit } from './outfit';
import { look, type Look } from './probe';

/** Which it is to be, and why for the user. */
export type Choice =
  | { readonly is: 'here'; readonly why: string }
  | { readonly is: 'guest'; readonly why: string; readonly kernel: Kernel };

/**
 * Opens the machine that is possible here: namespaces of this kernel where it has what the hosts need and the user is root, else a guest.
 * EDGE_RAMP_KERNEL=here or =guest decides.
 * @throws Error of one sentence that says what to install
 */
export async function openMachine({
  from,
  outfit = SDN,
  tell,
}: {
  /** A file that `sleep` wrote. Only a guest can be woken. */
  readonly from?: string | undefined;
  /** Default: that of hosts with OpenShift SDN. */
  readonly outfit?: Outfit;
  /** Told what takes long. */
  readonly tell?: ((line: string) => void) | undefined;
} = {}): Promise<Machine | Sleeper> {
  const choice = choose(look(outfit), from !== undefined);
  return choice.is === 'here'
    ? openHere(choice.why, outfit)
    : openGuest(choice.kernel, choice.why, { from, outfit, tell });
}

/**
 * @param wakes whether a sleeping one is to be woken, which only a guest can be
 * @throws Error of one sentence where nothing is possible, or not what is forced
 */
export function choose(found: Look, wakes = false): Choice {
  const { forced, kernel } = found;
  if (forced !== undefined && forced !== 'here' && forced !== 'guest')
    throw new Error(
      `EDGE_RAMP_KERNEL is ${forced}; it can be "here" (this kernel's own namespaces) or "guest" (a QEMU guest).`,
    );
  if (!found.linuxOnX86) throw new Error('Real packets need Linux on x86_64; the simulated hosts run everywhere.');
  const notHere = wakes ? 'it was asleep' : forced === 'guest' ? 'EDGE_RAMP_KERNEL is guest' : whyNotHere(found);
  if (forced === 'here' && notHere) throw new Error(`EDGE_RAMP_KERNEL is here, but ${notHere}.`);
  if (!notHere) {
    if (found.missing.length > 0) throw new Error(`Real packets need ${installing(found.missing)}`);
    return { is: 'here', why: forced ? 'EDGE_RAMP_KERNEL is here' : '' };
  }
  const packages = [...found.missing, ...found.missingForGuest, ...(kernel ? [] : ['linux-image-cloud-amd64'])];
  if (!kernel || packages.length > 0)
    throw new Error(`Real packets need a guest here (${notHere}), and that needs ${installing(packages)}`);
  return { is: 'guest', why: notHere, kernel };
}

const installing = (packages: readonly string[]): string =>
  `what is not installed: apt-get install ${packages.join(' ')}`;

function whyNotHere({ root, lacks }: Look): string | undefined {
  if (!root) return 'you are not root';
  return lacks.length > 0 ? `this kernel has no ${lacks.join(', ')}` : undefined;
}
