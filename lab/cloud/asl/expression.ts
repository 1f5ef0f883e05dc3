import jsonata = require('jsonata');
import { NotImplemented, queryError } from './error';

/** What an expression can see: the variables in scope, `$states`, and the date in milliseconds since the epoch. */
export interface Scope {
  readonly variables: Readonly<Record<string, unknown>>;
  readonly states: { input: unknown; result?: unknown; errorOutput?: unknown; context: unknown };
  readonly now: () => number;
}
export type StatesField = 'input' | 'result' | 'errorOutput' | 'context';

const BUILT_IN = new Set(
  (
    'sum count max min average string substring substringBefore substringAfter lowercase uppercase length trim pad match ' +
    'contains replace split join formatNumber formatBase formatInteger parseInteger number floor ceil round abs sqrt power ' +
    'boolean not map zip filter single reduce sift keys lookup append exists spread merge reverse each error assert type ' +
    'sort shuffle distinct encodeUrlComponent encodeUrl decodeUrlComponent decodeUrl toMillis fromMillis clone now millis'
  ).split(' '),
);

/** Of the functions that Step Functions adds to JSONata those that are implemented here. */
const ADDED: Record<string, (...args: never[]) => unknown> = { parse: (text: string) => JSON.parse(text) };

/** $now and $millis: one moment for the whole expression, as JSONata has it. */
const moment = (at: number) => ({
  millis: () => at,
  now: (picture?: string, timezone?: string) =>
    compile('$fromMillis($at, $picture, $timezone)').evaluate(undefined, { at, picture, timezone }),
});

/** What `$states.context` holds here. */
const CONTEXT: Record<string, readonly string[]> = {
  Execution: ['Id', 'Name', 'Input', 'StartTime'],
  State: ['Name', 'EnteredTime', 'RetryCount'],
  StateMachine: ['Id', 'Name'],
};

/** The text of a JSONata expression, when the value is one. */
const expressionIn = (value: unknown) =>
  typeof value === 'string' && value.startsWith('{%') && value.endsWith('%}') ? value.slice(2, -2).trim() : undefined;

const compiled = new Map<string, jsonata.Expression>();

function compile(text: string): jsonata.Expression {
  if (!compiled.has(text)) compiled.set(text, jsonata(text));
  return compiled.get(text)!;
}

/**
 * Fills in a JSON value, in which strings of the form `{% ... %}` are expressions.
 * @param field where the value stands in its state, such as `Output/tunnel`
 * @throws StatesError States.QueryEvaluationError when one fails or gives nothing
 */
export async function evaluate(value: unknown, scope: Scope, state: string, field: string): Promise<unknown> {
  const text = expressionIn(value);
  if (text !== undefined) return evaluateOne(text, scope, state, field);
  if (Array.isArray(value)) return Promise.all(value.map((part, i) => evaluate(part, scope, state, `${field}[${i}]`)));
  if (typeof value !== 'object' || value === null) return value;
  const parts = Object.entries(value).map(async ([key, part]) => [
    key,
    await evaluate(part, scope, state, `${field}/${key}`),
  ]);
  return Object.fromEntries((await Promise.all(parts)) as [string, unknown][]);
}

async function evaluateOne(text: string, scope: Scope, state: string, field: string): Promise<unknown> {
  const fail = (why: string) =>
    queryError(
      `An error occurred while executing the state '${state}'. The JSONata expression '${text}' specified for the field '${field}' ${why}`,
    );
  let value: unknown;
  try {
    value = await compile(text).evaluate(undefined, {
      ...ADDED,
      ...moment(scope.now()),
      ...scope.variables,
      states: scope.states,
    });
  } catch (error) {
    const { code = '', message } = error as { code?: string; message: string };
    throw fail(`threw an error during evaluation. ${code} ${message}`);
  }
  if (value === undefined) throw fail('returned nothing (undefined).');
  const marks: { _jsonata_lambda?: true; _jsonata_function?: true } | null = Object(value);
  if (typeof value === 'function' || marks?._jsonata_lambda || marks?._jsonata_function)
    throw fail('returned a function.');
  return JSON.parse(JSON.stringify(value)) as unknown; // JSONata's sequences carry marks of their own: plain JSON goes on
}

type Node = Record<string, unknown> & { type?: string; value?: unknown };

/**
 * Checks the expressions in a JSON value and gives the names of the variables they read.
 * @param fields which parts of `$states` may be used there
 * @throws NotImplemented for a function, a `$states` field or a context field that is unknown here
 */
export function inspect(value: unknown, where: string, fields: readonly StatesField[]): string[] {
  const text = expressionIn(value);
  if (text === undefined)
    return typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, part]) => inspect(part, `${where}/${key}`, fields))
      : [];
  const refuse = (what: string): never => {
    throw new NotImplemented(where, what);
  };
  let root: unknown;
  try {
    root = compile(text).ast();
  } catch (error) {
    return refuse(`no JSONata: ${(error as Error).message}`);
  }
  const own = new Set<string>(); // names that the expression binds itself, by := or as a parameter
  each(root, (node) => {
    if (node.type === 'bind') own.add((node.lhs as Node).value as string);
    if (node.type === 'lambda') (node.arguments as Node[]).forEach((argument) => own.add(argument.value as string));
  });
  const used: string[] = [];
  each(root, (node, top) => {
    const name = node.value as string;
    if (top && ['name', 'wildcard', 'descendant'].includes(node.type!))
      refuse(`"${name}" refers to no document; start from $states or a variable`);
    if (node.type === 'path') checkStates(node.steps as Node[], fields, refuse);
    const called = node.type === 'function' || node.type === 'partial' ? (node.procedure as Node) : undefined;
    if (called?.type === 'variable' && !known(called.value as string) && !own.has(called.value as string))
      refuse(`the function $${called.value as string} is not implemented`);
    if (node.type !== 'variable') return;
    if (top && (name === '' || name === '$')) refuse(`$${name} has no value at the top level`);
    if (name === 'eval') refuse('the function $eval is not implemented');
    if (!['', '$', 'states'].includes(name) && !own.has(name) && !known(name)) used.push(name);
  });
  return used;
}

const known = (name: string) => BUILT_IN.has(name) || Object.hasOwn(ADDED, name);

function checkStates(steps: readonly Node[], fields: readonly StatesField[], refuse: (what: string) => never): void {
  const [first, second, third, fourth] = steps.map(({ type, value }) =>
    type === 'name' || type === 'variable' ? value : undefined,
  ) as string[];
  if (first !== 'states' || second === undefined) return;
  if (!fields.includes(second as StatesField)) refuse(`$states.${second} is not available there`);
  if (second !== 'context' || third === undefined) return;
  if (!CONTEXT[third] || (fourth !== undefined && !CONTEXT[third].includes(fourth)))
    refuse(`$states.context.${third}.${fourth ?? ''} is not implemented`);
}

/** Below these the context is an item of the data, so that a bare field name and `$` mean something. */
const INNER = ['predicate', 'stages', 'group', 'terms', 'pattern', 'update', 'delete'];

/** Visits every node; `top` is false where an enclosing path gives the expression a document. */
function each(node: unknown, visit: (node: Node, top: boolean) => void, top = true): void {
  if (Array.isArray(node)) return node.forEach((item) => each(item, visit, top));
  if (typeof node !== 'object' || node === null) return;
  visit(node as Node, top);
  for (const [key, child] of Object.entries(node)) {
    if (key === 'steps') (child as unknown[]).forEach((step, i) => each(step, visit, top && i === 0));
    else if (key !== 'value') each(child, visit, top && !INNER.includes(key));
  }
}
