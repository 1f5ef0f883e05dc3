import type { Operation } from '../device/operation';
import { kindOf, type Listed } from './devices';

/**
 * When a device's changes are made, relative to those of the others, on the way to a declared tunnel. BIG-IP's own stages stand. Of a pair,
 * whatever cuts nothing is built before BIG-IP points there: the virtual IP has to be somewhere first. What has left the declaration, or is
 * only taken away in the cluster, waits until traffic goes the new way.
 *
 * @param operations all of one device
 * @param pair whether the declared tunnel has a virtual IP
 */
export function staged(
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
