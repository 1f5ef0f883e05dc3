import { effect, type Operation, type State } from '../device/operation';
import { property } from '../device/words';
import type { ObjectKind } from '../device/kind';
import { tunnelAddress, type Tunnel } from '../declaration/tunnel';
import type { BigIpFacts } from './facts';
import { namedKind, title, type Named } from './own';
import { movesOn } from './translation';

export const ownPool: Named = {
  kind: 'snatpool',
  tmshClass: 'ltm snatpool',
  shown: ['members', 'description'],
  names: ({ objects }) => [objects.snatPool],
  value: (tunnel) => `members ${tunnelAddress(tunnel)}`,
  isPublished: (tunnel, value) => value.startsWith(`members ${tunnelAddress(tunnel)} `),
};
const kind = namedKind(ownPool);

/** The pool of source addresses by which virtual servers send into the tunnel. */
export const snatPool: ObjectKind<BigIpFacts> = {
  ...kind,
  // A pool that a virtual server leaves for another is deleted last (BIP-10).
  turn: ({ verb, stage }) => (verb !== 'delete' ? 'in place' : stage === 'attach' ? 'late' : 'first'),
  stage: ({ verb, object }, all) =>
    verb === 'delete' && movesOn(object.slice('snatpool '.length), all) ? 'attach' : 'shape',
  drains: (spec, state, operations) => drains(spec, state, operations).map(drainWire),
  remarks: (wanted, observed, operations) => [
    ...kind.remarks!(wanted, observed, operations),
    ...drains(wanted.spec, observed.state, operations).map(({ address, seconds }) =>
      seconds === 0
        ? `${title(wanted)}: connections through ${address} are cut at once (drain: 0)`
        : `${title(wanted)}: connections through ${address} get up to ${seconds} s to end; those left are cut`,
    ),
  ],
};

/** The time in which connections through one translation address may end, before their tunnel is removed. */
interface Drain {
  readonly address: string;
  readonly seconds: number;
}

/**
 * The translations that a plan takes away with their pool, after the virtual servers have left it and while the tunnel still carries. An address
 * that another pool still has stays. A pool that is removed last (its successor exists) needs no wait: new connections have come past it
 * since the tunnel changed.
 */
export function drains({ drain }: Tunnel, state: State, operations: readonly Operation[]): readonly Drain[] {
  const isPool = (object: string): boolean => object.startsWith('snatpool ');
  const staying = Object.entries(operations.reduce(effect, state)).flatMap(([object, value]) =>
    isPool(object) ? members(value) : [],
  );
  const going = operations
    .filter(({ verb, stage, object }) => verb === 'delete' && stage === 'shape' && isPool(object))
    .flatMap(({ from }) => members(from));
  return [...new Set(going)]
    .filter((address) => !staying.includes(address))
    .map((address) => ({ address, seconds: drain }));
}

/** The wire form: no change of the state, so no operation, but the script carries it out among them. */
function drainWire({ address, seconds }: Drain): string {
  return ['drain', `translation ${address}`, '-', String(seconds)].join('~');
}

function members(value: string | undefined): readonly string[] {
  return property(value, 'members')?.split(',') ?? [];
}
