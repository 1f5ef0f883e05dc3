import type { HandMade } from '../../lib/tunnel/bigip/hand-made';
import type { Tunnel } from '../../lib/tunnel/declaration/tunnel';
import { saidAlike, type ToldBy } from './looks';

/** What BIG-IP says, or both units of a pair. */
export type Ends = Pick<HandMade, 'local' | 'remote' | 'inside' | 'networks' | 'virtualServers' | 'deviceGroup'>;

/** @throws Refused where the units disagree */
export function endsOf({ objects }: Tunnel, units: readonly ToldBy<HandMade>[]): Ends {
  const todo =
    'Units of a pair have these in common: make it alike on both by hand, or synchronise from the right one, which overwrites what the other has and cuts traffic that needs it';
  const alike = <T>(what: string, of: (unit: HandMade) => T | undefined, inWords?: (value: T) => string) =>
    saidAlike(
      what,
      units.map(({ title, told }) => ({ title, told: of(told) })),
      todo,
      inWords,
    );
  return {
    local: alike(`the local-address of tunnel ${objects.tunnel}`, ({ local }) => local),
    remote: alike(`the remote-address of tunnel ${objects.tunnel}`, ({ remote }) => remote),
    inside: alike(`the address of self IP ${objects.self}`, ({ inside }) => inside),
    networks:
      alike(
        `what is routed by the tunnel ${objects.tunnel}`,
        ({ networks }) => (networks.length > 0 ? networks : undefined),
        (networks) => networks.toSorted().join(' '),
      ) ?? [],
    virtualServers: alike(
      `what uses the SNAT pool ${objects.snatPool}`,
      ({ virtualServers }) => virtualServers,
      (names) => names.toSorted().join(' ') || 'none',
    ),
    deviceGroup: alike('the device group of /Common', ({ deviceGroup }) => deviceGroup),
  };
}
