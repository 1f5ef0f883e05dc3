import type { HostCommand } from '../../lab/hosts/host';
import type { Trip } from '../../lab/index';

/** What a run cost, counted where it was paid and not by the product's own words. */
export interface Figures {
  readonly ssmRoundTrips: number;
  /** The longest chain of commands that waited for one another. */
  readonly criticalPathTrips: number;
  readonly stateTransitions: number;
  /** Command lines that changed a device; null: not known, since only the devices saw them. */
  readonly deviceWrites: number | null;
  /** The operations that were carried out; undefined: no step was told to change anything. One may take several command lines, or share one. */
  readonly deviceOperations?: number;
}

export function figuresOf(trips: readonly Trip[], journal: readonly HostCommand[], stateTransitions: number): Figures {
  return {
    ssmRoundTrips: trips.length,
    criticalPathTrips: longestChain(trips),
    stateTransitions,
    // The bastion's ssh only carries BIG-IP's command line, which has an entry of its own.
    deviceWrites: journal.filter(({ writes, line }) => writes && !line.startsWith('ssh ')).length,
  };
}

/**
 * The most trips of which each was sent when the one before had ended. One that never ended (`ended` 0) has nothing after it.
 * Taking always the one that ends first leaves the most room for those after it.
 */
export function longestChain(trips: readonly Pick<Trip, 'sent' | 'ended'>[]): number {
  const spans = trips
    .map(({ sent, ended }) => ({ sent, ended: ended < sent ? Infinity : ended }))
    .sort((a, b) => a.ended - b.ended || a.sent - b.sent);
  let count = 0;
  let free = -Infinity;
  for (const { sent, ended } of spans) {
    if (sent < free) continue;
    count++;
    free = ended;
  }
  return count;
}
