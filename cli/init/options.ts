import { Option, type Command } from 'commander';
import type { Output } from '../surroundings';
import { many } from '../report/words';
import { unanswered, type Person, type Given } from './dialogue';
import type { Question } from './questions';
import { SIZED } from './size';

/** Gives a command an option for each question; the values of options that stand several times are kept in order. */
export function addOptions(command: Command, questions: readonly Question[]): Command {
  const each = questions.filter(({ option }, i) => questions.findIndex((other) => other.option === option) === i);
  for (const { option, what, preset } of each)
    command.addOption(
      new Option(`${option} <value>`, preset === undefined ? what : `${what} (default: ${preset})`).argParser(
        (value: string, before: readonly string[] | undefined) => [...(before ?? []), value],
      ),
    );
  return command;
}

/** What a command was given, by option. */
export function givenTo(command: Command): Given {
  const values: Readonly<Record<string, unknown>> = command.opts();
  return Object.fromEntries(
    command.options.flatMap((option) => {
      const value = values[option.attributeName()];
      return Array.isArray(value) ? [[option.long ?? '', value as readonly string[]]] : [];
    }),
  );
}

/**
 * The person at the terminal, if there is something to ask: options that leave nothing open ask nothing.
 * @returns undefined: nothing is asked. It is wrong usage where something is open and nobody can be asked.
 */
export function whoIsAsked(
  command: Command,
  questions: readonly Question[],
  given: Given,
  { ask, err }: { readonly ask: Person['ask'] | undefined; readonly err: Output },
): Person | undefined {
  const open = unanswered(questions, given);
  if (open.length === 0) return undefined;
  if (ask) return { ask, tell: (line) => err.write(`${line}\n`) };
  const missing = [...new Set(open.map(({ option }) => option))].join(', ');
  return command.error(`error: nobody sits at a terminal to be asked, and these are missing: ${missing}`);
}

/** Values for which a tunnel of this size has no place are wrong usage: none is left out in silence. */
export function refuseTooMany(command: Command, asked: readonly Question[], given: Given): void {
  const [spare] = Object.entries(given).filter(([option, values = []]) => {
    const places = asked.filter((question) => question.option === option);
    return !places.some(({ list }) => list) && values.length > places.length;
  });
  if (spare)
    command.error(
      `error: ${spare[0]} has ${many(spare[1]!.length, 'value')}, more than this tunnel has places for: a pair of BIG-IPs has two ${SIZED.bigips}, a pair of ramp nodes two ${SIZED.nodes}.`,
    );
}
