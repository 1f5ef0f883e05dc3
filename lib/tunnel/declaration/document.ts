import { isMap, isScalar, isSeq, LineCounter, parseDocument, visit, type Document, type Node, type Pair } from 'yaml';
import { printable } from '../errors/printable';
import { InvalidRequest } from '../errors/errors';
import type { Mistake } from './mistake';

export interface TunnelFile {
  readonly path: string;
  readonly text: string;
}

/** A YAML document: what it says, and where a mistake in it stands. */
export interface ReadDocument {
  readonly value: unknown;
  positionOf(mistake: Pick<Mistake, 'path' | 'value'>): Position;
}

/** The keys of each map in a document: looking one up takes no time, however many there are. */
type Maps = ReadonlyMap<Node, ReadonlyMap<string, Pair<Node, Node | null>>>;

/** Both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** The name of a place in a file, as editors and compilers write it: `tunnels/edge-a.yaml:14:12`. */
export function placeIn(path: string, { line, column }: Position): string {
  return `${path}:${line}:${column}`;
}

/** @throws InvalidRequest with the first reason why the text is not one plain document */
export function readDocument({ path, text }: TunnelFile): ReadDocument {
  const lines = new LineCounter();
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const refuse = (offset: number, why: string): never => {
    throw new InvalidRequest('declaration-unreadable', printable(`${placeIn(path, at(offset))}: ${why}`));
  };
  // The parser's own check for duplicate keys takes 10 s for 40,000 keys.
  const document = parseDocument(text, { strict: true, uniqueKeys: false, prettyErrors: false, lineCounter: lines });
  const [first] = document.errors;
  const quote = first?.code === 'MISSING_CHAR' ? unclosedQuote(document, text) : undefined;
  if (quote !== undefined) refuse(quote, 'is not YAML: the quote that begins here has no end');
  if (first) refuse(first.pos[0], `is not YAML: ${NOT_YAML[first.code] ?? 'this cannot be read'}`);
  const maps = new Map<Node, ReadonlyMap<string, Pair<Node, Node | null>>>();
  visit(document, {
    Map(_, map) {
      const pairs = new Map<string, Pair<Node, Node | null>>();
      for (const pair of map.items as Pair<Node, Node | null>[]) {
        const [name, earlier] = [String(pair.key), pairs.get(String(pair.key))];
        if (earlier)
          refuse(startOf(pair.key), `the key "${name}" stands twice, first in line ${at(startOf(earlier.key)).line}`);
        pairs.set(name, pair);
      }
      maps.set(map, pairs);
    },
    Alias: (_, alias) => refuse(startOf(alias), 'must not use YAML aliases (&name, *name): write the value itself'),
    // `cookie: 0x999` is text, not a number.
    Scalar(_, scalar) {
      if (scalar.format === 'HEX') scalar.value = scalar.source;
    },
  });
  return {
    value: document.toJS({ maxAliasCount: 0 }),
    positionOf: (mistake) => at(offsetOf(document.contents, maps, mistake)),
  };
}

/** Why a text is not YAML, by the parser's code: its own sentences speak of the parser. */
const NOT_YAML: Readonly<Record<string, string>> = {
  BAD_DQ_ESCAPE: 'a backslash in double quotes must begin an escape sequence; single quotes take it as it is',
  BAD_INDENT: 'this is not indented as what it belongs to, or a bracket before it is not closed',
  BAD_SCALAR_START: 'a value that begins with this character must be in quotes',
  BLOCK_AS_IMPLICIT_KEY:
    'a key stands where a value ends: it is indented too deep, or it is no key and the value with a colon in it needs quotes',
  BLOCK_IN_FLOW: 'within brackets a list has commas, and no "- "',
  MISSING_CHAR:
    'this is not indented as the lines above it, or a character is missing: a bracket, a comma, a colon behind a key, or a blank behind a colon or before #',
  MULTILINE_IMPLICIT_KEY: 'a key and its colon must stand in one line',
  MULTIPLE_DOCS: 'a second document begins here (---); a file declares one tunnel',
  RESOURCE_EXHAUSTION: 'this is nested too deep',
  TAB_AS_INDENT: 'a tab stands before this; only blanks may indent',
  UNEXPECTED_TOKEN: 'this does not belong here; is a quote, bracket or comma before it too many, or missing?',
};

/** Where a quoted text begins that goes on to the end of the file: the parser finds that out only there. */
function unclosedQuote(document: Document, text: string): number | undefined {
  let start: number | undefined;
  visit(document, {
    Scalar(_, { type, range }) {
      if (type?.startsWith('QUOTE') === true && range && range[1] >= text.length) start = range[0];
    },
  });
  return start;
}

/**
 * Where a mistake stands: at the value; what has no value to show is at its key, and what is not there at all at the key, or the list item, that
 * it would be in.
 */
function offsetOf(root: Node | null, maps: Maps, { path, value }: Pick<Mistake, 'path' | 'value'>): number {
  let node = root;
  let offset = startOf(node);
  for (const part of path) {
    if (isMap(node)) {
      const pair = maps.get(node)?.get(String(part));
      if (pair === undefined) return offset;
      offset = startOf(pair.key);
      node = pair.value;
    } else if (isSeq(node)) {
      const item = node.items[Number(part)] as Node | undefined;
      if (item === undefined) return offset;
      node = item;
      offset = startOf(item);
    } else return offset;
  }
  return value === undefined || node === null || (isScalar(node) && node.source === '') ? offset : startOf(node);
}

function startOf(node: unknown): number {
  return (node as Node | null)?.range?.[0] ?? 0;
}
