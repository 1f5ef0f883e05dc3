import { done, Refusal, say, type Answer } from '../answer';
import { forwards, linkNamed, type Node } from './node';
import { MANAGEMENT_PORT } from './settings';

const EVERYWHERE = 'net.ipv4.ip_forward';
const DEVICE = /^net[./]ipv4[./]conf[./](.+)[./]forwarding$/;

/** `sysctl -n KEY` and `sysctl -w KEY=VALUE` for forwarding, everywhere or on a device. */
export function sysctl(node: Node, args: readonly string[]): Answer {
  const [option, word = '', ...more] = args;
  const [key = '', value] = word.split('=');
  const [, name] = DEVICE.exec(key) ?? [];
  const writes = option === '-w' && (value === '0' || value === '1');
  if (more.length > 0 || (!writes && option !== '-n') || (name === undefined && key !== EVERYWHERE))
    throw new Refusal('notModelled', 'sysctl', args.join(' '));
  const link = name === undefined ? undefined : linkNamed(node, name);
  if (name !== undefined && !link) throw new Refusal('sysctlAbsent', name);
  if (!writes) return say((link ? forwards(node, link) : (node.forwards ?? true)) ? '1' : '0');
  if (link) link.forwards = value === '1';
  else forwardEverywhere(node, value === '1');
  return done(`${key.replaceAll('/', '.')} = ${value}`);
}

/** A new value goes to every device (OVN-9 of field-truth); OVN-Kubernetes switches its own on again. The value that stands changes nothing. */
function forwardEverywhere(node: Node, value: boolean): void {
  if (value === (node.forwards ?? true)) return;
  node.forwards = value;
  const { plugin, interface: own } = node.settings;
  for (const link of node.links)
    if (plugin === 'ovn' && [MANAGEMENT_PORT, own].includes(link.name)) link.forwards = true;
    else delete link.forwards;
}
