import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Deployment } from '../../../lab/cloud/deployment';
import { Endpoint } from '../../../lab/cloud/endpoint';
import { Secrets } from '../../../lab/cloud/secrets';
import type { Hosts } from '../../../lab/hosts/host';
import { simulatedHosts } from '../../../lab/hosts/simulated';
import { kernelHosts } from '../../../lab/kernel/hosts';
import { difference } from '../../../lib/tunnel/device/difference';
import { wire } from '../../../lib/tunnel/device/operation';
import type { Observation } from '../../../lib/tunnel/device/observation';
import { devicesOf, kindOf, type Listed } from '../../../lib/tunnel/plan/devices';
import type { Tunnel } from '../../../lib/tunnel/declaration/tunnel';
import { agent, type Agent, type Said } from './alike-agent';
import { plain, type Tun0 } from './alike-text';
import { pair } from './site';

/** Hosts of one sort, and the command documents as they run there. All that it gives back is comparable: see alike-text.ts. */
export interface Twin {
  readonly sort: 'simulated' | 'kernel';
  readonly hosts: Hosts;
  /** A line that somebody types: for bash on a node, for tmsh on a BIG-IP. In lines and operations `@mac@` and `@port@` are tun0's. */
  type(host: string, line: string): Promise<Said>;
  /** Lines for a node's commands alone, one after the other whatever they answer; on the kernel's hosts in one go, which is much faster. */
  prepare(host: string, lines: readonly string[]): Promise<Said>;
  /** Operations in wire form, carried out by the device's own document. */
  apply(host: string, operations: readonly string[], spec?: Tunnel): Promise<Said>;
  /** What the device's observe document prints of these questions. */
  answers(host: string, questions: readonly string[], spec?: Tunnel): Promise<Said>;
  /** What the product understands of all that it asks a device; in place of what it cannot understand, its sentence. */
  observe(host: string, spec?: Tunnel): Promise<Observation<unknown> | string>;
  /** Leads a device to what a declaration wants of it, or to nothing of it, as a run does: the operations and how they ended, or why not. */
  lead(host: string, goal: 'desired' | 'absent', spec: Tunnel): Promise<readonly string[] | string>;
  /** The SDN builds br0 of a node anew; tells when that has been done. */
  rebuild(host: string): Promise<void>;
  /** Which of these addresses answer BIG-IP. */
  reached(targets: readonly string[]): Promise<readonly string[]>;
  /** Conntrack and neighbours have forgotten everything: ageing is nothing that the simulation knows of. */
  forget(): Promise<void>;
}

/** Both sorts of hosts, made from the same declaration. */
export interface Twins {
  readonly all: readonly [simulated: Twin, kernel: Twin];
  /** Does the same on both, side by side. */
  both<T>(does: (twin: Twin) => Promise<T>): Promise<readonly [simulated: T, kernel: T]>;
  close(): Promise<void>;
}

/** Devices' own waits pass so many times faster; what a kernel does takes its time. */
const SPEED = 8;

/** Opens the hosts of a declaration twice: simulated, and with real interfaces. Close them. */
export async function twins(declared: Tunnel = pair): Promise<Twins> {
  const folder = mkdtempSync(join(tmpdir(), 'edge-ramp-alike-'));
  const secrets = new Secrets(join(folder, 'keys'), [declared]);
  const endpoint = await Endpoint.open(secrets.operations);
  const documents = agent(new Deployment(process.env['EDGE_RAMP_TEST_ASSEMBLY']!, [declared]), endpoint.url, folder);
  const options = (sort: string) => ({
    specs: [declared],
    directory: join(folder, sort),
    secret: (name: string) => secrets.publicKey(name),
    speed: SPEED,
    world: { [declared.name]: { pods: [5, 6] } },
  });
  const close = async (...opened: readonly Hosts[]): Promise<void> => {
    for (const hosts of opened) await hosts.close();
    await endpoint.close();
    rmSync(folder, { recursive: true, force: true });
  };
  const models = await simulatedHosts(options('simulated'));
  const real = await kernelHosts({ services: false })(options('kernel')).catch(async (error: unknown) => {
    await close(models);
    throw error;
  });
  const all = [
    twin('simulated', models, declared, {
      agent: documents,
      folder,
      inOneGo: (host, line) => models.run(host, line),
      forget: () => {
        for (const node of Object.values(models.world.nodes)) Object.assign(node, { connections: [], learned: {} });
        return Promise.resolve();
      },
    }),
    twin('kernel', real, declared, {
      agent: documents,
      folder,
      inOneGo: (host, line) => real.machine.run({ host, command: ['bash', '-c', line], env: real.network.env(host) }),
      forget: async () => {
        const line =
          'for n in /run/netns/*; do ip -n "${n##*/}" neigh flush all; ip netns exec "${n##*/}" conntrack -F; done';
        await real.machine.run({ command: ['bash', '-c', `{ ${line}; } >/dev/null 2>&1`] });
      },
    }),
  ] as const;
  return { all, both: (does) => Promise.all([does(all[0]), does(all[1])]), close: () => close(models, real) };
}

