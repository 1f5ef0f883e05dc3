import { BIGIP, NODE, type Bench } from '../../lab/hosts/bench';

/** A Pod of another node than the ramp node. */
const POD = '10.130.0.7';

export const podAnswers = async (hosts: Bench): Promise<boolean> =>
  (await hosts.world.run(BIGIP, `run util ping -c 1 ${POD}`)).out.includes('1 received');

export const dumps = async (hosts: Bench): Promise<string[]> =>
  (await Promise.all([BIGIP, NODE].map(async (name) => hosts.dump(name)))).flatMap((dump) => dump.split('\n'));
