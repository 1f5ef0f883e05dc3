import { CLIENT, podHost } from '../../../lab/kernel/network/network';
import { pings, type PingTarget } from '../../../bench/traffic/pings';
import { connections, type Connection } from './requests';
import { BIGIP, FIRST, PODS, WORKER, type KernelSite } from './site';
import { VIRTUALS } from './traffic';

/** Echo requests a second from BIG-IP to each of two Pods: of a machine that stands still for a second no Pod's kernel gets more at once than it can answer. */
const RATE = 250;
/** Open connections through each virtual server, and requests a second on each. */
const [CONNECTIONS, TALK] = [3, 4];
/** How long an answer may be on its way when all is over, in milliseconds: late is not lost. */
const PATIENCE = 5000;

/** What traffic met while something went on. Times in milliseconds. */
export interface Toll {
  readonly targets: readonly PingTarget[];
  readonly connections: readonly Connection[];
  readonly sent: number;
  /** As many as would have been sent on a machine that is never busy. */
  readonly asked: number;
  /** Without those that a Pod did not answer. */
  readonly lost: number;
  readonly unanswered: number;
}

/**
 * Answers so far that a Pod's kernel made and did not send. All wait in one socket of its processor, which holds twice 128 KiB (net/ipv4/icmp.c), some 340:
 * in an emulated machine that stands still for 0.3 s there are more. They never came to the tunnel.
 */
async function unansweredBy({ network }: KernelSite['hosts']): Promise<number> {
  const pods = [podHost(FIRST, PODS.ramp), podHost(WORKER, PODS.worker)];
  const counters = await Promise.all(pods.map((pod) => network.do(pod, 'cat', '/proc/net/snmp')));
  return counters.reduce((sum, text) => sum + icmpCounter(text, 'OutErrors'), 0);
}

/** One of the counters in /proc/net/snmp, which has a line of names and a line of values for each protocol. */
function icmpCounter(text: string, name: string): number {
  const [names = [], values = []] = text
    .split('\n')
    .flatMap((line) => (line.startsWith('Icmp: ') ? [line.split(' ')] : []));
  const value = values[names.indexOf(name)];
  if (value === undefined) throw new Error(`no ${name} of ICMP in ${text}`);
  return Number(value);
}

/** Pings Pods from BIG-IP through the tunnel, and keeps connections open through virtual servers, while something goes on. */
export async function during(
  { hosts }: KernelSite,
  work: () => Promise<unknown>,
  virtuals: readonly string[] = VIRTUALS,
): Promise<Toll> {
  const { machine } = hosts;
  const talk = { count: CONNECTIONS, rate: TALK, patience: PATIENCE };
  const before = await unansweredBy(hosts);
  const talks = await Promise.all(virtuals.map((to) => connections(machine, CLIENT, { ...talk, to })));
  const echoes = await pings(machine, BIGIP, {
    to: [PODS.ramp, PODS.worker],
    rate: RATE,
    patience: PATIENCE,
  });
  const begun = Date.now();
  const stop = () => Promise.all([echoes.stop(), ...talks.map((each) => each.stop())]);
  await work().catch(async (error: unknown) => {
    await stop(); // or it would go on beside the next measurement
    throw error;
  });
  const asked = ((Date.now() - begun) / 1000) * RATE * 2;
  const [answered, ...spoken] = await stop();
  const targets = Object.values(answered);
  const sum = (of: 'sent' | 'lost'): number => targets.reduce((all, target) => all + target[of], 0);
  const unanswered = (await unansweredBy(hosts)) - before;
  return {
    targets,
    connections: spoken.flat(),
    sent: sum('sent'),
    asked,
    lost: Math.max(0, sum('lost') - unanswered), // a probe of edge-ramp's own may be among those
    unanswered,
  };
}

/** The times in which requests to a Pod were lost, from the last answer before to the first one after. */
export const outages = ({ gaps }: PingTarget): PingTarget['gaps'] => gaps.filter(({ lost }) => lost > 0);

/** How connections ended that did not stay open. */
export const broken = ({ connections }: Toll): readonly Connection['end'][] =>
  connections.map(({ end }) => end).filter((end) => end !== 'open');

/** One line for the reader of the test's output. */
export function told(what: string, toll: Toll): string {
  const { targets, connections, sent, lost, unanswered } = toll;
  const longest = Math.max(0, ...targets.flatMap((target) => outages(target).map(({ ms }) => Math.round(ms))));
  const wait = Math.round(Math.max(...connections.map(({ longestWait }) => longestWait)));
  const ends = [...new Set(broken(toll))].join(', ');
  const kept = ends
    ? `${broken(toll).length} of ${connections.length} connections ${ends}`
    : `all ${connections.length} connections stayed open`;
  const pings = [
    `${lost} of ${sent} packets lost`,
    lost > 0 && `the longest time without ${longest} ms`,
    unanswered > 0 && `${unanswered} not answered by a Pod's kernel`,
  ].filter(Boolean);
  return `${what}: ${pings.join(', ')}; ${kept}, longest wait ${wait} ms`;
}
