import { Command } from 'commander';
import { unknownCommand } from '../suggestions';

/** Of a command within another one, too: `help local host`. */
export const help = (): Command =>
  new Command('help')
    .argument('[command...]', 'which one; without it, all are listed')
    .description('how a command is used, with its options')
    .action((names: readonly string[], _: unknown, self: Command) => {
      let command = self.parent!;
      for (const name of names) {
        const next = command.commands.find((each) => each.name() === name);
        if (next === undefined) return command.error(unknownCommand(name, command));
        command = next;
      }
      return command.help();
    });
