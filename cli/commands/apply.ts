import { aChange, runOf, type ChangeOptions, type Define } from '../options';
import { run } from '../run';

export const apply: Define = (surroundings, exit) =>
  aChange('apply', 'build, repair or change the tunnel, and prove it').action(
    (tunnel: string, { allowInterruption, expect, forget, ...options }: ChangeOptions) =>
      exit(run(runOf('apply', tunnel, options, { allowInterruption, expect, forget }), surroundings)),
  );
