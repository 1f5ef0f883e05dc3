import { within, draftMistakes, type Draft } from '../../lib/tunnel/declaration/draft';
import { sharedMistakes } from '../../lib/tunnel/declaration/between';
import type { Mistake } from '../../lib/tunnel/declaration/mistake';
import { mistakeLine } from '../../lib/tunnel/declaration/mistake-lines';
import { checkDocument } from '../../lib/tunnel/declaration/parse';
import type { Declared } from '../../lib/tunnel/declaration/tunnel';
import { valueAt } from '../../lib/tunnel/declaration/schema';
import { askedFor, type Person } from './dialogue';
import { filled, type Question } from './questions';

export { draftMistakes };

/** A draft that keeps every rule, with each answer as edge-ramp reads it; or what is against it. */
export type Completed = { readonly draft: Draft } | { readonly draft: Draft; readonly mistakes: readonly Mistake[] };

/**
 * Holds a draft against the declarations beside it. Where somebody can be asked, a field that collides with another tunnel's is asked for again.
 * @param others the tunnels that are declared already
 * @param asked the questions behind the draft
 * @param further fields with defaults that may be taken
 * @public loaded when it is needed
 */
export async function completed(
  given: Draft,
  others: readonly Declared[],
  asked: readonly Question[],
  further: readonly Question[],
  terminal: Person | undefined,
): Promise<Completed> {
  let draft = given;
  for (;;) {
    const checked = checkDocument(draft);
    const mistakes = 'value' in checked ? againstOthers(checked.value, others) : checked.mistakes;
    if (mistakes.length === 0) return { draft: 'value' in checked ? asRead(draft, checked.value, asked) : draft };
    const again = [...asked, ...further].find(({ path }) => within(mistakes[0]!.path, path));
    if (terminal === undefined || again === undefined) return { draft, mistakes };
    terminal.tell(`  ${mistakeLine(draft.name, mistakes[0]!)}`);
    draft = await askedFor(draft, [again], {}, draftMistakes, terminal);
  }
}

function againstOthers(mine: Declared, others: readonly Declared[]): readonly Mistake[] {
  return sharedMistakes([...others, mine])
    .filter(({ path }) => path[0] === others.length)
    .map((mistake) => ({ ...mistake, path: mistake.path.slice(1) }));
}

/** A host key is typed with a host before it or a comment behind it; what counts is the key. */
function asRead(draft: Draft, value: Declared, asked: readonly Question[]): Draft {
  return asked.reduce((read, { path }) => {
    const answer = valueAt(value, path);
    return answer === undefined ? read : filled(read, path, answer);
  }, draft);
}
