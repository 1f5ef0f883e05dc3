import { aRunOnDevices, runOf, type Define, type RunOptions } from '../options';
import { run } from '../run';

export const verify: Define = (surroundings, exit) =>
  aRunOnDevices('verify', 'prove that the tunnel stands as declared').action((tunnel: string, options: RunOptions) =>
    exit(run(runOf('verify', tunnel, options), surroundings)),
  );
