import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fault, Hosts, HostsOptions } from '../../../lab/hosts/host';
import { simulatedHosts, type World } from '../../../lab/hosts/simulated';
import type { WorldOptions } from '../../../lab/hosts/world';

export const NODE = 'i-0a4e90de0a4e90de0';
export const BASTION = 'i-0ba5710a0ba5710a0';
export const BIGIP = '10.3.88.66';

const scratch: string[] = [];
export const newDirectory = (): string => {
  const directory = mkdtempSync(join(tmpdir(), 'edge-ramp-hosts-'));
  scratch.push(directory);
  return directory;
};

/** A fresh key pair of ssh-keygen. */
export function newKey(): { privateKey: string; publicKey: string } {
  const file = join(newDirectory(), 'key');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', file]);
  return { privateKey: readFileSync(file, 'utf8'), publicKey: readFileSync(`${file}.pub`, 'utf8').trim() };
}
export const clientKey = newKey();
export const hostKey = newKey().publicKey;

export const spec = {
  kind: 'ramp',
  name: 'edge-a',
  bigip: [
    {
      management: BIGIP,
      bastion: BASTION,
      user: 'edge-ramp',
      secret: 'edge-ramp/edge-a/ssh-key',
      hostKey,
      address: '10.3.89.66',
    },
  ],
  ramp: { nodes: [{ instance: NODE, address: '10.3.89.89', interface: 'eth0' }] },
  tunnel: { bigip: '10.3.91.216/24', node: '10.3.91.217', interface: 'tun1' },
  clusterNetworks: ['10.128.0.0/14'],
  virtualServers: ['ose-vserver', 'https-ose-vserver'],
};

export type Bench = Hosts & { readonly world: World };
const opened: Bench[] = [];

/** Opens the hosts of `spec`, closed again after the test. */
export async function open(
  world: WorldOptions = {},
  more: Partial<HostsOptions> & { faults?: readonly Fault[] } = {},
): Promise<Bench> {
  const hosts = await simulatedHosts({
    specs: [spec],
    directory: newDirectory(),
    secret: (name) => (name === 'edge-ramp/edge-a/ssh-key' ? clientKey.privateKey : undefined),
    speed: 1000,
    world: { 'edge-a': world },
    ...more,
  });
  opened.push(hosts);
  return hosts;
}
export async function closeAll(): Promise<void> {
  for (const hosts of opened.splice(0)) await hosts.close();
  for (const directory of scratch.splice(0)) rmSync(directory, { recursive: true, force: true });
}

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly took: number;
}
/** Runs a bash script in a host's environment, as an agent does. */
export function script(hosts: Hosts, name: string, text: string, more: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const began = Date.now();
  return new Promise((resolve) => {
    const child = spawn('/bin/bash', ['-c', text], { env: { ...hosts.host(name)!.environment, ...more } });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk) => (out += String(chunk)));
    child.stderr.on('data', (chunk) => (err += String(chunk)));
    child.on('close', (code) => resolve({ code: code ?? -1, out, err, took: Date.now() - began }));
  });
}

/** Types lines one after the other on a host and gives a transcript like the ones of the field notes. */
export async function transcript(hosts: Bench, name: string, ...lines: string[]): Promise<string> {
  let told = '';
  for (const line of lines) {
    const { code, out, err } = await hosts.world.run(name, line);
    told += `$ ${line}\n${out}${err}[rc ${code}]\n`;
  }
  return told;
}
