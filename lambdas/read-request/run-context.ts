import { heldBy, leftAlone, mayWork, bookkeeping, type Bookkeeping } from '../../lib/tunnel/run/automation';
import { statesPage } from '../../lib/tunnel/run/links';
import type { Memory } from '../../lib/tunnel/run/memory';
import { MOST_WAITS } from '../../lib/tunnel/run/pair';
import type { Records } from '../../lib/tunnel/plan/situation';
import { refuseOtherContract } from '../contract';
import { nextPair, type PairSources, type PairToTake } from '../runs/pair';
import { checkInput, withDeclaration, type Request } from './request';

export interface RunContextInput {
  readonly contract: number;
  /** The run's own ARN. */
  readonly execution: string;
  /** The execution's input, which nobody has checked yet. */
  readonly input: unknown;
  /** How often the run has waited for its pair of BIG-IPs. */
  readonly waited: number;
}

/** Everything that a run needs before it looks at a device. */
export interface RunContext {
  readonly request: Request;
  readonly records: Records;
  /** The lease as it was read: the run takes it only if it is still the same. */
  readonly lease: { readonly owner: string | null; readonly fence: number; readonly closedBy: string | null };
  /** Why a run without a person leaves the tunnel alone, in words; null: it goes on. */
  readonly heldBack: string | null;
  /** The run that works on the tunnel or its pair, in words; null: none, or this run takes no lease. */
  readonly busy: string | null;
  /** True when the run waits for the pair, and reads again. */
  readonly wait: boolean;
  /** The pair that the run takes before the lease, as it was read: only if it is still the same. null: it holds its pair, or has none. */
  readonly pair: Pick<PairToTake, 'key' | 'holder'> | null;
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
export interface Sources extends PairSources {
  /** The stored declaration of a tunnel, JSON text; undefined: it is not declared. */
  declaration(tunnel: string): Promise<string | undefined>;
  /** The tunnel's item, read consistently. */
  memory(tunnel: string): Promise<Memory>;
  now(): Date;
}

/**
 * Reads the run's input, the declaration and the tunnel's item, and decides whether the run may go on.
 * @throws InvalidRequest, ContractMismatch, and what the sources throw
 */
export async function readRunContext(
  { contract, input, ...run }: RunContextInput,
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
  return contextOf(request, memory, run, sources);
}

/**
 * Decides whether a request may go on, by the items of the tunnel and its pair.
 * @throws what the sources throw, and NotUnderstood for a record that is not JSON
 */
export async function contextOf(
  request: Request,
  memory: Memory,
  { execution, waited }: Pick<RunContextInput, 'execution' | 'waited'>,
  sources: Pick<Sources, 'pair' | 'describe' | 'now'>,
): Promise<RunContext> {
  const { owner, fence, closedBy, original, before, applied, notified } = memory;
  const at = sources.now();
  const alone = takesLease(request) ? leftAlone(memory, request, execution, at) : null;
  const contended = takesLease(request) && alone === null && owner !== null && owner !== execution;
  const held = contended && mayWork(await sources.describe(owner), fence, at) ? heldBy(owner) : null;
  const goesOn = takesLease(request) && alone === null && held === null;
  const pair = goesOn ? await nextPair(request.spec, memory, execution, sources, at) : null;
  const wait = pair !== null && pair.held !== null && waited < MOST_WAITS;
  const inTheWay = held ?? (wait ? null : (pair?.held ?? null));
  const byPerson = request.trigger === null && request.repair === null;
  return {
    request,
    records: { original, before, applied },
    lease: { owner, fence, closedBy },
    heldBack: alone ?? (byPerson ? null : inTheWay),
    busy: byPerson ? inTheWay : null,
    wait,
    pair: pair === null ? null : { key: pair.key, holder: pair.holder },
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