/** What one sort of hosts does in its own way. */
interface Ways {
  readonly agent: Agent;
  readonly folder: string;
  readonly inOneGo: (host: string, line: string) => Promise<Said>;
  readonly forget: () => Promise<void>;
}

/** What a plan would be known by: of no consequence here. */
const DIGEST = '0123456789abcdef';

function twin(sort: Twin['sort'], hosts: Hosts, declared: Tunnel, { agent, folder, inOneGo, forget }: Ways): Twin {
  const bigip = declared.bigip[0]!.management;
  const device = (host: string, spec: Tunnel): Listed => devicesOf(spec, null).find(({ name }) => name === host)!;
  const known = new Map<string, Promise<Tun0>>();
  function tun0(host: string): Promise<Tun0> {
    if (!known.has(host)) known.set(host, lookAtTun0(host));
    return known.get(host)!;
  }
  async function lookAtTun0(host: string): Promise<Tun0> {
    if (host === bigip) return { mac: '-', port: '-' };
    const { out } = await inOneGo(host, 'ip -o link show dev tun0; ovs-vsctl get Interface tun0 ofport');
    return { mac: /link\/ether (\S+)/.exec(out)?.[1] ?? '-', port: /^\d+$/m.exec(out)?.[0] ?? '-' };
  }
  async function read(listed: Listed): Promise<Observation<unknown> | string> {
    const kind = kindOf(listed);
    const { code, out, err } = await agent(hosts, listed, 'observe', { Questions: kind.questions(listed).join('|') });
    if (code !== 0) return `${code}: ${err}`;
    try {
      return kind.read(out, listed);
    } catch (error) {
      return String(error);
    }
  }
  /** Says something with tun0's words filled in, and gives what came of it without them. */
  async function saying(host: string, text: string, says: (text: string) => Promise<Said>): Promise<Said> {
    const now = await tun0(host);
    const { code, out, err } = await says(text.replaceAll('@mac@', now.mac).replaceAll('@port@', now.port));
    const own = join(folder, sort);
    return { code, out: plain(out.replaceAll(own, ''), now), err: plain(err.replaceAll(own, ''), now) };
  }
  return {
    sort,
    hosts,
    forget,
    type: (host, line) => saying(host, line, (text) => hosts.run(host, text)),
    prepare: (host, lines) => saying(host, lines.join('; '), (text) => inOneGo(host, text)),
    apply: (host, operations, spec = declared) =>
      saying(host, operations.join('|'), (Operations) => {
        const saved = host === bigip ? { Saved: DIGEST } : {};
        return agent(hosts, device(host, spec), 'apply', { Digest: DIGEST, Operations, ...saved });
      }),
    answers: (host, questions, spec = declared) =>
      saying(host, questions.join('|'), (Questions) => agent(hosts, device(host, spec), 'observe', { Questions })),
    async observe(host, spec = declared) {
      const listed = device(host, spec);
      const seen = await read(listed);
      return JSON.parse(plain(JSON.stringify(seen), await tun0(host))) as Observation<unknown> | string;
    },
    async lead(host, goal, spec) {
      const listed = device(host, spec);
      const kind = kindOf(listed);
      const observation = await read(listed);
      if (typeof observation === 'string') return observation;
      const now = await tun0(host);
      try {
        const wanted = { ...listed, original: {} };
        const original = kind.originals(wanted, observation);
        const operations = difference(
          kind.record.objects,
          observation.state,
          kind[goal]({ ...wanted, original }, observation),
        );
        if (operations.length === 0) return [];
        const Operations = operations.map(wire).join('|');
        const saved = host === bigip ? { Saved: DIGEST } : {};
        const { code, err } = await agent(hosts, listed, 'apply', { Digest: DIGEST, Operations, ...saved });
        return [...plain(Operations, now).split('|'), `${code} ${plain(err, now)}`];
      } catch (error) {
        return plain(String(error), now);
      }
    },
    async rebuild(host) {
      const { mac } = await tun0(host);
      await hosts.act(host, 'restart-ovs');
      for (let tries = 0; tries < 300; tries++) {
        const { out } = await inOneGo(host, 'ovs-ofctl -O OpenFlow13 dump-aggregate br0 table=253');
        known.delete(host);
        const now = await tun0(host);
        if (out.includes('flow_count=1') && now.port !== '-' && now.mac !== mac) return; // its flows come last, all at once
      }
      throw new Error(`br0 of ${host} was not built anew`);
    },
    async reached(targets) {
      const told = await Promise.all(targets.map((target) => hosts.run(bigip, `run util ping -c 1 -W 1 ${target}`)));
      return targets.filter((_, i) => / 1 (packets )?received/.test(told[i]!.out));
    },
  };
}
