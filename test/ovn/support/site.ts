import { isDeepStrictEqual } from 'node:util';
import { openMachine, type Machine } from '../../../lab/kernel/machine/machine';
import { podHost } from '../../../lab/kernel/network/network';
import { startHaproxy } from '../../../lab/kernel/traffic/haproxy';
import { OVN } from '../../../lab/kernel/ovn/outfit';
import { OvnNetwork } from '../../../lab/kernel/ovn/ovn';
import { BIGIP, type OvnSite } from '../../../lab/kernel/ovn/plan';
import { get } from '../../kernel/support/get';
import { until } from '../../kernel/support/waiting';

// OVN comes up in seconds on an idle machine; a hook that is given up leaves its guest, and jest waits for that for ever.
jest.setTimeout(600_000);

export { BIGIP, ROUTER } from '../../../lab/kernel/ovn/plan';
export const [RAMP, WORKER] = ['i-0a4e90de0a4e90de0', 'worker'] as const;
export const F5 = '10.3.89.66';
export const OUTSIDE = '10.3.89.1';
/** One on the ramp node, one on the worker. */
export const POD = { local: '10.129.0.5', remote: '10.130.0.5' } as const;
/** The ramp node's ovn-k8s-mp0. */
export const MP0 = '10.129.0.2';

const site = (interconnect: boolean): OvnSite => ({
  nodes: [
    { name: RAMP, address: '10.3.89.89/24', subnet: '10.129.0.0/23', pods: [POD.local] },
    { name: WORKER, address: '10.3.89.91/24', subnet: '10.130.0.0/23', pods: [POD.remote] },
  ],
  interconnect,
  bigip: `${F5}/24`,
  router: `${OUTSIDE}/24`,
});

/** Where each Pod serves 200,000 bytes: of a host whose packets are too large for a link on the way the rest never comes. */
const BULK = { port: 8081, file: '/run/lab/bulk', bytes: 200_000 };

/** A cluster of two nodes on OVN-Kubernetes, its ramp node without a tunnel, in a machine of its own. */
export class Site {
  private constructor(
    readonly machine: Machine,
    readonly network: OvnNetwork,
  ) {}

  /** @throws Error of one sentence that names the packages that are missing */
  static async open({ interconnect = false }: { readonly interconnect?: boolean } = {}): Promise<Site> {
    const machine = await openMachine({ outfit: OVN, tell: (line) => process.stderr.write(`${line}\n`) });
    try {
      const opened = new Site(machine, await OvnNetwork.build(machine, site(interconnect)));
      await opened.serveBulk();
      return opened;
    } catch (error) {
      await machine.close();
      throw error;
    }
  }

  close(): Promise<void> {
    return this.machine.close();
  }

  /** What a person types on a host. @throws Error when it fails */
  type(host: string, line: string): Promise<string> {
    return this.network.do(host, 'bash', '-c', line);
  }

  /** How many of three pings were answered. @param more further words for ping */
  async answered(from: string, to: string, ...more: readonly string[]): Promise<number> {
    const { out } = await this.machine.run({
      host: from,
      command: ['ping', '-n', '-c3', '-i0.2', '-W3', ...more, to],
    });
    return Number(/(\d+) received/.exec(out)?.[1] ?? 0);
  }

  /** Waits until three pings are answered: OVN loses packets while it asks who has an address, on a busy machine for a second. */
  reaches(from: string, to: string, ...more: readonly string[]): Promise<void> {
    return until(`${from} reaches ${to}`, async () => (await this.answered(from, to, ...more)) === 3);
  }

  /** What BIG-IP gets of a Pod: pings of three, what it answers to a GET, and how many bytes of 200,000. */
  async reached(pod: string): Promise<string> {
    const [pings, page, bulk] = await Promise.all([
      this.answered(BIGIP, pod),
      get(this.machine, BIGIP, `http://${pod}:8080/`, { seconds: PATIENCE }),
      get(this.machine, BIGIP, `http://${pod}:${BULK.port}/`, { seconds: PATIENCE }),
    ]);
    return `${pings}/3 pings, HTTP ${page.status} ${page.body.trim()}, ${bulk.body.length} bytes`;
  }

  /** The same of both Pods. */
  both(): Promise<readonly string[]> {
    return Promise.all([this.reached(POD.local), this.reached(POD.remote)]);
  }

  /** Waits until both Pods answer like this: a busy machine answers late. @throws Error: what came last */
  async comesTo(expected: readonly string[]): Promise<void> {
    let last: readonly string[] = [];
    const comes = async (): Promise<boolean> => isDeepStrictEqual((last = await this.both()), expected);
    await until(expected.join('; '), comes).catch((error: unknown) => {
      throw new Error(`${String(error)} BIG-IP got: ${last.join('; ')}`);
    });
  }

  private async serveBulk(): Promise<void> {
    await this.machine.write(BULK.file, 'x'.repeat(BULK.bytes));
    await Promise.all(
      this.network.site.nodes.flatMap(({ name, pods }) =>
        pods.map((pod) =>
          startHaproxy(
            this.machine,
            name,
            'bulk',
            `global
  tune.bufsize 262144
frontend bulk
  mode http
  bind ${pod}:${BULK.port} namespace ${podHost(name, pod)}
  http-request return status 200 content-type text/plain file ${BULK.file}
`,
          ),
        ),
      ),
    );
  }
}

/** Seconds that a GET may take: one that gets no answer takes them all. */
const PATIENCE = 4;

/** What `both` gives: with the source that Pods see, and of Pods that are not reached. */
export const reachedFrom = (peer: string): readonly string[] =>
  Object.values(POD).map((pod) => `3/3 pings, HTTP 200 pod=${pod} peer=${peer}, ${BULK.bytes} bytes`);
export const NOBODY = '0/3 pings, HTTP 0 , 0 bytes';
