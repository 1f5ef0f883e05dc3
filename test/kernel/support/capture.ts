import { startProgram } from '../../../bench/traffic/program';
import type { KernelSite } from './site';

/** What tcpdump tells of the packets that a device of a host meets while something goes on, a line each. @param filter as pcap-filter(7) has it */
export async function captured(
  { hosts: { machine } }: KernelSite,
  host: string,
  device: string,
  filter: string,
  work: () => Promise<unknown>,
): Promise<readonly string[]> {
  const options = ['-Z', 'root', '-n', '-l', '--immediate-mode', '-i', device]; // there is no user tcpdump: without -Z it would print nothing
  const tcpdump = await startProgram(machine, host, ['tcpdump', ...options, filter]);
  await tcpdump.wait(async () => (await tcpdump.lines()).some((line) => line.startsWith('listening on')), 10_000);
  await work();
  return (await tcpdump.end()).filter((line) => line.includes(' IP '));
}
