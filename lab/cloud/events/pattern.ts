/** Whether an event (or, within one, a value; undefined where there is none) is of the pattern's kind. */
export type Matcher = (value: unknown) => boolean;

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads an EventBridge event pattern: every named field must match, a field matches when one of the listed values does. A list in the event
 * matches when one of its items does.
 * @throws Error naming the operator and its place, for what the lab does not implement or what is no pattern
 */
export function readPattern(pattern: unknown, where = ''): Matcher {
  if (!isObject(pattern) || Object.keys(pattern).length === 0)
    throw new Error(`the event pattern${where && ` at ${where}`} must be an object with fields`);
  const fields = Object.entries(pattern).map(([name, wanted]) => {
    const place = where === '' ? name : `${where}.${name}`;
    if (name.startsWith('$')) return refuse(name, place);
    return [name, Array.isArray(wanted) ? readLeaf(wanted, place) : readPattern(wanted, place)] as const;
  });
  const matches: Matcher = (value) =>
    Array.isArray(value)
      ? value.some(matches)
      : fields.every(([name, field]) => field(isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined));
  return matches;
}

/** The values that a field may have. */
function readLeaf(wanted: readonly unknown[], place: string): Matcher {
  if (wanted.length === 0) throw new Error(`the event pattern at ${place} must list at least one value`);
  const matchers = wanted.map((each) => (isObject(each) ? readOperator(each, place) : exactly(each, place)));
  return (value) => matchers.some((matches) => matches(value));
}

/** A test of one plain value becomes one of a field: it has to be there, and any item of a list will do. */
const anyOf =
  (test: (value: unknown) => boolean): Matcher =>
  (value) =>
    (Array.isArray(value) ? value : [value]).some((each) => each !== undefined && !isObject(each) && test(each));

function exactly(wanted: unknown, place: string): Matcher {
  if (Array.isArray(wanted)) throw new Error(`the event pattern at ${place} must not have a list in a list`);
  return anyOf((value) => value === wanted);
}

function readOperator(operator: Json, place: string): Matcher {
  const [[name, argument] = ['', undefined], ...more] = Object.entries(operator);
  if (more.length > 0) throw new Error(`the event pattern at ${place} must have one operator in each object`);
  const wrong = (what: string): never => {
    throw new Error(`the event pattern's "${name}" at ${place} must have ${what}`);
  };
  switch (name) {
    case 'exists':
      if (typeof argument !== 'boolean') return wrong('true or false');
      return (value) => (value !== undefined && !isObject(value)) === argument; // of leaves only
    case 'numeric': {
      const holds = readNumeric(argument) ?? wrong('comparisons such as [">", 0, "<=", 5]');
      return anyOf((value) => typeof value === 'number' && holds(value));
    }
    case 'anything-but': {
      const excluded = isObject(argument) ? readText(argument, place) : oneOf(argument, wrong);
      return anyOf((value) => !excluded(value));
    }
    default: {
      const holds = readText(operator, place);
      return anyOf(holds);
    }
  }
}

function oneOf(argument: unknown, wrong: (what: string) => never): (value: unknown) => boolean {
  const values: readonly unknown[] = Array.isArray(argument) ? argument : [argument];
  if (values.length === 0 || values.some((each) => typeof each !== 'string' && typeof each !== 'number'))
    return wrong('texts or numbers');
  return (value) => values.includes(value);
}

/** `prefix`, `suffix` and `equals-ignore-case`; the first two may hold the third, and within `anything-but` lists. */
function readText(operator: Json, place: string): (value: unknown) => boolean {
  const [[name, argument] = ['', undefined]] = Object.entries(operator);
  const test = TEXT[name];
  if (!test) return refuse(name, place);
  const ignoring = isObject(argument) && name !== 'equals-ignore-case' ? argument['equals-ignore-case'] : undefined;
  const given = ignoring ?? argument;
  const texts = (Array.isArray(given) ? given : [given]) as readonly unknown[];
  if (!texts.every((each): each is string => typeof each === 'string'))
    throw new Error(`the event pattern's "${name}" at ${place} must have text`);
  const fold = (text: string): string => (ignoring === undefined ? text : text.toLowerCase());
  return (value) => typeof value === 'string' && texts.some((text) => test(fold(value), fold(text)));
}
const TEXT: Readonly<Record<string, (value: string, text: string) => boolean>> = {
  prefix: (value, text) => value.startsWith(text),
  suffix: (value, text) => value.endsWith(text),
  'equals-ignore-case': (value, text) => value.toLowerCase() === text.toLowerCase(),
};

function readNumeric(argument: unknown): ((value: number) => boolean) | undefined {
  if (!Array.isArray(argument) || argument.length === 0 || argument.length % 2) return undefined;
  const words = argument as readonly unknown[];
  const pairs = words.flatMap((word, i) => (i % 2 ? [] : [[word, words[i + 1]] as const]));
  if (!pairs.every(([sign, limit]) => Object.hasOwn(NUMERIC, String(sign)) && typeof limit === 'number'))
    return undefined;
  return (value) => pairs.every(([sign, limit]) => NUMERIC[sign as string]!(value, limit as number));
}
const NUMERIC: Readonly<Record<string, (value: number, limit: number) => boolean>> = {
  '=': (value, limit) => value === limit,
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
};

function refuse(operator: string, place: string): never {
  throw new Error(`the event pattern uses "${operator}" at ${place}, which the lab does not implement`);
}
