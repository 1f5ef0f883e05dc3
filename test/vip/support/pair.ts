import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configuration } from '../../../lab/kernel/network/keepalived';
import { Namespace, until } from './namespace';

const DOCUMENTS = join(__dirname, '../../../documents');
const VIP = '10.20.30.4';
const OFFSET = 7;

/** One of two virtual routers' marks: the number is the virtual router's. */
export const MARK = `127.112.0.${OFFSET + 1}`;

/** What `oc adm ipfailover --check-script` gets. */
export const CHECK = documented('vip-check', `check_script ${MARK}`);

const TUNNEL = 'remote 10.3.89.66 local any dev eth0';
/** What a node's keeper keeps. */
const GOAL = [
  `mark ${MARK}`,
  `keep tunnel tun1%${TUNNEL}`,
  'keep link tun1%up',
  'keep route 10.3.91.216%dev tun1',
  'keep address tun0 10.129.1.254%/32',
  'keep flow table=0%cookie=0x999 actions=drop',
];
const KEEPER = ['prelude', 'ramp-objects', 'ramp-make', 'keeper-listens', 'keeper-looks', 'keeper'];

/** Devices are ends of a cable, for kernels that have no IPIP: only of tunnels `ip` has these words, all else it does itself. */
const IP = `#!/bin/sh
export PATH=\${PATH#*:}
case "$*" in
'-o tunnel show tun1') echo 'tun1: ip/ip ${TUNNEL} ttl inherit' ;;
'tunnel add tun1 mode ipip ${TUNNEL}') ip link add tun1 type veth peer name other1 ;;
*) exec ip "$@" ;;
esac
`;
/** br0 has its flows. */
const OVS_OFCTL = `#!/bin/sh
echo packet_count=0 byte_count=0 flow_count=4
`;

function documented(name: string, line: string): string {
  return execFileSync('bash', ['-c', `. "$1" && ${line}`, '-', join(DOCUMENTS, `${name}.sh`)], { encoding: 'utf8' });
}

/** One of the two nodes: a network, and keepalived in it. */
export class PairNode {
  private readonly folder: string;
  private stopKeeper = async (): Promise<void> => {};

  constructor(
    folder: string,
    private readonly network: Namespace,
  ) {
    this.folder = folder;
    mkdirSync(join(folder, 'bin'), { recursive: true });
  }

  /** As the ipfailover image configures it for one address (OS-29). */
  keepalived(master: boolean, priority: number, check: string): void {
    const file = (name: string): string => join(this.folder, name);
    const vips = [{ address: VIP, master, priority }];
    const failover = { name: 'ipf-pair', vips, interface: 'eth0', offset: OFFSET, check };
    writeFileSync(file('keepalived.conf'), configuration(failover));
    const pids = ['pid', 'vrrp_pid'].map((name) => `--${name}=${file(name)}`);
    const options = ['-n', '--log-console', '--vrrp', `--use-file=${file('keepalived.conf')}`, ...pids].join(' ');
    this.network.serve({}, 'sh', '-c', `exec keepalived ${options} >'${file('log')}' 2>&1`);
  }

  /** Without a last word to the other node. The address stays where it is; a cable that went down would take the other's end along. */
  kill(): void {
    const pids = ['vrrp_pid', 'pid'].map((name) => Number(readFileSync(join(this.folder, name), 'utf8')));
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    for (const pid of pids) process.kill(pid, 'SIGKILL');
  }

  /** BACKUP, MASTER, FAULT, as it went through them; the second form is 1.3.5's. */
  states(): readonly string[] {
    return [...this.log().matchAll(/(?:Entering|Now in) (\w+) state/gi)].map(([, state]) => state!);
  }

  log(): string {
    return existsSync(join(this.folder, 'log')) ? readFileSync(join(this.folder, 'log'), 'utf8') : '';
  }

  async holds(): Promise<boolean> {
    return (await this.network.run('ip', '-o', '-4', 'addr', 'show', 'dev', 'eth0')).includes(` ${VIP}/32 `);
  }

