import { CLIENT } from '../../../lab/kernel/network/network';
import { measure, type Connection, type PingTarget } from '../../../lab/kernel/traffic/traffic';
import { BIGIP, type KernelSite } from './site';
import { VIRTUALS } from './traffic';

/** Echo requests a second from BIG-IP, to all Pods together, where the machine carries them. */
const RATE = 1000;
/** What an emulated processor gets through in a flood is more than what it gets through beside programs that start: it is asked for so much of it. */
const SHARE = 0.25;
/** Open connections through each virtual server, and milliseconds between two lines on each. */
const [CONNECTIONS, EVERY] = [3, 250];
/** How long an answer may be on its way when all is over, in milliseconds: late is not lost. */
const PATIENCE = 5000;

type Pods = readonly [string, ...string[]];

/** What traffic met while something went on. Times in milliseconds. */
export interface Toll {
  readonly targets: readonly PingTarget[];
  readonly connections: readonly Connection[];
  readonly sent: number;
  readonly lost: number;
}

/**
 * What to send: 1,000 echo requests a second, or what this machine carries beside other work. EDGE_RAMP_RATE decides: an emulated machine on two
 * processors carries 1,000 in one run and drops some in the next.
 */
export async function rateFor({ hosts: { machine } }: KernelSite, pods: Pods): Promise<number> {
  const asked = Number(process.env['EDGE_RAMP_RATE']);
  if (asked > 0) return asked;
  const seconds = 3;
  const flood = await measure(machine, BIGIP, 'pings', { to: pods, rate: RATE, seconds, patience: PATIENCE });
  const { targets, skipped } = await flood.done;
  if (skipped === 0) return RATE;
  const sent = Object.values(targets).reduce((all, target) => all + target.sent, 0);
  return Math.max(10, Math.round((sent / seconds) * SHARE));
}

/** Pings Pods from BIG-IP through the tunnel, and keeps connections open through virtual servers, while something goes on. */
export async function during(
  { hosts: { machine } }: KernelSite,
  { pods, rate, virtuals = VIRTUALS }: { pods: Pods; rate: number; virtuals?: readonly string[] },
  work: () => Promise<unknown>,
): Promise<Toll> {
  const talk = { count: CONNECTIONS, every: EVERY, patience: PATIENCE };
  const talks = await Promise.all(virtuals.map((to) => measure(machine, CLIENT, 'connections', { ...talk, to })));
  const echoes = await measure(machine, BIGIP, 'pings', { to: pods, rate, patience: PATIENCE });
  const stop = () => Promise.all([echoes.stop(), ...talks.map((each) => each.stop())]);
  await work().catch(async (error: unknown) => {
    await stop(); // or it would go on beside the next measurement
    throw error;
  });
  const [pings, ...spoken] = await stop();
  const targets = Object.values(pings.targets);
  const sum = (of: 'sent' | 'lost'): number => targets.reduce((all, target) => all + target[of], 0);
  return {
    targets,
    connections: spoken.flatMap(({ connections }) => connections),
    sent: sum('sent'),
    lost: sum('lost'),
  };
}

/** The times in which requests to a Pod were lost, from the last answer before to the first one after. */
export const outages = ({ gaps }: PingTarget): PingTarget['gaps'] => gaps.filter(({ lost }) => lost > 0);

/** How connections ended that did not stay open. */
export const broken = ({ connections }: Toll): readonly Connection['end'][] =>
  connections.map(({ end }) => end).filter((end) => end !== 'open');

/** One line for the reader of the test's output. */
export function told(what: string, toll: Toll): string {
  const { targets, connections, sent, lost } = toll;
  const longest = Math.max(0, ...targets.flatMap((target) => outages(target).map(({ ms }) => Math.round(ms))));
  const wait = Math.round(Math.max(...connections.map(({ longestWait }) => longestWait)));
  const ends = [...new Set(broken(toll))].join(', ');
  const kept = ends
    ? `${broken(toll).length} of ${connections.length} connections ${ends}`
    : `all ${connections.length} connections stayed open`;
  return `${what}: ${lost} of ${sent} packets lost${lost > 0 ? `, the longest time without ${longest} ms` : ''}; ${kept}, longest wait ${wait} ms`;
}
