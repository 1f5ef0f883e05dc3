import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const DOCUMENTS = join(__dirname, '../../../documents');

/** `outside` has the node's own address: without it user space would not know where to send VXLAN. */
const BRIDGE = `add-br br0 -- set Bridge br0 datapath_type=dummy fail_mode=secure protocols=OpenFlow13
  -- add-port br0 vxlan0 -- set Interface vxlan0 ofport_request=1 type=vxlan options:remote_ip=flow options:key=flow
  -- add-port br0 tun0 -- set Interface tun0 ofport_request=2 type=internal
  -- add-port br0 veth4 -- set Interface veth4 ofport_request=4 type=internal
  -- add-port br0 veth5 -- set Interface veth5 ofport_request=5 type=internal
  -- add-br outside -- set Bridge outside datapath_type=dummy`;

/** How a packet fared: the OpenFlow ports that it left by, in order, and its fields as it left by the last. */
export interface Fate {
  readonly ports: readonly string[];
  readonly left: string;
  readonly trace: string;
}

/**
 * A private Open vSwitch with a bridge br0 like a node's: vxlan0 on port 1, tun0 on 2, two Pods on 4 and 5. Its devices are dummies and its
 * datapath is in user space, so it needs no root, no kernel module and no network of this machine; everything lies in one temporary folder.
 */
export class Bench {
  private readonly folder = mkdtempSync(join(tmpdir(), 'edge-ramp-ovs-'));
  private readonly servers: ChildProcess[] = [];
  private readonly env = {
    ...process.env,
    OVS_RUNDIR: this.folder,
    OVS_DBDIR: this.folder,
    OVS_LOGDIR: this.folder,
    OVS_SYSCONFDIR: this.folder,
  };

  /** @param tun0 its address with prefix, which `ip` shows the observe script; the dummy has none */
  async start(tun0: string): Promise<void> {
    const missing = ['ovsdb-tool', 'ovs-ofctl', 'ovs-vswitchd', 'ovsdb-server'].filter((name) => !this.finds(name));
    if (missing.length > 0)
      throw new Error(`Open vSwitch is not installed (no ${missing.join(', ')}): apt-get install openvswitch-switch`);
    const [database, socket] = [join(this.folder, 'conf.db'), join(this.folder, 'db.sock')];
    this.run('ovsdb-tool', ['create', database]);
    this.serve('ovsdb-server', [database, `--remote=punix:${socket}`], 'ovsdb-server.ctl');
    await this.until(socket);
    this.run('ovs-vsctl', ['--no-wait', 'init']);
    this.serve('ovs-vswitchd', ['--enable-dummy=override', '--disable-system', `unix:${socket}`], 'vswitchd.ctl');
    await this.until(join(this.folder, 'vswitchd.ctl'));
    this.run('ovs-vsctl', ['--timeout=20', ...BRIDGE.split(/\s+/)]);
    await this.control('netdev-dummy/ip4addr', 'outside', '10.3.89.89/24');
    await this.control('ovs/route/add', '10.3.89.0/24', 'outside');
    await this.control('tnl/neigh/set', 'outside', '10.3.89.91', '02:00:00:00:00:91');
    mkdirSync(join(this.folder, 'bin'));
    writeFileSync(
      join(this.folder, 'bin/ip'),
      `#!/bin/sh\necho '7: tun0    inet ${tun0} scope global tun0\\       valid_lft forever preferred_lft forever'\n`,
      { mode: 0o755 },
    );
  }

  async stop(): Promise<void> {
    for (const server of this.servers) {
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.stdin!.end();
      if (server.exitCode === null) await ended;
    }
    rmSync(this.folder, { recursive: true });
  }