  async marked(mark = MARK): Promise<boolean> {
    return (await this.network.run('ip', '-o', '-4', 'addr', 'show', 'dev', 'lo')).includes(` ${mark}/32 `);
  }

  /** As the keeper puts it. */
  mark(seconds: number, mark = MARK): Promise<void> {
    return this.network.ip(`addr replace ${mark}/32 dev lo valid_lft ${seconds} preferred_lft ${seconds}`);
  }

  /** A whole tunnel, as far as the keeper looks. */
  async tunnel(): Promise<void> {
    await this.network.ip(
      'link add tun0 type veth peer name other0',
      'addr add 10.129.1.254/32 dev tun0',
      'link add tun1 type veth peer name other1',
      'link set tun1 up',
      'route add 10.3.91.216/32 dev tun1',
    );
  }

  loseTunnel(): Promise<void> {
    return this.network.ip('link del tun1');
  }

  async hasRoute(): Promise<boolean> {
    return (await this.network.run('ip', '-4', 'route', 'show', '10.3.91.216')).includes(' dev tun1 ');
  }

  /** The node's own keeper, for that tunnel. @param fence says whether it may put something back */
  keep(fence: string): void {
    const state = join(this.folder, 'var/lib/edge-ramp');
    mkdirSync(state, { recursive: true });
    const put = (file: string, text: string, mode = 0o600): void => writeFileSync(file, text, { mode });
    put(join(state, 'edge-a.goal'), `${GOAL.join('\n')}\n`);
    put(join(state, 'edge-a.node.fence'), `${fence}\n`);
    put(join(this.folder, 'bin/ip'), IP, 0o755);
    put(join(this.folder, 'bin/ovs-ofctl'), OVS_OFCTL, 0o755);
    const script = join(state, 'edge-a.keeper');
    put(script, KEEPER.map((name) => readFileSync(join(DOCUMENTS, `${name}.sh`), 'utf8')).join(''));
    const env = {
      PATH: `${join(this.folder, 'bin')}:${process.env['PATH']}`,
      EDGE_RAMP_ROOT: this.folder,
      SSM_Tunnel: 'edge-a',
      SSM_Fence: '0',
    };
    this.stopKeeper = this.network.serve(env, 'bash', script);
  }

  endKeeper(): Promise<void> {
    return this.stopKeeper();
  }

  reported(): string {
    const file = join(this.folder, 'run/edge-ramp/edge-a.report');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }
}

/** Two nodes on one cable, each with real keepalived: `first` starts as MASTER and has the higher priority, as the image's first slot does. */
export class Pair {
  private constructor(
    readonly first: PairNode,
    readonly second: PairNode,
  ) {}

  /** @param check what keepalived is to run instead of the documented check */
  static async with(use: (pair: Pair) => Promise<void>, check = CHECK): Promise<void> {
    if (spawnSync('keepalived', ['--version']).error)
      throw new Error('keepalived is not installed: apt-get install keepalived');
    const folder = mkdtempSync(join(tmpdir(), 'edge-ramp-vip-'));
    const one = await Namespace.create();
    const other = await Namespace.create();
    try {
      await one.ip(`link add eth0 type veth peer name eth0 netns ${other.pid}`);
      for (const [network, last] of [
        [one, 2],
        [other, 3],
      ] as const)
        await network.ip('link set lo up', 'link set eth0 up', `addr add 10.20.30.${last}/24 dev eth0`);
      const pair = new Pair(new PairNode(join(folder, 'first'), one), new PairNode(join(folder, 'second'), other));
      pair.first.keepalived(true, 253, check);
      pair.second.keepalived(false, 12, check);
      await until('the first node takes the address', () => pair.first.holds());
      await until('the second node is up', () => pair.second.states().length > 0);
      await use(pair);
    } finally {
      await Promise.all([one.end(), other.end()]);
      rmSync(folder, { recursive: true });
    }
  }
}
