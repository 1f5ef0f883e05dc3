import { Refusal } from '../answer';

/** How a value prints: Go's own form of lists and maps with 3.11's client, JSON with later ones. */
function print(value: unknown, asJson: boolean): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null || asJson) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((each) => print(each, false)).join(' ')}]`;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[${entries.map(([key, each]) => `${key}:${print(each, false)}`).join(' ')}]`;
}

/** The steps of a path: `.name` with escaped dots, `['name']`, `[*]`, `[0]`, `[?(@.name=="value")]`. */
const STEP = /^(?:\.((?:\\.|[^.[\]\\\s])+)|\['([^']*)'\]|\[(\*|\d+)\]|\[\?\(@(\.[^=]+)=="([^"]*)"\)\])/;

/** What a path finds; a field that is missing is nothing. */
function find(from: unknown, path: string, whole: string): unknown[] {
  let found = [from];
  for (let rest = path.replace(/^[$@]/, ''); rest;) {
    const [text, name, quoted, place, tested, value] = STEP.exec(rest) ?? [];
    if (text === undefined) throw new Refusal('notModelled', 'oc', `jsonpath ${whole}`);
    rest = rest.slice(text.length);
    const field = name?.replace(/\\(.)/g, '$1') ?? quoted;
    found = found.flatMap((each): unknown[] => {
      if (field !== undefined) {
        const inside = (each as Record<string, unknown> | null)?.[field];
        return inside === undefined ? [] : [inside];
      }
      const list = (Array.isArray(each) ? each : Object.values(each ?? {})) as unknown[];
      if (tested) return list.filter((item) => find(item, tested, whole)[0] === value);
      if (place === '*') return list;
      if (Number(place) >= list.length) throw new Refusal('ocOutOfBounds', whole, Number(place), list.length);
      return [list[Number(place)]];
    });
  }
  return found;
}

/** Evaluates kubectl's `-o jsonpath=` as far as text, paths, quoted words and ranges go. */
export function jsonpath(template: string, root: unknown, asJson: boolean): string {
  const parts = template.match(/\{(?:"[^"]*"|'[^']*'|[^{}"'])*\}|[^{}]+/g) ?? [];
  if (parts.join('') !== template) throw new Refusal('notModelled', 'oc', `jsonpath ${template}`);
  const inner = (part: string | undefined): string => (part?.startsWith('{') ? part.slice(1, -1).trim() : '');
  /** Where the range that begins before `from` ends. */
  const endOf = (from: number): number => {
    let depth = 1;
    const end = parts.findIndex((part, i) => {
      if (i >= from) depth += inner(part).startsWith('range ') ? 1 : inner(part) === 'end' ? -1 : 0;
      return depth === 0;
    });
    return end < 0 ? parts.length : end;
  };
  const evaluate = (from: number, to: number, current: unknown): string => {
    let out = '';
    for (let i = from; i < to; i++) {
      const text = inner(parts[i]);
      if (!text) out += parts[i]!;
      else if (/^["']/.test(text)) out += text.slice(1, -1).replace(/\\n/g, '\n').replace(/\\t/g, '\t');
      else if (text.startsWith('range ')) {
        const end = endOf(i + 1);
        for (const each of find(current, text.slice(6).trim(), template)) out += evaluate(i + 1, end, each);
        i = end;
      } else
        out += find(current, text, template)
          .map((value) => print(value, asJson))
          .join(' ');
    }
    return out;
  };
  return evaluate(0, parts.length, root);
}
