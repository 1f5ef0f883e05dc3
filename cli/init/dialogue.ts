import type { Draft, Path } from '../../lib/tunnel/declaration/draft';
import type { Mistake } from '../../lib/tunnel/declaration/mistake';
import { filled, type Question } from './questions';

/** The values that options gave, by option. */
export type Given = Readonly<Record<string, readonly string[] | undefined>>;

/** What the rules say against a draft. @param answered the fields that have their answers */
export type Rules = (draft: Draft, answered: readonly Path[]) => readonly Mistake[];

/** The person at the terminal. */
export interface Person {
  /** Puts a question. */
  readonly ask: (question: string) => Promise<string>;
  /** Shows a line. */
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

/**
 * Asks for what no option gave. Each answer is checked at once; one that breaks a rule is asked for again, with the rule's sentence.
 */
export async function askedFor(
  blank: Draft,
  questions: readonly Question[],
  given: Given,
  rules: Rules,
  { ask, tell }: Person,
): Promise<Draft> {
  let draft = blank;
  const answered: Path[] = [];
  for (const question of questions) {
    answered.push(question.path);
    let answer = valueOf(question, given[question.option]);
    for (let mistakes: readonly Mistake[] | undefined; mistakes === undefined || mistakes.length > 0;) {
      answer ??= await ask(prompt(question));
      const next = withAnswer(draft, question, answer);
      mistakes = rules(next, answered);
      for (const mistake of mistakes) tell(sentence(mistake, question));
      if (mistakes.length === 0) draft = next;
      answer = undefined;
    }
  }
  return draft;
}

function withAnswer(draft: Draft, question: Question, typed: string): Draft {
  const answer = typed === '' ? question.preset : typed;
  if (answer === undefined && question.optional === true) return draft;
  return filled(draft, question.path, read(question, answer ?? ''));
}

function prompt({ what, preset, list, optional }: Question): string {
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
