import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { openAsleep, writeAsleep } from './asleep';
import { channel, type Channel, type Greeting } from './channel';
import { imageFor, qemuVersion, type Image, type Kernel } from './image';
import type { Sleeper } from './job';
import { SDN, type Outfit } from './outfit';
import { migrate, qmp, type Qmp } from './qmp';
import { find } from './tools';

/**
 * No network device, no disk: what the guest has comes with its image, and the only way out is the agent's port. Two processors, since Open
 * vSwitch and a measured connection run at once. It is emulated always: a /dev/kvm that exists may still not work.
 */
const devices = ({ memory }: Outfit): readonly string[] =>
  `-nodefaults -no-user-config -display none -no-reboot -serial stdio
  -M q35 -accel tcg,thread=multi -cpu max,-la57,-smap,-smep,-pku -smp 2 -m ${memory}
  -device virtio-serial-pci -chardev socket,id=agent,fd=3 -device virtserialport,chardev=agent,name=lab
  -chardev socket,id=qmp,fd=4 -mon chardev=qmp,mode=control`.split(/\s+/);
/** Without addresses at random (norandmaps, nokaslr) and without a fifth level of pages QEMU's translations are used again: a process starts in a third of the time. */
const APPEND =
  'console=ttyS0 quiet panic=-1 rdinit=/init mitigations=off nokaslr norandmaps no5lvl tsc=reliable no_timer_check cryptomgr.notests random.trust_cpu=on init_on_alloc=0';
/** Open vSwitch that starts in a kernel younger than 10 s forwards no packet, for ever, and shows nothing of it. */
const SETTLED_SECONDS = 11;
/** On a machine with nothing else to do it boots in 8 s. */
const BOOT_MS = 120_000;
/** It is woken in 0.3 to 0.8 s, in a few on a busy machine. One that says nothing for so long never will. */
const WAKE_MS = 20_000;

interface Running {
  readonly qemu: ChildProcess;
  readonly agent: Channel;
  readonly ask: Qmp;
  readonly greeting: Greeting;
  readonly ended: Promise<void>;
}

/**
 * @param kernel what it runs when it is started, not woken
 * @param why it is a guest, for `what`
 * @param from a file that `sleep` wrote; default: a guest that has just been started
 * @throws Error of one sentence where it does not start, or the file is of something else
 */
export async function openGuest(
  kernel: Kernel,
  why: string,
  {
    from,
    outfit = SDN,
    tell = () => {},
  }: {
    readonly from?: string | undefined;
    readonly outfit?: Outfit;
    readonly tell?: ((line: string) => void) | undefined;
  } = {},
): Promise<Sleeper> {
  if (from !== undefined) return machine(why, outfit, await wake(from, outfit));
  const image = await imageFor(kernel, outfit, [...devices(outfit), APPEND, qemuVersion()], tell);
  const base = join(image.folder, 'state');
  if (existsSync(base)) {
    try {
      return machine(why, outfit, await wake(base, outfit));
    } catch {
      rmSync(base, { force: true }); // it was spoilt: a disk was full, or a power cut
    }
  }
  tell(`The guest boots, which takes half a minute; from the next time on it is woken in about a second.`);
  await machine(why, outfit, await boot(image, outfit)).sleep(base);
  return machine(why, outfit, await wake(base, outfit));
}

async function boot({ kernel, initrd }: Image, outfit: Outfit): Promise<Running> {
  const guest = await start(outfit, ['-kernel', kernel.file, '-initrd', initrd, '-append', APPEND], BOOT_MS);
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, SETTLED_SECONDS - guest.greeting.uptime) * 1000));
  await guest.agent.run({ command: ['bash', '-c', 'echo 3 >/proc/sys/vm/drop_caches'] }); // as little as possible in the file
  return guest;
}

async function wake(file: string, outfit: Outfit): Promise<Running> {
  try {
    return await wakeOnce(file, outfit);
  } catch (error) {
    if (!existsSync(file)) throw error;
    return wakeOnce(file, outfit); // the file is only read: a second try costs nothing but its time
  }
}

async function wakeOnce(file: string, outfit: Outfit): Promise<Running> {
  const state = openAsleep(file, wakes(outfit));
  try {
    return await start(outfit, ['-incoming', 'fd:5'], WAKE_MS, state);
  } finally {
    closeSync(state);
  }
}

/** What a sleeping guest needs to go on: the same devices, and somebody who speaks with its agent as it is. */
function wakes(outfit: Outfit): string {
  const agent = readFileSync(join(__dirname, 'agent.pl'));
  const same = createHash('sha256').update(devices(outfit).join('\n')).update(agent).digest('hex').slice(0, 16);
  return JSON.stringify({ guest: 'edge-ramp', qemu: qemuVersion(), same });
}

/** Starts QEMU and waits for its agent, so many milliseconds at most. It dies with this process: by the kernel's signal, or when its agent finds nobody at the other end. */
async function start(outfit: Outfit, args: readonly string[], within: number, state?: number): Promise<Running> {
  const qemu = spawn(
    find('setpriv')!,
    ['--pdeathsig', 'KILL', find('qemu-system-x86_64')!, ...devices(outfit), ...args],
    {
      cwd: '/',
      detached: true, // Ctrl-C is for the process that has it, which may still want to put it to sleep
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', state ?? 'ignore'],
    },
  );
  let console_ = '';
  for (const stream of [qemu.stdout!, qemu.stderr!])
    stream.on('data', (bytes: Buffer) => (console_ = (console_ + String(bytes)).slice(-2000)));
  const agent = channel(qemu.stdio[3] as Duplex, qemu.stdio[3] as Duplex);
  const ask = qmp(qemu.stdio[4] as Duplex);
  const ended = new Promise<void>((resolve) => {
    qemu.once('exit', () => resolve());
    qemu.once('error', () => resolve());
  });
  void ended.then(() => agent.end(`The guest has ended. ${console_}`.trim()));
  const patience = setTimeout(() => qemu.kill('SIGKILL'), within);
  try {
    await ask('qmp_capabilities');
    return { qemu, agent, ask, ended, greeting: await agent.hello(Date.now()) };
  } catch (error) {
    qemu.kill('SIGKILL');
    await ended;
    throw new Error(`The QEMU guest did not start: ${console_.trim() || String(error)}`, { cause: error });
  } finally {
    clearTimeout(patience);
  }
}

function machine(why: string, outfit: Outfit, { qemu, agent, ask, ended, greeting }: Running): Sleeper {
  async function close(): Promise<void> {
    qemu.kill('SIGKILL'); // nothing of it is on a disk
    await ended;
  }
  return {
    what: `a QEMU guest with Linux ${greeting.release}${why && ` (${why})`}`,
    run: (job) => agent.run(job),
    write: (path, text, mode) => agent.write(path, text, mode),
    close,
    async sleep(file) {
      if (agent.running() > 0)
        throw new Error(
          `The guest cannot sleep: ${agent.running()} of its jobs have not ended, and nobody would get their answers.`,
        );
      await writeAsleep(file, wakes(outfit), (command) => migrate(ask, command));
      await close();
    },
  };
}
