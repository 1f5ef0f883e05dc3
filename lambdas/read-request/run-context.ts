import { heldBy, leftAlone, mayWork, tollOf, type Execution, type Toll } from '../../lib/tunnel/run/automation';
import { statesPage } from '../../lib/tunnel/run/links';
import { ContractMismatch } from '../../lib/tunnel/errors/errors';
import type { Memory } from '../../lib/tunnel/run/memory';
import { CONTRACT } from '../../lib/tunnel/run/outcome';
import type { Records } from '../../lib/tunnel/plan/situation';
import { checkInput, withDeclaration, type Request } from './request';

/** What the workflow hands over. */
export interface RunContextInput {
  readonly contract: number;
  /** The run's own ARN. */
  readonly execution: string;
  /** The execution's input, which nobody has checked yet. */
  readonly input: unknown;
}

/** All that a run has to know before it looks at a device. */
export interface RunContext {
  readonly request: Request;
  readonly records: Records;
  /** The lease as it was read: it is taken only if it still is so. */
  readonly lease: { readonly owner: string | null; readonly fence: number; readonly closedBy: string | null };
  /** Why a run that no person started leaves the tunnel alone, in words; null: it goes on. */
  readonly heldBack: string | null;
  /** Who works on the tunnel, in words; null: nobody. Not asked where no lease is taken. */
  readonly busy: string | null;
  readonly toll: Toll;
  /** The digest of the plan that was last left to a person; null: none. */
  readonly notified: string | null;
  /** Where the console shows the run. */
  readonly page: string;
  /** The first fields of a result. */
  readonly about: { readonly execution: string; readonly action: Request['action'] };
  /** What a verify tells beside what it sees: the fence, and whether the tunnel was free, before its look, which began later than `at`. */
  readonly seen: { readonly fence: number; readonly free: boolean; readonly at: string };
}

/** What this step asks the world. */
export interface Sources {
  /** The stored declaration of a tunnel, JSON text; undefined: it is not declared. */
  declaration(tunnel: string): Promise<string | undefined>;
  /** The tunnel's item, read consistently. */
  memory(tunnel: string): Promise<Memory>;
  /** @returns undefined when Step Functions does not know the execution (any more, or yet) */
  describe(arn: string): Promise<Execution | undefined>;
  now(): Date;
}

/**
 * Reads what a run is asked for and what stands in the table, and says whether it may go on.
 * @throws InvalidRequest, ContractMismatch, and what the sources throw
 */
export async function readRunContext(
  { contract, execution, input }: RunContextInput,
  sources: Sources,
): Promise<RunContext> {
  if (contract !== CONTRACT)
    throw new ContractMismatch(
      'contract-mismatch',
      `this run speaks contract ${contract}, the handlers ${CONTRACT}: the app was deployed in the middle of the run; start a new execution`,
    );
  const asked = checkInput(input);
  const [stored, memory] = await Promise.all([
    asked.inline === undefined ? sources.declaration(asked.tunnel) : undefined,
    sources.memory(asked.tunnel),
  ]);
  const { original, before, applied } = memory;
  const request = withDeclaration(asked, stored, { original, before, applied });
  return contextOf(request, memory, execution, sources);
}

/** What a request means for a tunnel of which the table remembers this. @throws what the sources throw */
export async function contextOf(
  request: Request,
  memory: Memory,
  execution: string,
  { describe, now }: Pick<Sources, 'describe' | 'now'>,
): Promise<RunContext> {
  const { owner, fence, closedBy, original, before, applied, notified } = memory;
  const at = now();
  const alone = takesLease(request) ? leftAlone(memory, request, execution, at) : null;
  const contended = takesLease(request) && alone === null && owner !== null && owner !== execution;
  const held = contended && mayWork(await describe(owner), fence, at) ? heldBy(owner) : null;
  const byPerson = request.trigger === null && request.repair === null;
  return {
    request,
    records: { original, before, applied },
    lease: { owner, fence, closedBy },
    heldBack: alone ?? (byPerson ? null : held),
    busy: byPerson ? held : null,
    toll: tollOf(memory, request, execution, at),
    notified,
    about: { execution, action: request.action },
    page: statesPage(execution, 'v2/executions/details'),
    seen: { fence, free: owner === null, at: at.toISOString() },
  };
}

/** Who only looks, pauses or resumes needs no lease. */
function takesLease({ action }: Request): boolean {
  return action === 'apply' || action === 'teardown';
}
