import type { Sdn } from './tun0';

/** What the flow back to BIG-IP writes: tun0's MAC address, and its port. */
const BACK = /\bmod_dl_dst:([0-9a-f:]{17}),mod_nw_dst:[0-9.]+,output:([0-9]+)$/;

/**
 * Flows that were recorded when br0 was another bridge, in words of the one that is there now: each has another MAC address for tun0, and may have
 * another port. Which bridge it was, say the flows themselves: first those that the run wrote, since one that it found may have been wrong before.
 *
 * @returns undefined: br0 is the same one, or nobody can tell
 */
export function asInBridge(
  { port, mac }: Sdn,
  wrote: readonly string[],
  found: readonly string[],
): ((text: string) => string) | undefined {
  const of = [wrote, found].map(backs).find(({ length }) => length > 0) ?? [];
  if (of.length === 0 || of.some((former) => former.mac === mac)) return undefined;
  return (text) => of.reduce((said, former) => renamed(said, former, { port, mac }), text);
}

type Ends = Pick<Sdn, 'port' | 'mac'>;

function backs(values: readonly string[]): readonly Ends[] {
  return values.flatMap((value) => {
    const [, mac, port] = BACK.exec(value) ?? [];
    return mac === undefined ? [] : [{ mac, port: port! }];
  });
}

function renamed(text: string, from: Ends, to: Ends): string {
  return text
    .replaceAll(`mod_dl_dst:${from.mac}`, `mod_dl_dst:${to.mac}`)
    .replace(new RegExp(`\\b(in_port=|output:)${from.port}(?![0-9])`, 'g'), `$1${to.port}`);
}
