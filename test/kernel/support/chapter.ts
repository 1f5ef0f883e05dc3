import { setTimeout as sleep } from 'node:timers/promises';
import { onBigIp, onNode, type Line } from '../../../bench/contenders/chapter';
import { pasteLines } from '../../../bench/contenders/pasted';
import { siteOf } from '../../../bench/contenders/site';
import { BIGIP, FIRST, single, VIP, type KernelSite } from './site';

/** The published procedure's variables for the single ramp node, and what they stand for in a pair. */
export const chapter = siteOf(single);
/** RAMP_SDN_IP as the procedure takes it: on a /23 in the middle of the node's subnet. */
export const SDN_ADDRESS = '10.129.0.254';

const isFlow = ({ line }: Line): boolean => line.includes('add-flow');
const isLook = ({ looks }: Line): boolean => typeof looks === 'string';

/** All lines: with the seven flows as published, or the corrected four. `pair`: BIG-IP's tunnel ends at the virtual IP. */
export const published = (flows: 'seven' | 'four', pair = false): readonly Line[] => [
  ...onBigIp(pair ? { ...chapter, RAMP_IP: VIP } : chapter),
  ...onNode(chapter, flows === 'four'),
];

/** Types the corrected four, for tun0's port of today. @param leaveOut spoils a line, to show what it is there for */
export async function typeFour(site: KernelSite, leaveOut = (line: string): string => line): Promise<void> {
  const port = (await site.type(FIRST, 'ovs-vsctl get Interface tun0 ofport')).trim();
  const today = (line: string): string =>
    line.replace('in_port=2,', `in_port=${port},`).replace(/output:2"/, `output:${port}"`);
  const lines = onNode(chapter, true).filter((line) => isLook(line) || isFlow(line));
  await pasteLines(
    site.hosts,
    lines.map((each) => (isFlow(each) ? { ...each, line: leaveOut(today(each.line)) } : each)),
  );
}

export const tun0Mac = async (site: KernelSite): Promise<string> =>
  (await site.type(FIRST, `ip -o link show dev tun0 2>/dev/null | sed 's/.*ether //; s/ .*//'`)).trim();

/** Deletes the version note and waits until the SDN's stand-in has built br0 anew. @returns tun0's MAC before */
export async function rebuildBridge(site: KernelSite): Promise<string> {
  const before = await tun0Mac(site);
  await site.type(FIRST, 'ovs-ofctl -O OpenFlow13 del-flows br0 table=253');
  for (let tries = 0; tries < 300; tries++) {
    const note = await site.type(FIRST, 'ovs-ofctl -O OpenFlow13 dump-flows br0 table=253 2>&1 || true');
    const after = await tun0Mac(site);
    if (note.includes('note:') && after && after !== before) return before;
    await sleep(200);
  }
  throw new Error('br0 was not built anew');
}

/** Packets that came out of BIG-IP's end of the tunnel so far. */
export async function arrivedAtBigIp({ hosts: { network } }: KernelSite): Promise<number> {
  const [device] = JSON.parse(await network.do(BIGIP, 'ip', '-j', '-s', 'link', 'show', 'dev', 'SDN')) as {
    stats64: { rx: { packets: number } };
  }[];
  return device!.stats64.rx.packets;
}

/** ICMP "destination unreachable" messages that BIG-IP has sent so far. */
export async function refusedByBigIp({ hosts: { network } }: KernelSite): Promise<number> {
  const [names = '', values = ''] = (await network.do(BIGIP, 'grep', '^Icmp:', '/proc/net/snmp')).split('\n');
  return Number(values.split(' ')[names.split(' ').indexOf('OutDestUnreachs')]);
}
