import { createHash, randomUUID } from 'node:crypto';
import jsonata = require('jsonata');
import { NotImplemented, StatesError } from './error';

/** What an expression can see: the variables in scope and `$states`. */
export interface Scope {
  readonly variables: Readonly<Record<string, unknown>>;
  readonly states: { input: unknown; result?: unknown; errorOutput?: unknown; context: unknown };
}
export type Evaluate = (scope: Scope) => Promise<unknown>;
export type StatesField = 'input' | 'result' | 'errorOutput' | 'context';

/** What the expressions of one definition refer to; `load` compares it with what the states assign. */
export interface Usage {
  readonly variables: Map<string, string>;
}

const BUILT_IN = new Set(
  (
    'sum count max min average string substring substringBefore substringAfter lowercase uppercase length trim pad match ' +
    'contains replace split join formatNumber formatBase formatInteger parseInteger number floor ceil round abs sqrt power ' +
    'boolean not map zip filter single reduce sift keys lookup append exists spread merge reverse each error assert type ' +
    'sort shuffle distinct encodeUrlComponent encodeUrl decodeUrlComponent decodeUrl toMillis fromMillis clone now millis'
  ).split(' '),
);

/** The functions that Step Functions adds to JSONata. */
const ADDED: Record<string, (...args: never[]) => unknown> = {
  parse: (text: string) => JSON.parse(text),
  uuid: () => randomUUID(),
  random: (seed?: number) => (seed === undefined ? Math.random() : seeded(seed)),
  hash: (text: string, algorithm: string) => {
    const name = { MD5: 'md5', 'SHA-1': 'sha1', 'SHA-256': 'sha256', 'SHA-384': 'sha384', 'SHA-512': 'sha512' }[
      algorithm
    ];
    if (!name) throw new Error(`$hash does not know the algorithm ${algorithm}`);
    return createHash(name).update(text).digest('hex');
  },
  range: (from: number, to: number, step: number) => {
    if (!step) throw new Error('$range needs a step other than 0');
    return Array.from({ length: Math.max(0, Math.floor((to - from) / step) + 1) }, (_, i) => from + i * step);
  },
  partition: (list: unknown[], size: number) => {
    if (!(size > 0)) throw new Error('$partition needs a size above 0');
    return Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));
  },
};

const seeded = (seed: number) => createHash('sha256').update(String(seed)).digest().readUInt32BE() / 2 ** 32;

/** What `$states.context` holds here. */
const CONTEXT: Record<string, readonly string[]> = {
  Execution: ['Id', 'Name', 'Input', 'StartTime'],
  State: ['Name', 'EnteredTime', 'RetryCount'],
  StateMachine: ['Id', 'Name'],
};

/**
 * Compiles a JSON value in which strings of the form `{% ... %}` are JSONata expressions.
 * @param state name of the state, for messages
 * @param field where the value stands in the state, such as `Output/tunnel`
 * @param fields which parts of `$states` may be used there
 * @throws NotImplemented for a function, a `$states` field or a context field that is unknown here
 */
export function compile(
  value: unknown,
  state: string,
  field: string,
  fields: readonly StatesField[],
  usage: Usage,
): Evaluate {
  if (Array.isArray(value)) {
    const parts = value.map((part, i) => compile(part, state, `${field}[${i}]`, fields, usage));
    return (scope) => Promise.all(parts.map((part) => part(scope)));
  }
  if (typeof value === 'object' && value !== null) {
    const parts = Object.entries(value).map(
      ([key, part]) => [key, compile(part, state, `${field}/${key}`, fields, usage)] as const,
    );
    return async (scope) =>
      Object.fromEntries(await Promise.all(parts.map(async ([key, part]) => [key, await part(scope)] as const)));
  }
  if (typeof value === 'string' && value.startsWith('{%') && value.endsWith('%}'))
    return expression(value.slice(2, -2).trim(), state, field, fields, usage);
  return async () => value;
}

function expression(
  text: string,
  state: string,
  field: string,
  fields: readonly StatesField[],
  usage: Usage,
): Evaluate {
  const where = `state "${state}", ${field}`;
  let compiled: jsonata.Expression;
  try {
    compiled = jsonata(text);
  } catch (error) {
    throw new NotImplemented(where, `no JSONata: ${(error as Error).message}`);
  }
  inspect(compiled.ast(), where, fields, usage);
  return async (scope) => {
    const fail = (why: string) =>
      new StatesError(
        'States.QueryEvaluationError',
        `An error occurred while executing the state '${state}'. The JSONata expression '${text}' specified for the field '${field}' ${why}`,
      );
    let value: unknown;
    try {
      value = await compiled.evaluate(undefined, { ...ADDED, ...scope.variables, states: scope.states });
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      throw fail(`threw an error during evaluation. ${code ? `${code}: ` : ''}${message}`);
    }
    if (value === undefined) throw fail('returned nothing (undefined).');
    const marks = value as { _jsonata_lambda?: true; _jsonata_function?: true } | null;
    if (typeof value === 'function' || marks?._jsonata_lambda || marks?._jsonata_function)
      throw fail('returned a function.');
    return JSON.parse(JSON.stringify(value)) as unknown; // JSONata's sequences carry marks of their own: plain JSON goes on
  };
}

type Node = Record<string, unknown> & { type?: string; value?: unknown };

/** Walks a parsed expression and refuses, by name, what Step Functions or this interpreter does not have. */
function inspect(root: unknown, where: string, fields: readonly StatesField[], usage: Usage): void {
  const own = new Set<string>(); // names that the expression binds itself, by := or as a parameter
  each(root, (node) => {
    if (node.type === 'bind') own.add((node.lhs as Node).value as string);
    if (node.type === 'lambda') (node.arguments as Node[]).forEach((argument) => own.add(argument.value as string));
  });
  const known = (name: string) => own.has(name) || BUILT_IN.has(name) || Object.hasOwn(ADDED, name);
  each(root, (node, top) => {
    if (top && (node.type === 'name' || node.type === 'wildcard' || node.type === 'descendant'))
      throw new NotImplemented(
        where,
        `"${String(node.value)}" refers to no document; start from $states or a variable`,
      );
    if ((node.type === 'function' || node.type === 'partial') && (node.procedure as Node).type === 'variable') {
      const name = (node.procedure as Node).value as string;
      if (!known(name)) throw new NotImplemented(where, `the function $${name} is not implemented`);
    }
    if (node.type === 'path') checkStates(node.steps as Node[], where, fields);
    if (node.type !== 'variable') return;
    const name = node.value as string;
    if (top && (name === '' || name === '$')) throw new NotImplemented(where, `$${name} has no value at the top level`);
    if (name === 'eval') throw new NotImplemented(where, 'the function $eval is not implemented');
    if (name !== '' && name !== '$' && name !== 'states' && !known(name)) usage.variables.set(name, where);
  });
}

function checkStates(steps: readonly Node[], where: string, fields: readonly StatesField[]): void {
  const [first, second, third, fourth] = steps;
  if (first?.type !== 'variable' || first.value !== 'states' || second?.type !== 'name') return;
  const name = second.value as StatesField;
  if (!fields.includes(name)) throw new NotImplemented(where, `$states.${name} is not available there`);
  if (name !== 'context' || third?.type !== 'name') return;
  const group = CONTEXT[third.value as string];
  if (!group || (fourth?.type === 'name' && !group.includes(fourth.value as string)))
    throw new NotImplemented(
      where,
      `$states.context.${[third, fourth].map((s) => s?.value ?? '').join('.')} is not implemented`,
    );
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
