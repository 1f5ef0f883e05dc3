import { aChange, runOf, type ChangeOptions, type Define } from '../options';
import { run } from '../run';

export const teardown: Define = (surroundings, exit) =>
  aChange('teardown', 'take the tunnel away').action(
    (tunnel: string, { allowInterruption, expect, forget, ...options }: ChangeOptions) =>
      exit(run(runOf('teardown', tunnel, options, { allowInterruption, expect, forget }), surroundings)),
  );
