import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAddress } from '../address';
import { verdict } from './iptables';
import { addressesOn, linkNamed, routeTo, type Node } from './node';

/** Lab seconds for which a mark stands; its reporter renews it earlier. */
const MARK_SECONDS = 10;

/** Whether something is missing of a tunnel: the device, the route by it, and what translates the source: four flows with an address, or a rule. */
function broken(node: Node, device: string, source: string, cookie: string, address: string): boolean {
  if (!linkNamed(node, device)?.up || routeTo(node, source)?.dev !== device) return true;
  if (address !== '-' && !addressesOn(node, 'tun0').includes(address)) return true;
  if (cookie === '-') {
    const packet = { protocol: 'icmp', source, destination: node.settings.pods[0] ?? '', output: 'tun0' } as const;
    return verdict(node.chains.nat, 'POSTROUTING', packet)?.[0] !== 'SNAT';
  }
  const fields = [
    ['nw_src', source],
    ['arp_spa', address],
    ['arp_tpa', address],
    ['nw_dst', address],
  ] as const;
  const own = node.flows.filter((flow) => flow.priority === 2000 && BigInt(flow.cookie) === BigInt(cookie));
  return fields.some(([field, value]) => value !== '-' && !own.some((flow) => flow.match[field] === value));
}

/**
 * What time does on a node: addresses with a lifetime go, and services named edge-ramp-* look after their tunnel. This is a simplification of the
 * program that such a service runs, whatever that is: its command line ends in MARK INTERFACE SOURCE COOKIE ADDRESS NAME ("-": not used). While
 * something is missing it puts the address MARK on lo for some seconds; and it says what it found in run/edge-ramp/NAME.report below `root`.
 */
export function passTime(node: Node, root: string, now: number): void {
  for (const { process = '' } of Object.entries(node.units).flatMap(([name, unit]) =>
    name.startsWith('edge-ramp-') ? unit : [],
  )) {
    const words = process.trim().split(/\s+/).slice(-6);
    const [mark = '', device = '', source = '', cookie = '', address = '', name = ''] = words;
    if (!isAddress(mark) || !isAddress(source)) continue;
    node.addresses = node.addresses.filter((each) => each.dev !== 'lo' || each.address !== mark);
    const isBroken = broken(node, device, source, cookie, address);
    mkdirSync(join(root, 'run/edge-ramp'), { recursive: true });
    const epoch = Math.floor(Date.now() / 1000);
    const report = join(root, 'run/edge-ramp', `${name}.report`);
    const text = isBroken ? `broken ${epoch} something is missing\n` : `ok ${epoch}\n`;
    if (!existsSync(report) || readFileSync(report, 'utf8') !== text) {
      writeFileSync(`${report}.new`, text);
      renameSync(`${report}.new`, report);
    }
    if (isBroken) node.addresses.push({ dev: 'lo', address: mark, length: 32, until: now + MARK_SECONDS });
  }
  node.addresses = node.addresses.filter(({ until = Infinity }) => until > now);
}
