import { NotUnderstood } from '../errors/errors';
import { excerpt } from '../device/answer';

/** A block of a tmsh listing: words and inner blocks, in order. `{ address 10.0.0.1/24 allow-service { default } }` has four entries. */
export type Block = readonly (string | Block)[];

/** One listed object: `net tunnels tunnel SDN { ... }` is path `net tunnels tunnel SDN` and its block. */
export interface ListedObject {
  readonly path: string;
  readonly block: Block;
}

/**
 * Reads what `list` prints, in its many-line and its one-line form (BIP-5: words with blanks stand in double quotes).
 * @throws NotUnderstood on unbalanced braces or quotes, or text outside an object
 */
export function parseListing(device: string, lines: readonly string[]): readonly ListedObject[] {
  const text = lines.join('\n');
  const fail = (what: string): never => {
    throw new NotUnderstood('answer-unknown', `${device}: ${what} in: ${excerpt(text)}`);
  };
  const words = text.match(/"(?:[^"\\]|\\.)*"|[{}]|[^\s{}"]+|"/g) ?? [];
  const listed: ListedObject[] = [];
  const open: (string | Block)[][] = [[]];
  for (const word of words) {
    const current = open.at(-1)!;
    if (word === '"') fail('an open quote');
    else if (word === '{') open.push([]);
    else if (word === '}') {
      if (open.length === 1) fail('a closing brace too many');
      const block = open.pop()!;
      if (open.length > 1) open.at(-1)!.push(block);
      else listed.push({ path: open[0]!.splice(0).join(' '), block });
    } else current.push(word.startsWith('"') ? word.slice(1, -1).replace(/\\(.)/g, '$1') : word);
  }
  if (open.length > 1) fail('an open brace');
  if (open[0]!.length > 0) fail('text that belongs to no object');
  return listed;
}

/** Properties that are listed without a value. */
const FLAGS = ['blackhole'];

/** The properties of a block: name to the words of its value (an inner block's words where the value is one). */
export function properties(block: Block): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (let i = 0; i < block.length; i += 2) {
    const [name, value] = [block[i], block[i + 1]];
    if (typeof name !== 'string') continue;
    if (FLAGS.includes(name)) {
      found.set(name, []);
      i -= 1;
      continue;
    }
    found.set(name, [value ?? []].flat(10) as string[]);
  }
  return found;
}

/** Names print absolute from another folder (`/Common/SDN`): without the folder that is the default anyway. */
export function relative(name: string): string {
  return name.startsWith('/Common/') ? name.slice('/Common/'.length) : name;
}
