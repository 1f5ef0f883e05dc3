import { generatedPlansHold } from '../runs/support/generated';

test(
  'generated tunnels through the real scripts: applied, changed, put back and torn down exactly',
  () => generatedPlansHold(20),
  1_800_000,
);
