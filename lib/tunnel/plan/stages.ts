import type { Operation } from '../device/operation';
import { kindOf, type Listed } from './devices';

/**
 * Assigns a device's changes to stages, on the way to a declared tunnel. BIG-IP's operations keep theirs. For a pair, everything that cuts
 * nothing is built before BIG-IP points there: a node must have the virtual IP first. On a device that left the declaration, and where the
 * cluster only loses objects, changes wait until traffic goes the new way.
 *
 * @param operations all of one device
 * @param pair whether the declared tunnel has a virtual IP
 */
export function assignStages(
  listed: Pick<Listed, 'kind' | 'former'>,
  operations: readonly Operation[],
  pair: boolean,
  interrupts: (operation: Operation) => string | undefined,
): readonly Operation[] {
  const { stages } = kindOf(listed).record;
  const all = (stage: Operation['stage']): readonly Operation[] =>
    operations.map((operation) => (operation.stage === 'detach' ? operation : { ...operation, stage }));
  if (listed.former) return all('clean');
  if (stages === 'own') return operations;
  if (stages === 'removed late' && operations.every(({ verb }) => verb === 'delete')) return all('clean');
  const cutsNothing = operations.every(
    (operation) => operation.verb !== 'delete' && interrupts(operation) === undefined,
  );
  return pair && cutsNothing ? all('prepare') : operations;
}
