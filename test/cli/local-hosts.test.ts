import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hostsKind } from '../../cli/local/lab';
import { call, temporary } from './fake';

/** A state folder in which an earlier call left hosts. */
function kept(kind?: 'kernel'): string {
  const state = temporary();
  mkdirSync(join(state, 'hosts'));
  writeFileSync(join(state, 'hosts', 'hosts.json'), '{}');
  if (kind) writeFileSync(join(state, 'hosts', 'kind'), `${kind}\n`);
  return state;
}
const kindOf = (state: string, asked?: 'simulated' | 'kernel', fresh = false): string => hostsKind(state, asked, fresh);

describe('the hosts of a state folder', () => {
  test('are simulated where nothing else is said or known', () => expect(kindOf(temporary())).toBe('simulated'));
  test('are of the kind that is asked for', () => expect(kindOf(temporary(), 'kernel')).toBe('kernel'));
  test('stay of the kind that they are', () => {
    expect(kindOf(kept('kernel'))).toBe('kernel');
    expect(kindOf(kept())).toBe('simulated');
  });
  test.each([
    ['kernel', 'simulated'],
    [undefined, 'kernel'],
  ] as const)('are not taken for another kind (%s, asked for %s), unless they are to be forgotten', (there, asked) => {
    const state = kept(there);
    expect(() => kindOf(state, asked)).toThrow(
      `${state} keeps ${there ?? 'simulated'} hosts: say --fresh to forget them, or name another folder with --state.`,
    );
    expect(kindOf(state, asked, true)).toBe(asked);
  });
});

test('a run says in its first line that its hosts are simulated, and lets time pass faster', async () => {
  const { out, options } = await call(['verify', 'edge-a', '--local', '--state', temporary()]);
  expect(out).toMatch(/^On SIMULATED hosts, kept in /);
  expect(options).toMatchObject([{ speed: 4 }]);
  expect(options[0]!.hosts).toBeUndefined();
});

test('on kernel hosts time is real, and the hosts are made by a kernel', async () => {
  const state = temporary();
  const { options } = await call(['verify', 'edge-a', '--local', '--hosts', 'kernel', '--state', state]);
  expect(options).toMatchObject([{ speed: 1, hosts: expect.any(Function) }]);
  expect(existsSync(join(state, 'hosts', 'kind'))).toBe(false); // it is noted when they are made
});
