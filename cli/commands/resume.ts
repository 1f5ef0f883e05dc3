import { aRun, runOf, type Define, type RunOptions } from '../options';
import { run } from '../run';

export const resume: Define = (surroundings, exit) =>
  aRun('resume', 'let the automation look after the tunnel again').action((tunnel: string, options: RunOptions) =>
    exit(run(runOf('resume', tunnel, options), surroundings)),
  );
