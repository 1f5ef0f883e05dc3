import { CLIENT } from '../../../lab/kernel/network/network';
import type { Machine } from '../../../lab/kernel/machine/machine';
import { measure, type Connection, type PingTarget } from '../../../lab/kernel/traffic/traffic';
import { BIGIP, type KernelSite } from './site';
import { VIRTUALS } from './traffic';

/** Echo requests a second from BIG-IP, to all Pods together; those that a busy machine does not get to in 0.1 s are not sent, and not counted. */
const RATE = 1000;
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
  /** Without those that a Pod did not answer. */
  readonly lost: number;
  readonly unanswered: number;
}

/**
 * Answers so far that a Pod's kernel made and did not send. All wait in one socket of its processor, which holds twice 128 KiB (net/ipv4/icmp.c), some 340:
 * in an emulated machine that stands still for 0.3 s there are more. They never came to the tunnel.
 */
async function unansweredBy(machine: Machine, pods: Pods): Promise<number> {
  const { out: hosts } = await machine.run({ command: ['ls', '/run/netns'] });
  const ofPods = hosts.split('\n').filter((host) => pods.some((pod) => host.endsWith(`-pod-${pod}`)));
  if (ofPods.length !== pods.length) throw new Error(`not one namespace for each of ${pods.join(', ')}: ${hosts}`);
  const counted = await Promise.all(
    ofPods.map(async (host) => {
      const { out } = await machine.run({ host, command: ['cat', '/proc/net/snmp'] });
      const [names, values] = out.split('\n').flatMap((line) => (line.startsWith('Icmp: ') ? [line.split(' ')] : []));
      return Number(values?.[names?.indexOf('OutErrors') ?? -1]);
    }),
  );
  const all = counted.reduce((sum, each) => sum + each);
  if (Number.isNaN(all)) throw new Error('a Pod has no count of ICMP messages that it did not send');
  return all;
}

/** Pings Pods from BIG-IP through the tunnel, and keeps connections open through virtual servers, while something goes on. */
export async function during(
  { hosts: { machine } }: KernelSite,
  { pods, virtuals = VIRTUALS }: { pods: Pods; virtuals?: readonly string[] },
  work: () => Promise<unknown>,
): Promise<Toll> {
  const talk = { count: CONNECTIONS, every: EVERY, patience: PATIENCE };
  const before = await unansweredBy(machine, pods);
  const talks = await Promise.all(virtuals.map((to) => measure(machine, CLIENT, 'connections', { ...talk, to })));
  const echoes = await measure(machine, BIGIP, 'pings', { to: pods, rate: RATE, patience: PATIENCE });
  const stop = () => Promise.all([echoes.stop(), ...talks.map((each) => each.stop())]);
  await work().catch(async (error: unknown) => {
    await stop(); // or it would go on beside the next measurement
    throw error;
  });
  const [pings, ...spoken] = await stop();
  const targets = Object.values(pings.targets);
  const sum = (of: 'sent' | 'lost'): number => targets.reduce((all, target) => all + target[of], 0);
  const unanswered = (await unansweredBy(machine, pods)) - before;
  return {
    targets,
    connections: spoken.flatMap(({ connections }) => connections),
    sent: sum('sent'),
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
  const beside = unanswered > 0 ? `, ${unanswered} not answered by a Pod's kernel` : '';
  return `${what}: ${lost} of ${sent} packets lost${lost > 0 ? `, the longest time without ${longest} ms` : ''}${beside}; ${kept}, longest wait ${wait} ms`;
}
