import type { Operation } from '../device/operation';
import { property } from '../device/words';

/** A virtual server's source address translation, as `modify ltm virtual` takes it. */
export function translation(pool: string): string {
  return `type snat pool ${pool}`;
}

/** Whether a virtual server switches to a pool that exists or is created, and does not merely leave a deleted one. */
export function arrives({ from, to }: Operation, all: readonly Operation[]): boolean {
  const does = (verb: Operation['verb'], pool: string | undefined): boolean =>
    pool !== undefined && all.some((other) => other.verb === verb && other.object === `snatpool ${pool}`);
  const [old, next] = [property(from, 'pool'), property(to, 'pool')];
  return next !== undefined && (!does('delete', old) || does('create', next));
}

/** Whether a virtual server switches from this pool to another: the pool is deleted after that. */
export function movesOn(pool: string, all: readonly Operation[]): boolean {
  return all.some(
    (operation) =>
      operation.object.startsWith('virtual ') && property(operation.from, 'pool') === pool && arrives(operation, all),
  );
}
