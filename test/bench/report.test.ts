import type { Contender } from '../../bench/contenders/contender';
import { median, report } from '../../bench/report';
import { ACTIONS, type Measured, type Turn } from '../../bench/turn';

const NAMES = ['pasted', 'Ansible', 'edge-ramp'] as const;
const effort = () => Promise.resolve({ seconds: 0, trips: 0, changed: 0 });
const contenders: readonly Contender[] = NAMES.map((name) => ({
  name,
  notes: [`${name} is odd`],
  apply: effort,
  reapply: effort,
  repair: effort,
  teardown: effort,
}));

/** Every action takes `seconds`; where there was traffic, as many pings are lost. */
const turn = (contender: string, seconds: number, { delay = 0, left = [] as readonly string[] } = {}): Turn => ({
  measured: ACTIONS.map((action): Measured => {
    const traffic = action === 'reapply' || action === 'repair' ? { lost: seconds, silence: 1500 } : {};
    const billed = contender === 'edge-ramp' ? { transitions: 40 } : {};
    return { contender, action, delay, seconds, trips: 7, changed: 5, writes: 5, ...traffic, ...billed };
  }),
  control: {
    sent: 500,
    received: 499,
    lost: 1,
    longestGap: 20,
    gaps: [],
  },
  left,
});
const told = (...turns: readonly Turn[]): string =>
  report(turns, contenders, { machine: 'a guest', load: 0, trip: 2.6 }, [{ what: 'fresh apply', seconds: 21.25 }]);
const rows = (text: string, name: string): readonly string[][] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('|') && line.includes(` ${name} `))
    .map((line) => line.split('|').map((cell) => cell.trim()));

test('the median is the middle one, or the mean of the two in the middle', () => {
  expect(median([9, 1, 4])).toBe(4);
  expect(median([9, 1, 4, 5])).toBe(4.5);
  expect(median([7])).toBe(7);
  expect(median([])).toBeNaN();
});

test('a row for each action and contender tells medians and their ratio to edge-ramp', () => {
  const text = told(
    ...[20, 90, 30].map((seconds) => turn('pasted', seconds)),
    turn('Ansible', 5),
    ...[10, 10, 11].map((seconds) => turn('edge-ramp', seconds)),
    turn('pasted', 80, { delay: 2.6 }),
    turn('edge-ramp', 16, { delay: 2.6 }),
  );
  const [apply, reapply] = rows(text, 'pasted');
  expect(apply!.slice(1, -1)).toEqual('fresh apply,pasted,30.0,3.0,–,–,80.0,5.0,–,7,5,–,–'.split(','));
  expect(reapply!.slice(1, -1)).toEqual('unchanged re-apply,pasted,30.0,3.0,30,1.50,80.0,5.0,80,7,5,–,–'.split(','));
  expect(rows(text, 'Ansible')[0]!.slice(2, 9)).toEqual(['Ansible', '5.0', '0.50', '–', '–', '–', '–']);
  expect(rows(text, 'edge-ramp')[0]!.slice(-3, -1)).toEqual(['40', '0.00100']);
  expect(text).toContain('of which took 3.0 times its median');
  expect(text).toContain('9 of 4500 were lost');
});

test('what was left is told when every teardown left it', () => {
  const text = told(
    turn('pasted', 1, { left: ['+ node: flow', '- bigip: pool'] }),
    turn('pasted', 1, { left: ['+ node: flow'] }),
    turn('Ansible', 1),
    turn('edge-ramp', 1),
  );
  expect(text).toContain('- pasted: `+ node: flow`.\n- Ansible: nothing.\n- edge-ramp: nothing.\n');
});

test("every contender's notes are told, and what the watch costs", () => {
  const text = told(...NAMES.map((name) => turn(name, 1)));
  for (const name of NAMES) expect(text).toContain(`- ${name}: ${name} is odd.`);
  expect(text).toContain('The watch of one tunnel costs $0.065 a month');
});

test('what a slow BIG-IP costs stands in a table of its own', () =>
  expect(told(...NAMES.map((name) => turn(name, 1)))).toMatch(/answers slowly[^#]*\| fresh apply \| 21\.[23] \|/));
