import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '../../lab/hosts/answer';
import { StandIns } from '../../lab/hosts/stand-ins';
import { timed, type Contender, type ContenderOptions, type Effort } from './contender';
import { siteOf, type Site } from './site';

const PLAYBOOKS = join(__dirname, 'ansible');
/** The host that Ansible runs on; its `ssh` to BIG-IP is a stand-in. */
const CONTROL = 'control';

/**
 * A playbook such as an engineer would write: one look at each device, then only what is missing; the virtual servers last, a handler that saves.
 * A trip is a module that runs on a device (for BIG-IP: through one ssh). Needs Debian's `ansible`.
 * @param options.directory where it keeps its inventory, its memory between apply and teardown, and temporary files; the caller removes it
 */
export function ansible(options: ContenderOptions & { readonly directory: string }): Contender {
  const { hosts, spec, delay = 0, signal, directory } = options;
  const site = siteOf(spec);
  const node = hosts.host(site.node);
  if (!node) throw new Error(`Ansible cannot take part: ${site.node} is no host here.`);
  const [memory, trips] = [join(directory, 'memory'), join(directory, 'trips')];
  const list = join(directory, 'inventory.json');
  mkdirSync(memory, { recursive: true });

  const play = (playbook: string): Promise<Effort> =>
    timed(signal, async () => {
      const control = new StandIns(async ({ command, args }) =>
        command === 'ssh' ? hosts.run(site.bigip, args.at(-1)!) : new Refusal('notModelled', command, CONTROL).answer,
      );
      await control.listen(directory);
      try {
        const environments = {
          bigip: control.environment(CONTROL, directory, 1),
          ramp: node.environment,
        };
        writeFileSync(list, JSON.stringify(inventory(site, memory, environments)));
        rmSync(trips, { force: true });
        const changed = changedIn(
          playbook,
          await run(['-i', list, join(PLAYBOOKS, playbook)], signal, {
            ...process.env,
            ANSIBLE_CONFIG: join(PLAYBOOKS, 'ansible.cfg'),
            ANSIBLE_HOME: join(directory, 'home'),
            ANSIBLE_LOCAL_TEMP: join(directory, 'tmp'),
            ANSIBLE_REMOTE_TEMP: join(directory, 'tmp'),
            EDGE_RAMP_TRIPS: trips,
            EDGE_RAMP_TRIP_SECONDS: String(delay),
          }),
        );
        return { trips: readFileSync(trips, 'utf8').match(/^trip$/gm)?.length ?? 0, changed };
      } finally {
        await control.close();
      }
    });

  return {
    name: 'Ansible',
    notes: [
      'the modules run on this machine: no ssh to the node, none of its start-up and copying of modules over a network',
      "BIG-IP is told by tmsh over ssh: F5's own modules need iControl REST, which the lab's BIG-IP lacks",
      'the time includes the start of ansible-playbook and of a Python for every module',
      'table numbers and address are those of the chapter for release 3.11: it does not read the bridge and claims no address',
      'the playbook judges an INPUT rule by its presence only, and proves a tunnel only before it switches virtual servers',
    ],
    apply: () => play('apply.yml'),
    reapply: () => play('apply.yml'),
    repair: () => play('apply.yml'),
    teardown: () => play('teardown.yml'),
  };
}

/** The hosts, each with the environment in which commands reach it, and the procedure's variables. */
function inventory(site: Site, memory: string, environments: Record<'bigip' | 'ramp', NodeJS.ProcessEnv>) {
  const host = (name: string, environment: NodeJS.ProcessEnv) => ({
    hosts: {
      [name]: {
        ansible_connection: 'local',
        ansible_python_interpreter: join(PLAYBOOKS, 'python.sh'),
        device_environment: environment,
      },
    },
  });
  return {
    all: {
      vars: {
        tunnel_name: site.tunnel,
        tunnel_device: site.interface,
        device: site.device,
        f5_ip: site.F5_IP,
        ramp_ip: site.RAMP_IP,
        tunnel_ip1: site.TUNNEL_IP1,
        tunnel_ip2: site.TUNNEL_IP2,
        cluster_network: site.CLUSTER_NETWORK,
        virtual_servers: site.virtualServers,
        user: site.user,
        memory,
      },
    },
    bigip: host(site.bigip, environments.bigip),
    ramp: host(site.node, environments.ramp),
  };
}

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function run(args: readonly string[], signal: AbortSignal | undefined, env: NodeJS.ProcessEnv): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn('ansible-playbook', args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const end = (): unknown => child.kill('SIGTERM'); // it still removes its temporary files
    signal?.addEventListener('abort', end);
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.once('error', (error) =>
      reject(new Error(`ansible-playbook cannot be started (${error.message}): install ansible.`)),
    );
    child.once('close', (code) => {
      signal?.removeEventListener('abort', end);
      resolve({ code: code ?? -1, out, err });
    });
  });
}

/** What a module told of one host, or of one item of a loop on it. */
interface Outcome {
  readonly changed?: boolean;
  readonly failed?: boolean;
  readonly unreachable?: boolean;
  readonly msg?: string;
  readonly stderr?: string;
  readonly stdout?: string;
  readonly results?: readonly Outcome[];
}
/** What the JSON callback tells of a playbook, as far as it is read here. */
interface Told {
  readonly plays: readonly {
    readonly tasks: readonly {
      readonly task: { readonly name: string };
      readonly hosts: Readonly<Record<string, Outcome>>;
    }[];
  }[];
}

/** @throws Error naming the task that failed */
function changedIn(playbook: string, { code, out, err }: Ended): number {
  if (!out.includes('"plays"'))
    throw new Error(`ansible-playbook ${playbook} ended with ${code}: ${(err || out).trim()}`);
  const { plays } = JSON.parse(out.slice(out.indexOf('{'))) as Told;
  const outcomes = plays
    .flatMap(({ tasks }) => tasks)
    .flatMap(({ task, hosts }) => Object.entries(hosts).map(([host, told]) => ({ task: task.name, host, told })))
    .flatMap(({ told, ...where }) => (told.results ?? [told]).map((outcome) => ({ ...where, ...outcome })));
  const failures = outcomes
    .filter(({ failed, unreachable }) => failed || unreachable)
    .map(({ task, host, msg, stderr, stdout }) => `"${task}" on ${host}: ${stderr || stdout || msg}`.trim());
  if (code !== 0 || failures.length > 0)
    throw new Error(`ansible-playbook ${playbook} ended with ${code} at ${failures.join('; ')}`);
  return outcomes.filter(({ changed }) => changed).length;
}
