import { readMemory, type Memory } from '../../lib/tunnel/memory';
import type { Execution } from '../../lib/tunnel/automation';
import type { Declared } from '../../lib/tunnel/tunnel';
import type { Aws } from './aws';
import { declaredTunnel, declaredTunnels } from './declared';
import type { Deployment } from './deployment';
import { describe } from './executions';
import { everyItem, itemOf } from './items';

/** A tunnel as it is declared, and as its item remembers it. */
export interface Known {
  readonly name: string;
  /** undefined: it is not declared (any more). */
  readonly declared: Declared | undefined;
  readonly memory: Memory;
  /** The run that holds the lease, undefined: nobody does, or Step Functions does not know it. */
  readonly owner: (Execution & { readonly began: Date | null }) | undefined;
}

/** Every tunnel that is declared or that the table knows, by name. */
export async function everyTunnel(aws: Aws, deployment: Deployment): Promise<readonly Known[]> {
  const [declared, items] = await Promise.all([declaredTunnels(aws), everyItem(aws, deployment)]);
  const byName = new Map(items.map((item) => [String(item['tunnel']), item]));
  const names = [...new Set([...declared.keys(), ...byName.keys()])].sort();
  return Promise.all(names.map((name) => known(aws, name, declared.get(name), byName.get(name))));
}

/** One tunnel. @returns undefined when it is neither declared nor in the table */
export async function oneTunnel(aws: Aws, deployment: Deployment, name: string): Promise<Known | undefined> {
  const [declared, item] = await Promise.all([declaredTunnel(aws, name), itemOf(aws, deployment, name)]);
  return declared === undefined && item === undefined ? undefined : known(aws, name, declared, item);
}

async function known(
  aws: Aws,
  name: string,
  declared: Declared | undefined,
  item: Readonly<Record<string, unknown>> | undefined,
): Promise<Known> {
  const memory = readMemory(item);
  return { name, declared, memory, owner: memory.owner === null ? undefined : await ownerOf(aws, memory.owner) };
}

async function ownerOf(aws: Aws, arn: string): Promise<Known['owner']> {
  const found = await describe(aws, arn);
  return (
    found && {
      arn,
      status: found.status ?? 'UNKNOWN',
      error: found.error ?? null,
      input: found.input ?? null,
      began: found.startDate ?? null,
      ended: found.stopDate ?? null,
    }
  );
}
