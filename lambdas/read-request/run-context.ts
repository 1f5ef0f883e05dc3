import {
  heldBy,
  leftAlone,
  mayWork,
  bookkeeping,
  type Bookkeeping,
  type Execution,
} from '../../lib/tunnel/run/automation';
import { statesPage } from '../../lib/tunnel/run/links';
import type { Memory } from '../../lib/tunnel/run/memory';
import type { Records } from '../../lib/tunnel/plan/situation';
import { refuseOtherContract } from '../contract';
import { checkInput, withDeclaration, type Request } from './request';

/** The state's input. */
export interface RunContextInput {
  readonly contract: number;
  /** The run's own ARN. */
  readonly execution: string;
  /** The execution's input, which nobody has checked yet. */
  readonly input: unknown;
}

/** Everything that a run needs before it looks at a device. */
export interface RunContext {
  readonly request: Request;
  readonly records: Records;
  /** The lease as it was read: the run takes it only if it is still the same. */
  readonly lease: { readonly owner: string | null; readonly fence: number; readonly closedBy: string | null };
  /** Why a run without a person leaves the tunnel alone, in words; null: it goes on. */
  readonly heldBack: string | null;
  /** The run that works on the tunnel, in words; null: none, or this run takes no lease. */
  readonly busy: string | null;
  readonly bookkeeping: Bookkeeping;
  /** The digest of the plan that was last left to a person; null: none. */
  readonly notified: string | null;
  /** Where the console shows the run. */
  readonly page: string;
  /** The first fields of a result. */
  readonly about: { readonly execution: string; readonly action: Request['action'] };
  /** For a verify's result: the fence, and whether the tunnel was free, before its look, which began later than `at`. */
  readonly seen: { readonly fence: number; readonly free: boolean; readonly at: string };
}

/** The sources of this step. */
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
 * Reads the run's input, the declaration and the tunnel's item, and decides whether the run may go on.
 * @throws InvalidRequest, ContractMismatch, and what the sources throw
 */
export async function readRunContext(
  { contract, execution, input }: RunContextInput,
  sources: Sources,
): Promise<RunContext> {
  refuseOtherContract(contract);
  const asked = checkInput(input);
  const [stored, memory] = await Promise.all([
    asked.inline === undefined ? sources.declaration(asked.tunnel) : undefined,
    sources.memory(asked.tunnel),
  ]);
  const { original, before, applied } = memory;
  const request = withDeclaration(asked, stored, { original, before, applied });
  return contextOf(request, memory, execution, sources);
}

/** Decides whether a request may go on, by the tunnel's item. @throws what the sources throw */
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
    bookkeeping: bookkeeping(memory, request, execution, at),
    notified,
    about: { execution, action: request.action },
    page: statesPage(execution, 'v2/executions/details'),
    seen: { fence, free: owner === null, at: at.toISOString() },
  };
}

/** A plan, a verify, a pause and a resume need no lease. */
function takesLease({ action }: Request): boolean {
  return action === 'apply' || action === 'teardown';
}
