import { generatedPlansHold } from './support/generated';

test('generated tunnels through the real scripts: applied, changed, put back and torn down exactly', () =>
  generatedPlansHold(2));
