import type { Draft, Path } from '../../lib/tunnel/declaration/draft';
import type { Mistake } from '../../lib/tunnel/declaration/mistake';
import { filled, type Question } from './questions';

/** The values that options gave, by option. */
export type Given = Readonly<Record<string, readonly string[] | undefined>>;

/** What the rules say against a draft. @param answered the fields that have their answers */
export type Rules = (draft: Draft, answered: readonly Path[]) => readonly Mistake[];

/** The person at the terminal. */
export interface Person {
  readonly ask: (question: string) => Promise<string>;
  readonly tell: (line: string) => void;
}

/** A draft with the answers of all questions, from options and defaults alone. */
export function filledIn(blank: Draft, questions: readonly Question[], given: Given): Draft {
  return questions.reduce((draft, question) => {
    const answer = valueOf(question, given[question.option]) ?? question.preset;
    return answer === undefined ? draft : filled(draft, question.path, read(question, answer));
  }, blank);
}

/** The questions to which nothing gives an answer. */
export function unanswered(questions: readonly Question[], given: Given): readonly Question[] {
  return questions.filter(
    (question) =>
      valueOf(question, given[question.option]) === undefined &&
      question.preset === undefined &&
      question.optional !== true,
  );
}

/** The answer that goes back to the question before: no field of a declaration can be that. */
const BACK = '<';

/**
 * Asks for what no option gave. Each answer is checked at once; one that breaks a rule is asked for again, with the rule's sentence. Whoever goes back
 * finds the answers given so far: an empty one takes them again.
 */
export async function askedFor(
  blank: Draft,
  questions: readonly Question[],
  given: Given,
  rules: Rules,
  { ask, tell }: Person,
): Promise<Draft> {
  const typed = new Map<number, string>();

  /** The draft with all answers from this question on; or that the person goes back from it. */
  async function from(nth: number, draft: Draft): Promise<Draft | typeof BACK> {
    const question = questions[nth];
    if (question === undefined) return draft;
    const checked = (answer: string): Draft | undefined => {
      const next = withAnswer(draft, question, answer);
      const answered = questions.slice(0, nth + 1).map(({ path }) => path);
      const mistakes = rules(next, answered);
      for (const mistake of mistakes) tell(sentence(mistake, question));
      return mistakes.length === 0 ? next : undefined;
    };
    const option = valueOf(question, given[question.option]);
    const withOption = option === undefined ? undefined : checked(option);
    if (withOption !== undefined) return from(nth + 1, withOption);
    for (;;) {
      const asked = { ...question, preset: typed.get(nth) ?? question.preset };
      const answer = (await ask(prompt(asked))) || (asked.preset ?? '');
      if (answer === BACK) return BACK;
      const next = checked(answer);
      if (next === undefined) continue;
      typed.set(nth, answer);
      const rest = await from(nth + 1, next);
      if (rest !== BACK) return rest;
    }
  }

  if (questions.length > 1) tell(`To go back to the question before, answer ${BACK}`);
  for (;;) {
    const draft = await from(0, blank);
    if (draft !== BACK) return draft;
    tell('  There is no question before this one. Ctrl-C leaves, and nothing is written.');
  }
}

function withAnswer(draft: Draft, question: Question, typed: string): Draft {
  if (typed === '' && question.optional === true) return draft;
  return filled(draft, question.path, read(question, typed));
}

/** With the answer that was given before, if there was one. */
type Asked = Omit<Question, 'preset'> & { readonly preset: string | undefined };

function prompt({ what, preset, list, optional }: Asked): string {
  const several = list === true ? ', several with commas' : '';
  const without = preset === undefined ? (optional === true ? ' [none]' : '') : ` [${preset}]`;
  return `${what}${several}${without}: `;
}

/** The rule; where the answer breaks it with another field, that field and its value, too. */
function sentence({ path, value, message }: Mistake, question: Question): string {
  const elsewhere = question.path.every((part, i) => path[i] === part) ? '' : `${path.join('.')} ${String(value)} `;
  return `  ${elsewhere}${message}`;
}

function valueOf({ nth = 0, list }: Question, values: readonly string[] = []): string | undefined {
  return list === true && values.length > 0 ? values.join(',') : values[nth];
}

/** A list is typed with commas. A number in digits is one. */
function read({ list, path }: Question, text: string): unknown {
  if (list === true) return text.split(/[\s,]+/).filter((word) => word !== '');
  return path.at(-1) === 'vrrpIdOffset' && /^\d+$/.test(text) ? Number(text) : text;
}
