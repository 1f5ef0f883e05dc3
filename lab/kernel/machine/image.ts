import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Outfit } from './outfit';
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

const UNUSED_MS = 3 * 24 * 3600 * 1000;

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
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * The image for a kernel and an outfit, from the cache, or made and kept there.
 * @param arguments_ what else its folder depends on: QEMU's version and arguments
 */
export async function imageFor(
  kernel: Kernel,
  outfit: Outfit,
  arguments_: readonly string[],
  tell: (line: string) => void,
): Promise<Image> {
  const tools = toolsHere(outfit.tools);
  const folder = join(cacheFolder(), keyOf(kernel, tools, [...arguments_, ...extras(outfit)]));
  const initrd = join(folder, 'initrd');
  if (!existsSync(initrd)) {
    tell(`The guest's system is made of this machine's programs, once: ${folder}`);
    mkdirSync(folder, { recursive: true });
    removeUnused();
    await make(initrd, kernel, outfit, tools);
  }
  utimesSync(folder, new Date(), new Date());
  return { kernel, initrd, folder };
}

/** An outfit as the words of image.sh. */
const extras = ({ iptables, modules, files }: Outfit): readonly string[] => [
  iptables,
  modules.join(' '),
  files.join(' '),
];

async function make(initrd: string, { release }: Kernel, outfit: Outfit, tools: readonly string[]): Promise<void> {
  const words = [join(__dirname, 'image.sh'), initrd, release, ...extras(outfit), ...tools];
  await promisify(execFile)('bash', words, { env: process.env }).catch((error: Error & { stderr?: string }) => {
    throw new Error(`The guest's system could not be made: ${error.stderr?.trim() || error.message}`, { cause: error });
  });
}

/** A new image mostly replaces one, and each has 330 MB. A guest that runs needs nothing of its folder. */
function removeUnused(): void {
  for (const each of readdirSync(cacheFolder()).map((name) => join(cacheFolder(), name)))
    if (statSync(each).mtimeMs < Date.now() - UNUSED_MS) rmSync(each, { recursive: true, force: true });
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
