import type { Command } from 'commander';
import { nearest } from '../lib/tunnel/declaration/nearest';

/** That a command has none of this name, and which was probably meant. */
export function unknownCommand(typed: string, command: Command): string {
  const help = command.createHelp();
  const meant = nearest(
    typed,
    help.visibleCommands(command).map((each) => each.name()),
  );
  return `error: unknown command '${typed}'${meant === undefined ? '' : didYouMean([meant])}`;
}

/** Help of a command that there is not is no help of the program. commander gives that one. */
export function refuseHelpOfUnknown(command: Command): void {
  command.on('beforeHelp', () => {
    const [typed] = command.args;
    const known = command.commands.some((each) => each.name() === typed);
    if (typed !== undefined && !typed.startsWith('-') && command.commands.length > 0 && !known)
      command.error(unknownCommand(typed, command));
  });
}

/** An error of a command line with what was probably meant, where commander's guess is worse or it has none. */
export function withSuggestion(error: string, command: Command): string {
  const [, option] = /^error: unknown option '(--[^'=]+)/.exec(error) ?? [];
  if (option !== undefined) {
    const longer = command
      .createHelp()
      .visibleOptions(command)
      .flatMap(({ long }) => (long?.startsWith(option) === true ? [long] : []));
    return longer.length === 0 ? error : `${error.split('\n')[0]}${didYouMean(longer)}\n`;
  }
  // A command that does something by itself takes the name of one below it for an argument.
  const [typed] = command.args;
  if (!error.startsWith('error: too many arguments') || typed === undefined) return error;
  const unknown = unknownCommand(typed, command);
  return unknown.includes('\n') ? `${unknown}\n` : error;
}

function didYouMean(words: readonly string[]): string {
  return words.length === 1 ? `\n(Did you mean ${words[0]}?)` : `\n(Did you mean one of ${words.join(', ')}?)`;
}
