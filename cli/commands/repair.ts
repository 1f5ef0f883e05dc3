import { Command } from 'commander';
import { agreedTo, anywhere, jsonOption, tunnelArgument, type Define } from '../options';
import { run, type RunOptions } from '../run';

export const repair: Define = (surroundings, exit) =>
  agreedTo(
    anywhere(
      new Command('repair')
        .description('put back what a run that was stopped, or died, had begun')
        .addArgument(tunnelArgument())
        .addOption(jsonOption()),
    ),
    surroundings,
    ({ local, yes }) => local !== true && yes !== true,
  ).action((tunnel: string, options: RunOptions) =>
    exit(run('apply', tunnel, { ...options, repairs: true }, surroundings)),
  );
