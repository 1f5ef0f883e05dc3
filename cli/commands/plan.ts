import { aRunOnDevices, forget, type Define } from '../options';

export const plan: Define = (...here) =>
  aRunOnDevices('plan', 'show what an apply, or with --teardown a teardown, would change', ...here)
    .addOption(forget())
    .option('--teardown', 'what a teardown would change; its digest is for teardown --expect')
    .option('--commands', 'the exact commands that the plan would run')
    .option('--detailed-exitcode', 'exit code 4 where something would change, 0 where nothing would');
