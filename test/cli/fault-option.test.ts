import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { call, temporary, type Script } from './fake';

const OUTPUT = { changes: [], verification: [], interrupts: [], remarks: [], sentence: 'Nothing had to change.' };
const apply = (script: Script, ...more: string[]) => call(['apply', 'edge-a', '--local', ...more], script);

describe('--fault', () => {
  const FAULT = { host: '10.3.88.66', match: '^save sys', nth: 1, effect: 'fail-before' };
  const withFaults = (content: string, script: Script = { output: { ...OUTPUT, endState: 'Applied' } }) => {
    const file = join(temporary(), 'faults.json');
    writeFileSync(file, content);
    return apply(script, '--fault', file);
  };

  test('reaches the lab; one that did not strike is told', async () => {
    const { code, options, err } = await withFaults(JSON.stringify([FAULT, { ...FAULT, nth: 2 }]), {
      output: { ...OUTPUT, endState: 'Applied' },
      journal: [{ at: 1, host: '10.3.88.66', line: 'save sys config', code: 0, writes: true }],
    });
    expect(code).toBe(0);
    expect(options[0]!.faults).toEqual([FAULT, { ...FAULT, nth: 2 }]);
    expect(err).toBe(
      'Note: fault 1 (fail-before on 10.3.88.66) did not strike: 1 of 2 command lines matched /^save sys/.\n',
    );
  });

  test('of oc debug is one of a command line', async () => {
    const { code, err } = await withFaults(JSON.stringify([{ ...FAULT, match: 'debug node', effect: 'pending' }]));
    expect(code).toBe(0);
    expect(err).toBe(
      'Note: fault 0 (pending on 10.3.88.66) did not strike: 0 of 1 command lines matched /debug node/.\n',
    );
  });

  const INSTANCE = 'i-0a4e90de0a4e90de0';
  const SENT = { host: INSTANCE, match: 'ramp-apply', nth: 1, effect: 'throttle' };

  test('of sending reaches the lab, too; one that did not strike is told by what was sent', async () => {
    const anyDocument = { host: INSTANCE, nth: 3, effect: 'lose-result' };
    const faults = [
      { ...SENT, times: 2 },
      { ...SENT, effect: 'late-delivery', nth: 2, after: 5 },
      anyDocument,
      { ...FAULT, effect: 'host-gone', for: 30 },
    ];
    const { code, options, err } = await withFaults(JSON.stringify(faults), {
      output: { ...OUTPUT, endState: 'Applied' },
      sends: [
        { instance: INSTANCE, document: 'edge-ramp-ramp-observe' },
        { instance: INSTANCE, document: 'edge-ramp-ramp-apply' },
        { instance: 'i-0', document: 'edge-ramp-ramp-apply' },
      ],
    });
    expect(code).toBe(0);
    expect(options[0]!.faults).toEqual(faults);
    expect(err.split('\n')).toEqual([
      `Note: fault 1 (late-delivery on ${INSTANCE}) did not strike: 1 of 2 commands sent matched /ramp-apply/.`,
      `Note: fault 2 (lose-result on ${INSTANCE}) did not strike: 2 of 3 commands sent were met.`,
      'Note: fault 3 (host-gone on 10.3.88.66) did not strike: 0 of 1 command lines matched /^save sys/.',
      '',
    ]);
  });

  test.each([
    ['{', 'is not JSON'],
    ['{}', '(document): {}: must be a list of faults'],
    ['[1]', '0: 1: must be a fault'],
    [JSON.stringify([{ ...FAULT, match: '(' }]), '0.match: "(": must be a regular expression'],
    [JSON.stringify([{ ...FAULT, nth: 0 }]), '0.nth: 0: must be a whole number'],
    [JSON.stringify([{ ...FAULT, nth: 1.5 }]), '0.nth: 1.5: must be a whole number'],
    [JSON.stringify([{ ...FAULT, effect: 'fail' }]), '0.effect: "fail": must be "fail-before"'],
    [JSON.stringify([{ ...FAULT, effect: undefined }]), '0.effect: is missing (one of fail-before, '],
    [JSON.stringify([{ ...FAULT, times: 2 }]), '0.times: is not a known key'],
    [JSON.stringify([{ ...FAULT, effect: 'host-gone', for: 0 }]), '0.for: 0: must be a number of seconds above 0'],
    [JSON.stringify([{ ...FAULT, for: 5 }]), '0.for: is not a known key'],
    [JSON.stringify([{ ...SENT, times: 0 }]), '0.times: 0: must be a whole number'],
    [
      JSON.stringify([{ ...SENT, match: '(' }]),
      '0.match: "(": must be a regular expression on the name of the document',
    ],
    [JSON.stringify([{ ...SENT, after: 5 }]), '0.after: is not a known key'],
    [JSON.stringify([{ ...SENT, host: '10.3.88.66' }]), `0.host: "10.3.88.66": must be one of ${INSTANCE}`],
    [JSON.stringify([{ ...FAULT, when: 'now' }]), '0.when: is not a known key'],
    [JSON.stringify([{ ...FAULT, host: undefined }]), '0.host: is missing'],
    [JSON.stringify([{ ...FAULT, host: 'bigip' }]), '0.host: "bigip": must be one of 10.3.88.66, i-0a4e90de0a4e90de0'],
  ])('%s is refused by path, value and rule', async (content, rule) => {
    const { code, err, inputs } = await withFaults(content);
    expect(code).toBe(2);
    expect(err).toContain(`faults.json: ${rule}`);
    expect(inputs).toEqual([]);
  });

  test('a file that is none', async () => {
    expect((await apply({}, '--fault', temporary())).err).toMatch(/cannot be read \(EISDIR\)/);
    expect(await apply({}, '--fault', 'gone.json')).toMatchObject({
      code: 2,
      err: 'gone.json: there is no such file\n',
    });
  });
});
