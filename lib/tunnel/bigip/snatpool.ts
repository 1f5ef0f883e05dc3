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
  name: ({ objects }) => objects.snatPool,
  value: (tunnel) => `members ${tunnelAddress(tunnel)}`,
  isPublished: (tunnel, value) => value.startsWith(`members ${tunnelAddress(tunnel)} `),
};
const kind = namedKind(ownPool);

/** The pool of source addresses by which virtual servers send into the tunnel. */
export const snatPool: ObjectKind<BigIpFacts> = {
  ...kind,
  // A pool that a virtual server moves on from goes last, after it (BIP-10).
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

/** How long connections through one translation address get to end, before what carries them goes. */
interface Drain {
  readonly address: string;
  readonly seconds: number;
}

/**
 * The translations that a plan takes away with their pool, after the virtual servers have left it and while the tunnel still carries. An address
 * that another pool goes on to have stays. A pool that is removed last (a successor stands) is not waited for: new connections have come past it
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

/** What the apply script is told: no change of the state, so no operation, but carried out among them. */
function drainWire({ address, seconds }: Drain): string {
  return ['drain', `translation ${address}`, '-', String(seconds)].join('~');
}

function members(value: string | undefined): readonly string[] {
  return property(value, 'members')?.split(',') ?? [];
}
