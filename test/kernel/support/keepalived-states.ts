import { FOLDER, type Network } from '../../../lab/kernel/network/network';

/** The states that the first virtual address of an ipfailover object went through on a node since its keepalived was started: BACKUP, MASTER, FAULT. */
export async function keepalivedStates(network: Network, node: string, name: string): Promise<readonly string[]> {
  const log = await network.do(node, 'cat', `${FOLDER}/${node}/keepalived-${name}.log`);
  const states = new RegExp(`\\(${name.replace(/\W/g, '_')}_VIP_1\\).*?(?:Entering|Now in) (\\w+) state`, 'gi');
  return [...log.matchAll(states)].map(([, state]) => state!.toUpperCase());
}
