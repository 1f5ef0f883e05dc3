import type { Declared } from '../lib/tunnel/declaration/tunnel';
import { readMemory } from '../lib/tunnel/run/memory';
import { declaredTunnel } from './aws/tunnels';
import type { Ended, Input } from './execution';
import { commandsOfPlan } from './local/commands-of-plan';
import type { Place } from './place';
import type { RunDocument } from './report/documents';
import { stepsOf } from './report/steps';
import { styleFor } from './report/style';
import { byMemory, endSentence, type Next, type Run } from './report/summary';
import { changesText, commandsText, endText } from './report/text';
import { resultOf, type Result } from './result';
import type { Surroundings } from './surroundings';
import { again, type Where } from './where';

/** What was asked of a run, and what is told of it. */
export interface Running {
  readonly input: Input;
  readonly options: Where & {
    readonly json?: boolean;
    /** Show the commands that the plan would run. */
    readonly commands?: boolean;
    /** Of a plan: changes have an exit code of their own. */
    readonly detailedExitcode?: boolean;
  };
  readonly surroundings: Surroundings;
}

export interface ToldOutcome {
  readonly exitCode: number;
  readonly document: RunDocument;
}

/** The exit code of a plan with changes, where it was asked for: 2, which others have for that, is for mistakes here. */
const WOULD_CHANGE = 4;

/** Tells what a run came to, as text unless programs ask. */
export async function tellOutcome(
  { input, options, surroundings }: Running,
  place: Place,
  ended: Ended,
  result: Result = resultOf(ended.execution, ended.item),
): Promise<ToldOutcome> {
  const { out, project } = surroundings;
  const { tunnel, action, teardown = false, repair } = input;
  const memory = readMemory(ended.item);
  const { status, exitCode, changes, digest, verification, work, degraded, drained, remaining } = result;
  const wanted = options.commands === true;
  const applied = memory.applied === null ? null : (JSON.parse(memory.applied) as Declared);
  const commands =
    wanted && status === 'Planned' && work !== null
      ? commandsOfPlan(project, await declaredOrApplied(place, input, applied), applied, digest ?? '', work)
      : [];
  const sentence: Run = {
    tunnel,
    action,
    teardown,
    ...byMemory(memory),
    again: nextCommand(input, options),
  };
  if (options.json !== true) {
    const style = styleFor(out);
    out.write(changesText(result, sentence, style));
    if (commands.length > 0) out.write(`\n${commandsText(commands, style)}`, 'exact');
    out.write(endText(result, ended, sentence, style));
  }
  const document: RunDocument = {
    tunnel,
    action,
    ...(teardown ? { teardown } : {}),
    ...(repair === undefined ? {} : { repair }),
    status,
    changes,
    steps: stepsOf(ended.events),
    ...ended.figures,
    verification,
    ...(degraded.length === 0 ? {} : { degraded }),
    ...(digest === null ? {} : { digest }),
    ...(wanted ? { commands } : {}),
    ...(drained.length === 0 ? {} : { drained }),
    ...(remaining === null || remaining.length === 0 ? {} : { remaining }),
    ...(exitCode === 0 ? {} : { error: endSentence(result, sentence) }),
  };
  const wouldChange = options.detailedExitcode === true && status === 'Planned' && changes.length > 0;
  return { exitCode: wouldChange ? WOULD_CHANGE : exitCode, document };
}

/** How to call edge-ramp after this run. A plan is made again of the same, and nodes that are gone for good stay so. */
export function nextCommand(
  { tunnel, teardown = false, forget = [], repair }: Input,
  where: Where,
): (next: Next, ...options: readonly string[]) => string {
  const carriedOver = (next: Next): readonly string[] =>
    ['plan', 'apply', 'teardown'].includes(next)
      ? [...(teardown && next === 'plan' ? ['--teardown'] : []), ...forget.map((instance) => `--forget ${instance}`)]
      : [];
  return (next, ...more) =>
    again(next === 'apply' && repair !== undefined ? 'repair' : next, tunnel, where, ...more, ...carriedOver(next));
}

/** The tunnel that a plan is about. What is torn down may be declared no more: then it is as it was last applied. */
async function declaredOrApplied(
  { aws, deployment }: Place,
  { tunnel, teardown = false }: Input,
  applied: Declared | null,
): Promise<Declared> {
  const found = (await declaredTunnel(aws, tunnel)) ?? (teardown ? applied : null);
  if (found === null) throw new Error(`${tunnel} is not declared in ${deployment.region}: deploy its declaration.`);
  return found;
}
