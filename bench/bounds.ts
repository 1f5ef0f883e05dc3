import type { Contender } from './contenders/contender';
import { median, REFERENCE } from './report';
import type { Turn } from './turn';

/** The best of the others loses so many times the pings that the keeper alone loses, where a node has lost its flows. */
export const TIMES_FEWER = 5;

/**
 * Whether a repair is as good as it shall be: the keeper alone loses a fifth of the pings at most; and where a trip to a device takes time, a run is not
 * slower than the fastest of the others. As ratios, since machines differ.
 * @returns a sentence for each that is beyond its bound; a bound of which nothing was measured holds
 */
export function beyondBounds(turns: readonly Turn[], contenders: readonly Contender[]): readonly string[] {
  const repairs = turns.flatMap(({ measured }) => measured).filter(({ action }) => action === 'repair');
  const others = contenders.map(({ name }) => name).filter((name) => name !== REFERENCE);
  const of = (name: string, slow: boolean, what: 'lost' | 'seconds'): number =>
    median(repairs.flatMap((each) => (each.contender === name && each.delay > 0 === slow ? (each[what] ?? []) : [])));
  const best = (slow: boolean, what: 'lost' | 'seconds'): number =>
    Math.min(...others.map((name) => of(name, slow, what)));
  const keepers = contenders.flatMap(({ alone }) => alone?.name ?? []);
  return [
    ...keepers.flatMap((name) => {
      const [lost, least] = [of(name, false, 'lost'), best(false, 'lost')];
      return lost * TIMES_FEWER > least
        ? [`${name} loses ${lost} pings, and the best of the others ${least}: at most a fifth`]
        : [];
    }),
    ...(of(REFERENCE, true, 'seconds') > best(true, 'seconds')
      ? [
          `the repair of ${REFERENCE} takes ${of(REFERENCE, true, 'seconds').toFixed(1)} s where trips take time, the fastest of the others ${best(true, 'seconds').toFixed(1)} s`,
        ]
      : []),
  ];
}
