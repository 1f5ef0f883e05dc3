import { ADMIN, member, pair, transcript, type Bench } from './bench';

/** The pair of ramp nodes and the balancer, all of one cluster. */
export const both = { specs: [pair, member] };

/** The first ramp node's name in the cluster. */
export const N = 'ramp-1.example.com';

/** What lines say, without the lines themselves. */
export const told = async (hosts: Bench, ...lines: string[]): Promise<string> =>
  (await transcript(hosts, ADMIN, ...lines)).replace(/^\$.*\n/gm, '');

/** What the cluster holds, line by line, that has this word in it. */
export const linesOf = (hosts: Bench, word: string): string[] =>
  hosts
    .dump(ADMIN)
    .split('\n')
    .filter((line) => line.includes(word));
