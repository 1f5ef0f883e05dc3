import { BIGIP, NODE, type Bench } from '../../hosts/bench';

/** A Pod of another node than the ramp node. */
const POD = '10.130.0.7';

export const podAnswers = async (hosts: Bench): Promise<boolean> =>
  (await hosts.world.run(BIGIP, `run util ping -c 1 ${POD}`)).out.includes('1 received');

export const dumps = async (hosts: Bench): Promise<string[]> =>
  (await Promise.all([BIGIP, NODE].map(async (name) => hosts.dump(name)))).flatMap((dump) => dump.split('\n'));

/** Lines that one of two dumps has more often, without their indentation. */
export function difference(before: readonly string[], after: readonly string[]): string[] {
  const [gone, come] = [[] as string[], [...after]];
  for (const line of before) {
    const at = come.indexOf(line);
    if (at < 0) gone.push(line);
    else come.splice(at, 1);
  }
  return [...gone.map((line) => `- ${line.trim()}`), ...come.map((line) => `+ ${line.trim()}`)];
}
