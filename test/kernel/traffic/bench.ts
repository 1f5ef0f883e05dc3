import { openHere } from '../../../lab/kernel/machine/here';
import type { Machine } from '../../../lab/kernel/machine/machine';

const opened: Machine[] = [];

/** Ends all that was opened. */
export async function closeAll(): Promise<void> {
  await Promise.all(opened.splice(0).map((machine) => machine.close()));
}

/** A machine of this kernel, in which these `ip` lines are run first. Needs root. */
export async function open(...ip: readonly string[]): Promise<Machine> {
  const machine = await openHere();
  opened.push(machine);
  for (const line of ip) {
    const { code, err } = await machine.run({ command: ['ip', ...line.split(' ')] as [string, ...string[]] });
    if (code !== 0) throw new Error(`ip ${line}: ${err}`);
  }
  return machine;
}

/** Two namespaces on one wire: `left` is 10.9.0.1 and .11, `right` is 10.9.0.2 and .3. */
export const wire = (): Promise<Machine> =>
  open(
    'netns add left',
    'netns add right',
    'link add wire netns left type veth peer name wire netns right',
    '-n left address add 10.9.0.1/24 dev wire',
    '-n left address add 10.9.0.11/24 dev wire',
    '-n right address add 10.9.0.2/24 dev wire',
    '-n right address add 10.9.0.3/24 dev wire',
    ...['left', 'right'].flatMap((host) => [`-n ${host} link set lo up`, `-n ${host} link set wire up`]),
  );

/** Runs a line of bash in a namespace and gives its stdout. */
export async function line(machine: Machine, host: string, text: string): Promise<string> {
  return (await machine.run({ host, command: ['bash', '-c', text] })).out;
}
