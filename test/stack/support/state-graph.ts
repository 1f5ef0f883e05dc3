import type { Machine, State } from './definition';

/** Where every failure after the lease was taken leads: drawn as a bold border instead of an arrow from each. */
const FAILURES = 'Was anything changed?';

/** The words of a decision with one rule that is answered by yes or no. */
const YES_OR_NO = /^(Anything|All|Was this)/;

/** A state machine as a mermaid flow chart: branches inside their Parallel state, mishaps left out. */
export function stateGraph(machine: Machine): string {
  const restoring = reachable(machine, 'New fence', 'Record restored', 'Record not restored');
  const names = inOrder(machine);
  const line = (name: string) => `${id(name)}${shape(name, machine.States[name]!)}`;
  return [
    'flowchart TD',
    ...names.filter((name) => !restoring.has(name)).map((name) => `  ${line(name)}`),
    '  subgraph restoring [Restoring]',
    ...names.filter((name) => restoring.has(name)).map((name) => `    ${line(name)}`),
    '  end',
    ...names.flatMap((name) => arrows(name, machine.States[name]!).map((arrow) => `  ${arrow}`)),
    '  classDef guarded stroke-width:3px',
    '  classDef good fill:#d7f0d7,stroke:#2e7d32,color:#000',
    '  classDef bad fill:#f8d7d7,stroke:#b71c1c,color:#000',
    ...(['guarded', 'good', 'bad'] as const).map(
      (style) =>
        `  class ${names
          .filter((name) => styleOf(machine.States[name]!) === style)
          .map(id)
          .join(',')} ${style}`,
    ),
  ].join('\n');
}

const id = (name: string): string => name.replace(/\W+/g, '_').replace(/_$/, '');

function shape(name: string, state: State): string {
  if (state.Type === 'Choice') return `{"${name}"}`;
  if (state.Type === 'Succeed' || state.Type === 'Fail') return `(["${name}"])`;
  if (state.Type === 'Parallel') return `["${name}<br/><i>${state.Branches!.map(taskOf).join(' | ')}</i>"]`;
  return `["${name}"]`;
}

/** What a branch does: its task, also where a decision comes first. */
function taskOf({ States: states }: Machine): string {
  return Object.keys(states).find((name) => states[name]!.Type === 'Task')!;
}

function styleOf(state: State): 'guarded' | 'good' | 'bad' | undefined {
  if (state.Type === 'Succeed') return 'good';
  if (state.Type === 'Fail') return 'bad';
  return state.Catch?.some(({ Next }) => Next === FAILURES) ? 'guarded' : undefined;
}

function arrows(name: string, state: State): string[] {
  const to = (next: string, label = '') => `${id(name)} -->${label && `|${label}|`} ${id(next)}`;
  const [rule] = state.Choices ?? [];
  const answers =
    rule && YES_OR_NO.test(name) ? (rule.Condition.includes('$not(') ? ['no', 'yes'] : ['yes', 'no']) : [];
  const caught = (state.Catch ?? []).map(({ Next }) => Next).filter((next) => next !== FAILURES && next !== state.Next);
  return [
    ...new Set((state.Choices ?? []).map(({ Next }) => to(Next, answers[0]))),
    ...(state.Default ? [to(state.Default, answers[1])] : []),
    ...(state.Next ? [to(state.Next)] : []),
    ...caught.map((next) => `${id(name)} -.-> ${id(next)}`),
  ];
}

const nexts = (state: State): string[] =>
  [
    state.Next,
    ...(state.Choices ?? []).map(({ Next }) => Next),
    state.Default,
    ...(state.Catch ?? []).map(({ Next }) => Next),
  ].filter((next) => next !== undefined);

/** The states in the order in which a run can meet them, breadth first. */
function inOrder(machine: Machine): string[] {
  const order = [machine.StartAt];
  for (const name of order)
    for (const next of nexts(machine.States[name]!)) if (!order.includes(next)) order.push(next);
  return order;
}

/** The states between one and some others, these included; ends and the failures' decision left out. */
function reachable(machine: Machine, from: string, ...until: string[]): Set<string> {
  const found = new Set([from, ...until]);
  for (const name of found) {
    if (until.includes(name)) continue;
    for (const next of nexts(machine.States[name]!)) if (next !== FAILURES) found.add(next);
  }
  return found;
}
