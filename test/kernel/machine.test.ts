import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { choose } from '../../lab/kernel/machine/choose';
import { openGuest } from '../../lab/kernel/machine/guest';
import { openHere } from '../../lab/kernel/machine/here';
import { installedKernel } from '../../lab/kernel/machine/image';
import { openMachine, type Machine, type Ran, type Sleeper } from '../../lab/kernel/machine/machine';
import type { Look } from '../../lab/kernel/machine/probe';

const ROOM = '../../lab/kernel/machine';
const kinds = {
  'a guest': {
    open: () => openGuest(installedKernel()!, ''),
    by: `require('${ROOM}/guest').openGuest(require('${ROOM}/image').installedKernel(), '')`,
  },
  "this kernel's own namespaces": { open: () => openHere(), by: `require('${ROOM}/here').openHere()` },
};
const TWO_HOSTS = `set -e
  ip netns add left && ip netns add right
  ip link add wire netns left type veth peer name wire netns right
  ip -n left addr add 192.0.2.1/24 dev wire && ip -n right addr add 192.0.2.2/24 dev wire
  ip -n left link set wire up && ip -n right link set wire up`;

const bash = (machine: Machine, script: string, more: object = {}): Promise<Ran> =>
  machine.run({ command: ['bash', '-c', script], ...more });

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await holds()); tries++) {
    if (tries > 300) throw new Error(`Waited for it in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Every process that descends from one, as this kernel sees them. */
function descendants(of: number): number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        return [
          [Number(name), Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${name}/status`, 'utf8'))![1])] as const,
        ];
      } catch {
        return []; // it has ended meanwhile
      }
    });
  const below = (parent: number): number[] =>
    parents.flatMap(([id, its]) => (its === parent ? [id, ...below(id)] : []));
  return below(of);
}
const living = (ids: readonly number[]): number[] =>
  ids.filter((id) => existsSync(`/proc/${id}`) && !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${id}/status`, 'utf8')));

describe.each(Object.entries(kinds))('%s', (_, { open }) => {
  let machine: Machine;
  beforeAll(async () => (machine = await open()));
  afterAll(() => machine.close());

  test('a job has its own words, stdin, environment, outputs and code', async () => {
    const script = 'cat; printf %s "$1$COLOUR" >&2; exit 3';
    const ran = await machine.run({
      command: ['bash', '-c', script, '-', "it's \n "],
      input: 'grüße\n',
      env: { COLOUR: 'a=b' },
    });
    expect(ran).toEqual({ code: 3, out: 'grüße\n', err: "it's \n a=b" });
  });

  test('without input stdin is at its end at once', async () =>
    expect(await bash(machine, 'cat; echo end')).toEqual({ code: 0, out: 'end\n', err: '' }));

  test('a megabyte goes in and out whole', async () => {
    const input = '0123456789abcde\n'.repeat(65_536);
    expect((await bash(machine, 'cat', { input })).out === input).toBe(true);
  });

  test('input that nobody reads holds nothing up', async () =>
    expect((await machine.run({ command: ['true'], input: 'x'.repeat(200_000) })).code).toBe(0));

  test('jobs run side by side', async () => {
    const [waits, wakes] = await Promise.all([
      bash(machine, 'mkfifo /run/lab/door; cat /run/lab/door'),
      bash(machine, 'until [ -p /run/lab/door ]; do sleep 0.1; done; echo through >/run/lab/door'),
    ]);
    expect([waits.out, wakes.code]).toEqual(['through\n', 0]);
  });

  test('a program or a host that is not there is the answer of the job alone', async () => {
    expect(await machine.run({ command: ['no-such-program'] })).toEqual({
      code: 127,
      out: '',
      err: 'no-such-program: No such file or directory\n',
    });
    expect(await machine.run({ host: 'nobody', command: ['true'] })).toEqual({
      code: 125,
      out: '',
      err: 'there is no host nobody in this machine\n',
    });
  });

  test('a signal is told as a shell tells it', async () =>
    expect((await bash(machine, 'kill -TERM $$')).code).toBe(143));

  test('aborting ends a job with all that it started in its group', async () => {
    const aborts = new AbortController();
    const job = bash(machine, 'sleep 4321 & echo $! >/run/lab/sleeper; wait', { signal: aborts.signal });
    await until(
      'it has started',
      async () => (await machine.run({ command: ['test', '-s', '/run/lab/sleeper'] })).code === 0,
    );
    aborts.abort();
    expect((await job).code).toBe(137);
    await until('its child is gone', async () => (await bash(machine, 'kill -0 $(cat /run/lab/sleeper)')).code !== 0);
  });

  test('a job aborted before it began does not begin', async () => {
    expect((await machine.run({ command: ['touch', '/run/lab/begun'], signal: AbortSignal.abort() })).code).toBe(137);
    expect((await machine.run({ command: ['test', '-e', '/run/lab/begun'] })).code).toBe(1);
  });

  test('a daemon does not hold the job that left it, though it keeps its outputs, and lives on', async () => {
    const { code, out } = await bash(machine, 'setsid sleep 4322 & echo $!');
    expect(code).toBe(0);
    expect((await machine.run({ command: ['kill', out.trim()] })).code).toBe(0);
  });

  test('packets go from host to host, and each has its own interfaces', async () => {
    expect(await bash(machine, TWO_HOSTS)).toEqual({ code: 0, out: '', err: '' });
    const ping = await machine.run({ host: 'left', command: ['ping', '-n', '-c3', '-i0.2', '192.0.2.2'] });
    expect(ping.out).toContain('3 packets transmitted, 3 received');
    expect((await machine.run({ host: 'right', command: ['ip', '-br', 'addr', 'show', 'wire'] })).out).toContain(
      '192.0.2.2/24',
    );
    expect((await machine.run({ command: ['ip', 'link', 'show', 'wire'] })).code).not.toBe(0);
  });

  test('a file is written with its folders and its mode, and written anew', async () => {
    const path = '/run/lab/some/where/script';
    await machine.write(path, 'echo one', 0o755);
    await machine.write(path, 'echo two', 0o755);
    expect((await machine.run({ command: ['sh', path] })).out).toBe('two\n');
    expect((await machine.run({ command: ['stat', '-c', '%a', path] })).out).toBe('755\n');
    expect((await machine.run({ command: ['ls', '/run/lab/some/where'] })).out).toBe('script\n');
  });

  test('only its own folders are written to', async () => {
    for (const path of ['/etc/motd', '/run/../etc/motd', 'motd'])
      await expect(machine.write(path, '')).rejects.toThrow("only /run and /tmp are the machine's own");
  });

  test('nothing of it is seen outside', () => {
    expect(existsSync('/run/netns/left')).toBe(false);
    expect(existsSync('/run/lab')).toBe(false);
    expect(Object.keys(networkInterfaces())).not.toContain('wire');
  });
});

describe.each(Object.entries(kinds))('the end of %s', (_, { open, by }) => {
  test('closing ends it with all that is in it, and whoever still waits is told', async () => {
    const own = await open();
    const waits = own.run({ command: ['sleep', '4323'] }).catch((error: Error) => error.message);
    await own.run({ command: ['true'] });
    const inside = descendants(process.pid);
    await own.close();
    expect(await waits).toMatch(/has ended/);
    await expect(own.run({ command: ['true'] })).rejects.toThrow(/has ended/);
    const others = descendants(process.pid);
    expect(living(inside).filter((id) => !others.includes(id))).toEqual([]);
  });

  test.each(['SIGKILL', 'SIGTERM'] as const)('it ends with its owner, even by %s', async (signal) => {
    const temporary = mkdtempSync(join(tmpdir(), 'edge-ramp-machine-'));
    const script = `${by}.then(async (machine) => {
      await machine.run({ command: ['bash', '-c', 'setsid sleep 4324 >/dev/null 2>&1 </dev/null &'] });
      console.log('ready');
    })`;
    const owner = spawn(process.execPath, ['--import', 'tsx', '--eval', script], {
      cwd: __dirname,
      env: { ...process.env, TMPDIR: temporary },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(owner.stdout, 'data');
    const inside = descendants(owner.pid!);
    expect(inside.length).toBeGreaterThan(0);
    owner.kill(signal);
    await until('all of it is gone', () => living(inside).length === 0);
    expect(readdirSync(temporary).filter((name) => !name.startsWith('tsx-'))).toEqual([]);
    rmSync(temporary, { recursive: true });
  });
});

describe('a guest', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'edge-ramp-machine-'))));
  afterEach(() => rmSync(folder, { recursive: true }));
  const open = (from?: string): Promise<Sleeper> => openGuest(installedKernel()!, '', { from });

  test('asleep and woken again it has its addresses, files and running programs, and the time of now', async () => {
    const file = join(folder, 'state');
    const first = await open();
    await bash(first, TWO_HOSTS);
    await first.write('/run/lab/kept', 'kept');
    const started = await bash(first, 'setsid sleep 4325 >/dev/null 2>&1 </dev/null & echo $!');
    await first.sleep(file);
    await expect(first.run({ command: ['true'] })).rejects.toThrow(/has ended/);
    expect(readdirSync(folder)).toEqual(['state']);
    const second = await open(file);
    try {
      expect((await second.run({ command: ['cat', '/run/lab/kept'] })).out).toBe('kept');
      expect((await second.run({ command: ['kill', '-0', started.out.trim()] })).code).toBe(0);
      expect((await second.run({ host: 'left', command: ['ping', '-n', '-c1', '192.0.2.2'] })).code).toBe(0);
      const clock = Number((await second.run({ command: ['date', '+%s'] })).out);
      expect(Math.abs(clock - Date.now() / 1000)).toBeLessThan(30);
    } finally {
      await second.close();
    }
  });

  test('it does not fall asleep over a job that somebody waits for, nor where the file cannot be written, and goes on', async () => {
    const guest = await open();
    try {
      const job = guest.run({ command: ['sleep', '2'] });
      await expect(guest.sleep(join(folder, 'state'))).rejects.toThrow(
        'The guest cannot sleep: 1 of its jobs have not ended',
      );
      await job;
      await expect(guest.sleep(join(folder, 'no/folder/state'))).rejects.toThrow('no/folder/state was not written');
      expect((await guest.run({ command: ['echo', 'awake'] })).out).toBe('awake\n');
    } finally {
      await guest.close();
    }
  });

  test('it is made anew where the one that was kept is spoilt, with the programs that are to replace its own', async () => {
    const tools = join(folder, 'tools');
    mkdirSync(tools);
    writeFileSync(join(tools, 'ip'), '#!/bin/sh\necho an older ip\n', { mode: 0o755 });
    const before = { ...process.env };
    Object.assign(process.env, { EDGE_RAMP_LAB_TOOLS: tools, XDG_CACHE_HOME: join(folder, 'cache') });
    try {
      await (await open()).close();
      const [key] = readdirSync(join(folder, 'cache/edge-ramp/kernel'));
      const kept = join(folder, 'cache/edge-ramp/kernel', key!, 'state');
      truncateSync(kept, 100_000_000);
      const guest = await open();
      expect((await guest.run({ command: ['ip', 'addr'] })).out).toBe('an older ip\n');
      await guest.close();
      expect(readdirSync(join(kept, '..')).sort()).toEqual(['initrd', 'state']);
    } finally {
      process.env = before;
    }
  });

  test('a file of something else is not woken', () =>
    expect(open(__filename)).rejects.toThrow('it cannot be woken; remove it'));

  test('it has no way out but to its agent', async () => {
    const guest = await open();
    try {
      const links = (await guest.run({ command: ['ip', '-br', 'link'] })).out
        .split('\n')
        .map((line) => line.split(/[ @]/)[0]);
      expect(links.filter(Boolean).sort()).toEqual(['lo', 'tunl0']);
    } finally {
      await guest.close();
    }
  });

  test('its Open vSwitch forwards real packets: its kernel is old enough when one starts, and still after a sleep', async () => {
    const folderOfIt = '/run/lab/ovs';
    const env = { OVS_RUNDIR: folderOfIt, OVS_DBDIR: folderOfIt, OVS_LOGDIR: folderOfIt };
    const bridged = `set -e
      mkdir -p $OVS_RUNDIR && cd $OVS_RUNDIR
      ovsdb-tool create conf.db /usr/share/openvswitch/vswitch.ovsschema
      ovsdb-server conf.db --remote=punix:db.sock --detach --pidfile -vconsole:off --log-file
      ovs-vsctl --no-wait init
      ovs-vswitchd unix:$PWD/db.sock --detach --pidfile -vconsole:off --log-file
      ovs-vsctl add-br br0 -- set Bridge br0 fail_mode=secure
      ovs-ofctl add-flow br0 actions=normal
      for n in 1 2; do
        ip netns add h$n && ip link add to-h$n type veth peer name wire netns h$n
        ip -n h$n addr add 192.0.2.$n/24 dev wire && ip -n h$n link set wire up && ip link set to-h$n up
        ovs-vsctl add-port br0 to-h$n
      done`;
    const arrive = async (guest: Machine): Promise<void> => {
      const ping = await guest.run({ host: 'h1', command: ['ping', '-n', '-c5', '-i0.2', '192.0.2.2'] });
      expect(ping.out).toContain('5 packets transmitted, 5 received');
      expect((await guest.run({ command: ['ovs-appctl', 'dpctl/show'], env })).out).toContain('lost:0');
    };
    const first = await open();
    await bash(first, bridged, { env });
    await arrive(first);
    await first.sleep(join(folder, 'state'));
    const second = await open(join(folder, 'state'));
    await arrive(second);
    await second.close();
  });
});

test("programs to replace this kernel's come first, and its iptables is the legacy one", async () => {
  const tools = mkdtempSync(join(tmpdir(), 'edge-ramp-machine-'));
  writeFileSync(join(tools, 'ip'), '#!/bin/sh\necho an older ip\n', { mode: 0o755 });
  process.env['EDGE_RAMP_LAB_TOOLS'] = tools;
  try {
    const machine = await openHere();
    expect((await machine.run({ command: ['ip', 'addr'] })).out).toBe('an older ip\n');
    expect((await machine.run({ command: ['iptables', '--version'] })).out).toMatch(/\(legacy\)$/m);
    await machine.close();
  } finally {
    delete process.env['EDGE_RAMP_LAB_TOOLS'];
    rmSync(tools, { recursive: true });
  }
});

describe('which machine it is', () => {
  test('it says so in one line', async () => {
    process.env['EDGE_RAMP_KERNEL'] = 'guest';
    const machine = await openMachine();
    expect(machine.what).toMatch(/^a QEMU guest with Linux \S+-amd64 \(EDGE_RAMP_KERNEL is guest\)$/);
    expect((await machine.run({ command: ['uname', '-r'] })).out.trim()).toBe(machine.what.split(' ')[5]);
    await machine.close();
    delete process.env['EDGE_RAMP_KERNEL'];
  });

  const kernel = { file: '/boot/vmlinuz-6.1.0-1-cloud-amd64', release: '6.1.0-1-cloud-amd64' };
  const all: Look = {
    linuxOnX86: true,
    root: true,
    lacks: [],
    missing: [],
    missingForGuest: [],
    kernel,
    forced: undefined,
  };
  const chosen = (more: Partial<Look>, wakes = false) => choose({ ...all, ...more }, wakes);

  test.each<[string, Partial<Look>, object]>([
    ['this kernel where it can', {}, { is: 'here', why: '' }],
    ['this kernel needs nothing of a guest', { kernel: undefined, missingForGuest: ['cpio'] }, { is: 'here', why: '' }],
    [
      'a guest where modules lack',
      { lacks: ['ipip', 'dummy'] },
      { is: 'guest', why: 'this kernel has no ipip, dummy', kernel },
    ],
    ['a guest for other users', { root: false }, { is: 'guest', why: 'you are not root', kernel }],
    ['as it is forced', { forced: 'guest' }, { is: 'guest', why: 'EDGE_RAMP_KERNEL is guest', kernel }],
    ['as it is forced, too', { forced: 'here' }, { is: 'here', why: 'EDGE_RAMP_KERNEL is here' }],
  ])('%s', (_, more, choice) => expect(chosen(more)).toEqual(choice));

  test('what was asleep is a guest', () =>
    expect(chosen({}, true)).toEqual({ is: 'guest', why: 'it was asleep', kernel }));

  test.each<[string, Partial<Look>, string]>([
    [
      'programs',
      { missing: ['tcpdump', 'curl'] },
      'Real packets need what is not installed: apt-get install tcpdump curl',
    ],
    [
      'what makes a guest',
      { lacks: ['ipip'], missing: ['tcpdump'], missingForGuest: ['qemu-system-x86'], kernel: undefined },
      'Real packets need a guest here (this kernel has no ipip), and that needs what is not installed: apt-get install tcpdump qemu-system-x86 linux-image-cloud-amd64',
    ],
    [
      'a kernel that can',
      { forced: 'here', lacks: ['ipip'] },
      'EDGE_RAMP_KERNEL is here, but this kernel has no ipip.',
    ],
    ['root', { forced: 'here', root: false }, 'EDGE_RAMP_KERNEL is here, but you are not root.'],
    [
      'a word it knows',
      { forced: 'kvm' },
      'EDGE_RAMP_KERNEL is kvm; it can be "here" (this kernel\'s own namespaces) or "guest" (a QEMU guest).',
    ],
    ['another system', { linuxOnX86: false }, 'Real packets need Linux on x86_64; the simulated hosts run everywhere.'],
  ])('one sentence for what is missing: %s', (_, more, sentence) =>
    expect(() => chosen(more)).toThrow(new Error(sentence)),
  );
});
