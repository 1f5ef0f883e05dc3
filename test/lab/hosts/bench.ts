import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fault, Hosts, HostsOptions } from '../../../lab/hosts/host';
import { simulatedHosts, type SimulatedHosts } from '../../../lab/hosts/simulated';
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

/** `spec` with two units of BIG-IP, the first one active. */
export const UNITS = ['10.3.88.67', '10.3.88.68'] as const;
export const twoUnits = {
  ...spec,
  bigip: UNITS.map((management, i) => ({
    ...spec.bigip[0]!,
    management,
    address: `10.3.89.${67 + i}`,
    inner: `10.3.91.${218 + i}`,
  })),
  bigipPair: { floating: '10.3.89.66', deviceGroup: 'edge-dg', network: 'l2' },
};

export const SECOND = 'i-0b4e90de0b4e90de0';
export const ADMIN = 'i-0ad3100c0ad3100c0';
export const BALANCER = 'i-0ba1a9ce0ba1a9ce0';
export const VIP = '10.3.89.100';
const cluster = { admin: ADMIN, kubeconfig: '/etc/origin/master/admin.kubeconfig' };

/** `spec` with two nodes behind one address. */
export const pair = {
  ...spec,
  ramp: {
    network: 'l2',
    vip: VIP,
    nodes: [
      { instance: NODE, address: '10.3.89.89', interface: 'eth0', node: 'ramp-1.example.com' },
      { instance: SECOND, address: '10.3.89.90', interface: 'eth0', node: 'ramp-2.example.com' },
    ],
  },
  cluster,
  ipfailover: { name: 'f5ipfailover', label: 'f5rampnode', serviceAccount: 'f5ipfailover', vrrpIdOffset: 10 },
};
/** A balancer in the SDN of the same cluster. */
export const member = {
  kind: 'member',
  name: 'edge-m',
  balancer: { instance: BALANCER, node: 'balancer.example.com' },
  cluster,
  clusterNetworks: ['10.128.0.0/14'],
};

export const OC = 'oc --config /etc/origin/master/admin.kubeconfig';
export const CHECK = `/bin/bash -c 'grep -qx .*127.112.0.11 /proc/net/fib_trie && exit 1 || exit 0'`;
/** Makes the address float between the nodes of `pair`. */
export const FLOAT = [
  'oc label node ramp-1.example.com f5rampnode=true --overwrite',
  'oc label node ramp-2.example.com f5rampnode=true --overwrite',
  'oc create serviceaccount f5ipfailover -n default',
  'oc adm policy add-scc-to-user privileged system:serviceaccount:default:f5ipfailover',
  `oc adm ipfailover f5ipfailover -n default --virtual-ips=${VIP} --interface=eth0 --watch-port=0 --check-script="${CHECK}" --check-interval=2 --replicas=2 --service-account=f5ipfailover --selector=f5rampnode=true --vrrp-id-offset=10`,
];

export type Bench = SimulatedHosts;
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
