import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../kernel/support/waiting';

const DOCUMENTS = join(__dirname, '../../documents');
const textOf = (...names: readonly string[]): string =>
  names.map((name) => readFileSync(join(DOCUMENTS, `${name}.sh`), 'utf8')).join('\n');
const KEEPER = textOf('prelude', 'ramp-objects', 'ramp-make', 'keeper-listens', 'keeper-looks', 'keeper');
const UNIT = textOf('prelude', 'ramp-objects', 'keeper-unit');
/** What a keeper can keep on a node without Open vSwitch or a tunnel's module. */
const GOAL = 'mark 127.112.0.11@keep address lo 10.3.91.217%/32';

const old = process.env['EDGE_RAMP_OLD_SYSTEMD'];
const SYSTEMDS: readonly (readonly [name: string, version: RegExp, program: string, systemctl: string])[] = [
  ['systemd 219', /^systemd 219\n/, join(old ?? '', 'systemd'), join(old ?? '', 'systemctl')],
  ["this machine's systemd", /^systemd \d+ /, '/lib/systemd/systemd', '/usr/bin/systemctl'],
];

/** A node of nothing but systemd, whose files are in a folder. */
class Booted {
  private readonly init: ChildProcess;

  constructor(
    program: string,
    private readonly folder: string,
  ) {
    this.init = spawn('bash', [join(__dirname, 'systemd.sh'), program, folder], { stdio: 'ignore' });
  }

  /** What a line of bash says there, behind the unit's functions of the product. */
  says(line: string): string {
    const [first = ''] = readFileSync(`/proc/${this.init.pid}/task/${this.init.pid}/children`, 'utf8').split(' ');
    const { stdout } = spawnSync('nsenter', [`--target=${first}`, '-m', '-p', '-u', '-i', '-n', '-C', 'bash', '-s'], {
      timeout: 30_000,
      input: `${UNIT}\n${line}\n`,
      encoding: 'utf8',
      env: {
        PATH: `${join(this.folder, 'bin')}:/usr/sbin:/usr/bin:/sbin:/bin`,
        SSM_Tunnel: 'edge-a',
        SSM_Fence: '7',
        SSM_Digest: '0123456789abcdef',
        keeper: KEEPER,
        keeper_digest: createHash('sha256').update(KEEPER).digest('hex'),
      },
    });
    return stdout.trim();
  }

  /** Its power fails. */
  off(): Promise<unknown> {
    return new Promise((gone) => this.init.once('exit', gone).kill('SIGKILL'));
  }
}

describe.each(SYSTEMDS)('%s', (name, version, program, systemctl) => {
  let folder: string;
  let node: Booted;
  beforeAll(async () => {
    if (!old && name === 'systemd 219')
      throw new Error('It is built from its source: test/old-tools/run.sh FOLDER says how, and runs this.');
    folder = mkdtempSync(join(tmpdir(), 'edge-ramp-systemd-'));
    mkdirSync(join(folder, 'bin'));
    symlinkSync(systemctl, join(folder, 'bin/systemctl'));
    node = await booted();
  });
  afterAll(async () => {
    await node?.off();
    rmSync(folder, { recursive: true, force: true });
  });

  async function booted(): Promise<Booted> {
    const started = new Booted(program, folder);
    await until('it is up', () => started.says('systemctl is-active multi-user.target') === 'active');
    return started;
  }
  const observed = (): readonly string[] => node.says('observe_keeper; echo "$answers"').split('\n').slice(1, -1);
  const unit = (): string => observed().find((line) => line.startsWith('|unit '))!;
  const pid = (): string => node.says('systemctl show --property MainPID edge-ramp-edge-a.service').slice(8);
  const reports = (): string => node.says('cat /run/edge-ramp/edge-a.report').slice(0, 2);
  const programs = (): readonly string[] =>
    node.says('ps -eo args').split('\n').filter((line) => /keeper|ip -o monitor/.test(line)); // prettier-ignore
  const isThere = (): boolean => unit() === '|unit active enabled' && reports() === 'ok';

  test('starts the keeper that an apply installs, which works', async () => {
    expect(node.says('systemctl --version')).toMatch(version);
    node.says(`install_keeper '${GOAL}'`);
    await until('it reports', isThere);
    expect(observed().slice(0, 2)).toEqual([`|goal ${GOAL}`, '|text ours']);
    expect(node.says('ip addr show lo')).toContain('inet 10.3.91.217/32');
  });

  test('starts it again each time that it dies, six times in a row, where systemd allows 5 starts in 10 s', async () => {
    for (let times = 0; times < 6; times++) {
      const died = pid();
      node.says(`kill -KILL ${died}`);
      await until('it is started again', () => !['0', died].includes(pid()) && unit() === '|unit active enabled');
    }
  });

  test('starts the keeper of another text in the place of the one before', async () => {
    const before = pid();
    node.says(`keeper+='# of another version'; install_keeper '${GOAL}'`);
    expect([unit(), pid() === before]).toEqual(['|unit active enabled', false]);
    expect(observed()[1]).toBe('|text other');
    node.says(`install_keeper '${GOAL}'`);
    expect(observed()[1]).toBe('|text ours');
  });

  test('starts it after a power cut', async () => {
    await node.off();
    node = await booted();
    await until('it reports', isThere);
    expect(node.says('ip addr show lo')).toContain('inet 10.3.91.217/32');
  });

  test('ends it with all that it started when a teardown takes it out, and starts it no more', async () => {
    await until('it listens', () => programs().some((line) => line.startsWith('ip -o monitor')));
    node.says('remove_keeper; remove_keeper'); // again where an earlier try stopped
    expect(unit()).toMatch(/^\|unit (inactive|unknown) /);
    expect(programs()).toEqual([]);
    await node.off();
    node = await booted();
    expect(programs()).toEqual([]);
    expect(readdirSync(join(folder, 'etc'), { recursive: true })).toEqual([]);
    expect(readdirSync(join(folder, 'var/edge-ramp'))).toEqual(['edge-a.node.fence', 'node.lock']);
  });
});
