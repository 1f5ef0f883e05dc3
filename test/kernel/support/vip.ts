import { keepalivedStates } from './keepalived-states';
import { pings, type PingTarget } from '../../../bench/traffic/pings';
import { requests, type Requests } from './requests';
import { BIGIP, PODS, VIP, pair, type KernelSite } from './site';
import { seconds, until } from './waiting';

/** Whom BIG-IP's packets come from in the tunnel. */
const SOURCE = pair.tunnel.bigip.split('/')[0]!;

export const holds = async (site: KernelSite, node: string): Promise<boolean> =>
  (await site.type(node, 'ip -o -4 addr show dev eth0')).includes(` ${VIP}/32 `);

/** The states that the virtual address has gone through on a node since its keepalived was started. */
export const states = (site: KernelSite, node: string): Promise<readonly string[]> =>
  keepalivedStates(site.hosts.network, node, 'f5ipfailover');

/** What BIG-IP's traffic to a Pod of the worker met. */
export interface Passage {
  readonly pings: PingTarget;
  readonly requests: Requests;
  /** Times in which pings were lost, in milliseconds from the start of the measurement. */
  readonly outages: PingTarget['gaps'];
}

/** Measures that traffic while something happens, and until `over`; then two seconds more, so that a request that began in vain has ended. */
export async function passage(
  { hosts: { machine } }: KernelSite,
  happening: () => Promise<unknown>,
  over: readonly [what: string, holds: () => boolean | Promise<boolean>] = ['nothing', () => true],
): Promise<Passage> {
  const echoes = await pings(machine, BIGIP, { to: [PODS.worker], from: SOURCE, rate: 20, patience: 5000 });
  const answers = await requests(machine, BIGIP, {
    to: `${PODS.worker}:8080`,
    from: SOURCE,
    rate: 10,
    limit: 1500,
  });
  await seconds(1);
  await happening();
  await until(...over);
  await seconds(2);
  const [met, served] = await Promise.all([echoes.stop(), answers.stop()]);
  const target = met[PODS.worker]!;
  return { pings: target, requests: served, outages: target.gaps.filter(({ lost }) => lost > 0) };
}

/** One line for the reader of the test's output. */
export function tell(what: string, { pings, requests, outages }: Passage): void {
  const without = outages.map(({ ms }) => `${Math.round(ms)} ms`).join(' and ') || 'never';
  process.stderr.write(
    `${what}: ${without} without answers; ${pings.lost} of ${pings.sent} pings lost, ${requests.failed} of ${requests.failed + requests.ok} requests\n`,
  );
}
