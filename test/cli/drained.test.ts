import { endSentence } from '../../cli/report/summary';
import { resultOf } from '../../cli/result';
import type { Described } from '../../cli/aws/executions';

const RUN = {
  tunnel: 'edge-a',
  action: 'teardown',
  teardown: false,
  begun: false,
  tornDown: false,
  noProbe: false,
  again: () => '',
} as const;

/** The last line of a teardown whose steps answered this. */
function sentence(...devices: readonly object[]): string {
  const output = { endState: 'TornDown', changes: [], outcomes: [{ kind: 'bigip', ok: true, devices }] };
  const change = { device: 'BIG-IP 10.3.88.66', stage: 'detach', text: '~', interrupts: null };
  const execution = { status: 'SUCCEEDED', output: JSON.stringify({ ...output, changes: [change] }) } as Described;
  return endSentence(resultOf(execution, undefined), RUN);
}

const torn = 'TornDown: edge-a is gone, and what it shared with others is as it was before (1 change on 1 device)';

test.each([
  [[{ name: 'a', operations: 3, drained: 0, cut: 3, seconds: 60 }], '; 3 connections were cut after 60 s of draining.'],
  [[{ name: 'a', operations: 3, drained: 9, cut: 1, seconds: 5 }], '; 1 connection was cut after 5 s of draining.'],
  [[{ name: 'a', operations: 3, drained: 9, cut: 0, seconds: 60 }], '; 9 connections ended in time, none was cut.'],
  [[{ name: 'a', operations: 3, drained: 0, cut: 0, seconds: 60 }], '.'],
  [
    [{ name: 'a', operations: 3, drained: null, cut: null, seconds: 60 }],
    '; how many connections were cut is not known, since BIG-IP did not tell how many there were.',
  ],
  [[{ name: 'a', operations: 3 }, { name: 'b' }], '.'],
  [[], '.'],
])('steps that answered %j end with "%s"', (devices, words) => expect(sentence(...devices)).toBe(`${torn}${words}`));
