import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { find, toolsHere } from './tools';

/** A kernel that is installed with its modules; `release`: "6.1.0-56-cloud-amd64". */
export interface Kernel {
  readonly file: string;
  readonly release: string;
}
/** What a guest is started from. `folder`: where things that are only good for exactly this image, kernel and QEMU are kept. */
export interface Image {
  readonly kernel: Kernel;
  readonly initrd: string;
  readonly folder: string;
}

/** One that a guest can be made of: Debian's for the cloud, which is smaller, before others, the newest first. */
export function installedKernel(): Kernel | undefined {
  const releases = (existsSync('/boot') ? readdirSync('/boot') : [])
    .flatMap((name) => /^vmlinuz-(.*-amd64)$/.exec(name)?.[1] ?? [])
    .filter((release) => existsSync(`/lib/modules/${release}/modules.dep`) && readable(`/boot/vmlinuz-${release}`))
    .sort((one, other) => rank(other).localeCompare(rank(one), 'en', { numeric: true }));
  return releases[0] === undefined ? undefined : { file: `/boot/vmlinuz-${releases[0]}`, release: releases[0] };
}
const rank = (release: string): string => `${release.includes('cloud') ? 1 : 0} ${release}`;
function readable(file: string): boolean {
  try {
    readFileSync(file, { flag: 'r' });
    return true;
  } catch {
    return false;
  }
}

/**
 * The image for a kernel, from the cache, or made and kept there.
 * @param with what else its folder depends on: QEMU's version and arguments
 */
export async function imageFor(
  kernel: Kernel,
  arguments_: readonly string[],
  tell: (line: string) => void,
): Promise<Image> {
  const tools = toolsHere();
  const folder = join(cacheFolder(), keyOf(kernel, tools, arguments_));
  const initrd = join(folder, 'initrd');
  if (!existsSync(initrd)) {
    tell(`The guest's system is made of this machine's programs, once: ${folder}`);
    mkdirSync(folder, { recursive: true });
    const own = `${initrd}.${process.pid}`;
    try {
      await promisify(execFile)('bash', [join(__dirname, 'image.sh'), own, kernel.release, ...tools]);
      renameSync(own, initrd);
    } finally {
      rmSync(own, { force: true });
    }
  }
  return { kernel, initrd, folder };
}

const cacheFolder = (): string => join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'edge-ramp/kernel');

/** Everything the image is made of: its recipe, each program, and by the list of packages the libraries and kernel modules, of which there are many. */
function keyOf(kernel: Kernel, tools: readonly string[], arguments_: readonly string[]): string {
  const added = process.env['EDGE_RAMP_LAB_TOOLS'];
  const programs = [kernel.file, ...tools.map((tool) => find(tool)!), find('qemu-system-x86_64')!];
  const hash = createHash('sha256');
  for (const each of ['image.sh', 'init.sh', 'agent.pl']) hash.update(readFileSync(join(__dirname, each)));
  for (const each of programs) hash.update(`${each} ${statSync(each).size} ${statSync(each).mtimeMs}\n`);
  if (existsSync('/var/lib/dpkg/status')) hash.update(readFileSync('/var/lib/dpkg/status'));
  for (const each of added ? readdirSync(added).sort() : [])
    hash.update(`${each}\n`).update(readFileSync(join(added!, each)));
  hash.update(JSON.stringify(arguments_));
  return hash.digest('hex').slice(0, 16);
}

/** "QEMU emulator version 7.2.22 (Debian ...)" */
export const qemuVersion = (): string =>
  execFileSync(find('qemu-system-x86_64')!, ['--version'], { encoding: 'utf8' }).split('\n')[0]!;
