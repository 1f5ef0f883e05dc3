import { effect, type Operation, type State } from '../device/operation';
import type { Tunnel } from '../tunnel';
import { property } from '../device/words';

/** How long connections through one translation address get to end, before what carries them goes. */
export interface Drain {
  readonly address: string;
  readonly seconds: number;
}

/** What came of it, of all addresses of a BIG-IP together; null: it would not say. `seconds` were given at most. */
export interface Drained {
  readonly drained: number | null;
  readonly cut: number | null;
  readonly seconds: number;
}

/**
 * The translations that a plan takes away with their pool, after the virtual servers have left it and while the tunnel still carries. An address
 * that another pool goes on to have stays. A pool that is removed last (a successor stands) is not waited for: new connections have come past it
 * since the tunnel changed.
 */
export function drains({ drain }: Tunnel, state: State, operations: readonly Operation[]): readonly Drain[] {
  const staying = pools(operations.reduce(effect, state)).flatMap(([, value]) => members(value));
  const going = operations
    .filter(({ verb, stage, object }) => verb === 'delete' && stage === 'shape' && object.startsWith('snatpool '))
    .flatMap(({ from }) => members(from));
  return [...new Set(going)]
    .filter((address) => !staying.includes(address))
    .map((address) => ({ address, seconds: drain }));
}

/** What the apply script is told: no change of the state, so no operation, but carried out among them. */
export function drainWire({ address, seconds }: Drain): string {
  return ['drain', `translation ${address}`, '-', String(seconds)].join('~');
}

/** What the apply script reports of it; undefined: it had nothing to wait for. */
export function readDrained(text: string): Drained | undefined {
  const found = [...text.matchAll(/^translation \S+: drained ([0-9]+|\?), cut ([0-9]+|\?) within ([0-9]+) s$/gm)];
  const sum = (column: number): number | null =>
    found.reduce<number | null>(
      (total, { [column]: each = '?' }) => (total === null || each === '?' ? null : total + Number(each)),
      0,
    );
  return found.length === 0 ? undefined : { drained: sum(1), cut: sum(2), seconds: sum(3)! };
}

function pools(state: State): readonly (readonly [string, string])[] {
  return Object.entries(state).filter(([object]) => object.startsWith('snatpool '));
}

function members(value: string | undefined): readonly string[] {
  return property(value, 'members')?.split(',') ?? [];
}