  /** Exactly these flows, dumped or written; header lines and statistics are left out. */
  load(lines: readonly string[]): void {
    const flows = lines
      .filter((line) => line.includes('actions='))
      .map((line) => line.replace(/ (?:duration|n_packets|n_bytes)=[^ ,]*,/g, '').trim());
    this.run('ovs-ofctl', ['-O', 'OpenFlow13', 'del-flows', 'br0']);
    this.run('ovs-ofctl', ['-O', 'OpenFlow13', '--bundle', 'add-flows', 'br0', '-'], flows.join('\n'));
  }

  dump(...more: readonly string[]): readonly string[] {
    return this.run('ovs-ofctl', ['-O', 'OpenFlow13', ...more, 'dump-flows', 'br0'])
      .split('\n')
      .filter((line) => line.includes('actions='));
  }

  /** One of the ramp node's own scripts, on this Open vSwitch. */
  script(does: 'observe' | 'apply', parameters: Readonly<Record<string, string>>): string {
    const script = ['prelude', 'ramp-objects', 'ramp-make', `ramp-${does}`]
      .map((name) => readFileSync(join(DOCUMENTS, `${name}.sh`), 'utf8'))
      .join('\n');
    const { status, stdout, stderr } = spawnSync('bash', ['-c', script], {
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
      env: {
        ...this.env,
        PATH: `${join(this.folder, 'bin')}:${process.env['PATH']}`,
        EDGE_RAMP_ROOT: join(this.folder, 'root'),
        ...parameters,
      },
    });
    if (status !== 0) throw new Error(`ramp-${does}.sh ended with ${status}: ${stderr}`);
    return stdout;
  }

  /** @param tracked conntrack's verdict whenever the packet passes it */
  async trace(packet: string, tracked: 'new' | 'est,rpl' = 'new'): Promise<Fate> {
    const verdicts = Array.from({ length: 4 }, () => ['--ct-next', `trk,${tracked}`]).flat();
    const trace = await this.control('ofproto/trace', 'br0', packet, ...verdicts);
    const ports = [...trace.matchAll(/^ +(?:output:([0-9]+)| *-> output port is ([0-9]+))$/gm)].map(
      ([, plain, register]) => (plain ?? register)!,
    );
    const finals = [...trace.matchAll(/^Final flow: (.*)$/gm)].map(([, flow]) => flow!);
    return { ports, left: finals.at(-1) ?? '', trace };
  }

  /** What ovs-appctl asks, without a process for each question. */
  private control(method: string, ...params: readonly string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      let text = '';
      const socket = connect(join(this.folder, 'vswitchd.ctl')).setEncoding('utf8').setTimeout(20_000);
      socket.once('error', reject).once('timeout', () => socket.destroy(new Error(`${method}: no answer`)));
      socket.on('data', (more: string) => {
        text += more;
        if (!text.endsWith('}')) return;
        const { result, error } = JSON.parse(text) as { result: string | null; error: string | null };
        socket.end();
        if (result === null) reject(new Error(`${method}: ${error}`));
        else resolve(result);
      });
      socket.write(JSON.stringify({ id: 0, method, params }));
    });
  }

  private finds(name: string): boolean {
    return spawnSync('bash', ['-c', 'command -v "$1"', '-', name]).status === 0;
  }

  private run(command: string, args: readonly string[], input = ''): string {
    return execFileSync(command, args, { encoding: 'utf8', env: this.env, input, timeout: 20_000 });
  }

  /** Ends with us, however we end: its shell waits for the end of our pipe. */
  private serve(command: string, args: readonly string[], control: string): void {
    const options = [`--unixctl=${join(this.folder, control)}`, `--log-file=${join(this.folder, `${control}.log`)}`];
    const shell = ['-c', '"$@" & cat >/dev/null; kill $!; wait', '-', command, ...args, ...options];
    this.servers.push(spawn('sh', shell, { env: this.env, stdio: ['pipe', 'ignore', 'ignore'] }));
  }

  private async until(file: string): Promise<void> {
    for (let tries = 0; !existsSync(file); tries++) {
      if (tries > 200) throw new Error(`Open vSwitch did not start: no ${file} after 10 s`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
