import { aRunOnDevices, forget, runOf, type Define, type ForgetOption, type RunOptions } from '../options';
import { run } from '../run';

interface Options extends RunOptions, ForgetOption {
  readonly teardown?: boolean;
  readonly commands?: boolean;
}

export const plan: Define = (surroundings, exit) =>
  aRunOnDevices('plan', 'show what an apply, or with --teardown a teardown, would change')
    .addOption(forget())
    .option('--teardown', 'what a teardown would change; its digest is for teardown --expect')
    .option('--commands', 'the exact commands that the plan would run')
    .action((tunnel: string, { teardown, forget, commands, ...options }: Options) =>
      exit(run({ ...runOf('plan', tunnel, options, { teardown, forget }), commands }, surroundings)),
    );
