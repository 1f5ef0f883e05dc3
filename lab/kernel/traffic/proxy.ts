import type { Machine } from '../machine/machine';
import { endHaproxy, startHaproxy } from './haproxy';

/** A virtual server as the stand-in for TMM serves it: always a full proxy. */
export interface Virtual {
  readonly address: string;
  readonly port: number;
  /** Where connections to members come from: these addresses in turn; the machine's choice; the client's own address. */
  readonly translation: { readonly snat: readonly [string, ...string[]] } | 'automap' | 'none';
  /** ADDRESS:PORT each, the next one for each connection. */
  readonly members: readonly [string, ...string[]];
}

/**
 * Serves these virtual servers in a BIG-IP's namespace from now on, and no others, also at addresses that are not there yet. Open connections stay as
 * they are, those of a virtual server that has gone, too. A member that refuses, or says nothing for 3 s, ends the client's connection without an
 * answer; a BIG-IP resets it.
 * @throws Error with haproxy's own sentence when one cannot listen; those before are served then
 */
export const serveVirtuals = (machine: Machine, host: string, virtuals: readonly Virtual[]): Promise<void> =>
  startHaproxy(machine, host, 'virtuals', virtuals.map(listen).join(''));

/** Ends what a BIG-IP serves, with all connections and without a word to anybody. */
export const endVirtuals = (machine: Machine, host: string): Promise<void> => endHaproxy(machine, host, 'virtuals');

function listen({ address, port, translation, members }: Virtual): string {
  const sources =
    translation === 'automap'
      ? ['']
      : translation === 'none'
        ? [' source 0.0.0.0 usesrc clientip']
        : translation.snat.map((source) => ` source ${source}`);
  const turns = Array.from({ length: members.length * sources.length }, (_, i) => i);
  return `listen ${address}:${port}
  mode tcp
  bind ${address}:${port} transparent
  balance static-rr
  retries 0
${turns.map((i) => `  server ${i} ${members[i % members.length]}${sources[i % sources.length]}\n`).join('')}`;
}
