import { basename, extname, join } from 'node:path';
import { Argument, Command, type Option } from 'commander';
import { filesOf } from '../local/tunnel-files';
import type { Define } from '../options';

/** What a shell needs to ask `complete` for the words that may stand where somebody presses Tab. @param program its path */
const SCRIPTS: Readonly<Record<string, (program: string) => string>> = {
  bash: (program) => `_edge_ramp() {
  local word
  COMPREPLY=()
  while IFS= read -r word; do
    COMPREPLY+=("$word")
  done < <('${program}' complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _edge_ramp edge-ramp
`,
  zsh: (program) => `_edge_ramp() {
  local -a found
  found=(\${(f)"$('${program}' complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)"})
  if (( $#found )); then compadd -- $found; else _files; fi
}
compdef _edge_ramp edge-ramp
`,
};

export const completion: Define = ({ out, product }, exit) =>
  new Command('completion')
    .description('a script by which a shell completes commands, options and tunnels')
    .addArgument(new Argument('<shell>', 'which shell').choices(Object.keys(SCRIPTS)))
    .addHelpText('after', '\nIn bash, for example: source <(npx edge-ramp completion bash)')
    .action((shell: string) => {
      out.write(SCRIPTS[shell]!(join(product, 'bin', 'edge-ramp.js').replaceAll("'", "'\\''")), 'exact');
      return exit(0);
    });

/** Asked by those scripts. */
export const complete: Define = ({ out, tunnels }, exit) =>
  new Command('complete')
    .argument('[words...]', 'what is typed so far, the last word unfinished')
    .action((words: readonly string[], _: unknown, self: Command) => {
      const current = words.at(-1) ?? '';
      const found = possible(self.parent!, words.slice(0, -1), current.startsWith('-'), tunnels);
      for (const word of found) if (word.startsWith(current)) out.write(`${word}\n`, 'exact');
      return exit(0);
    });

/** The words that may follow. None: whatever a person likes, or a file. */
function possible(program: Command, before: readonly string[], option: boolean, tunnels: string): readonly string[] {
  let command = program;
  let place = 0;
  let given: Option | undefined; // it takes a value, which stands in the next word
  for (const word of before) {
    const next = command.commands.find((each) => each.name() === word);
    if (given) given = undefined;
    else if (word.startsWith('-')) given = command.options.find(({ long, required }) => long === word && required);
    else if (next && place === 0) command = next;
    else place++;
  }
  if (given) return given.argChoices ?? [];
  const help = command.createHelp();
  if (option) return help.visibleOptions(command).flatMap(({ long }) => long ?? []);
  const expected = command.registeredArguments[place] ?? command.registeredArguments.find(({ variadic }) => variadic);
  if (expected?.name() === 'tunnel') return filesOf(tunnels).map(({ path }) => basename(path, extname(path)));
  const commands = place === 0 ? help.visibleCommands(command).map((each) => each.name()) : [];
  return [...commands, ...(expected?.argChoices ?? [])];
}
