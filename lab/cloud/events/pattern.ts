/** Whether an event (or, within one, a value; undefined where there is none) is of the pattern's kind. */
export type Matcher = (value: unknown) => boolean;

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads an EventBridge event pattern of plain values: every named field must match, a field matches when it is one of the listed values. A list in
 * the event matches when one of its items does.
 * @throws Error naming the operator and its place, for what the lab does not implement or what is no pattern
 */
export function readPattern(pattern: unknown, where = ''): Matcher {
  if (!isObject(pattern) || Object.keys(pattern).length === 0)
    throw new Error(`the event pattern${where && ` at ${where}`} must be an object with fields`);
  const fields = Object.entries(pattern).map(([name, wanted]) => {
    const place = where === '' ? name : `${where}.${name}`;
    if (name.startsWith('$')) return refuse(name, place);
    return [name, Array.isArray(wanted) ? readValues(wanted, place) : readPattern(wanted, place)] as const;
  });
  const matches: Matcher = (value) =>
    Array.isArray(value)
      ? value.some(matches)
      : fields.every(([name, field]) => field(isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined));
  return matches;
}

/** The values that a field may have. */
function readValues(wanted: readonly unknown[], place: string): Matcher {
  if (wanted.length === 0) throw new Error(`the event pattern at ${place} must list at least one value`);
  for (const value of wanted) {
    if (Array.isArray(value)) throw new Error(`the event pattern at ${place} must not have a list in a list`);
    if (isObject(value)) refuse(Object.keys(value).join(', '), place);
  }
  return (value) => (Array.isArray(value) ? value : [value]).some((each) => wanted.includes(each));
}

function refuse(operator: string, place: string): never {
  throw new Error(`the event pattern uses "${operator}" at ${place}, which the lab does not implement`);
}
