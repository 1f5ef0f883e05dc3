import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { answered, pingProbe, readAnswers } from '../../../lib/tunnel/device/answer';
import { NotUnderstood } from '../../../lib/tunnel/errors/errors';
import { KINDS } from '../../../lib/tunnel/plan/devices';
import { ALIVE, answerText, type Said } from './answer-text';
import { bigipAnswer } from './bigip-answer';
import { rampAnswer } from './ramp-answer';
import { subject, EXAMPLE } from './site';
import { freshWorld } from './world';

const said = fc.uniqueArray(
  fc.tuple(
    fc.string({ unit: fc.constantFrom(...'abc 01./'.split('')), minLength: 1, maxLength: 9 }),
    fc.array(fc.string({ unit: fc.constantFrom(...'abc|?!=. '.split('')), maxLength: 12 }), { maxLength: 4 }),
    fc.oneof(fc.constant('-' as const), fc.integer({ min: 0, max: 255 })),
    fc.string({ unit: fc.constantFrom(...'abc|?!=. '.split('')), maxLength: 12 }),
  ),
  { selector: ([question]) => question, minLength: 1, maxLength: 6 },
) as fc.Arbitrary<Said[]>;

test('every answer is read back as it was given, whatever its lines look like', () =>
  fc.assert(
    fc.property(said, (all) => {
      const answers = readAnswers(
        'node',
        answerText(all),
        all.map(([question]) => question),
      );
      for (const [question, lines, code, complaint] of all)
        expect(answers.get(question)).toMatchObject({ lines, complaint, code: code === '-' ? undefined : code });
    }),
    { numRuns: 60 },
  ));

test('a cut answer is never believed, wherever it was cut', () =>
  fc.assert(
    fc.property(said, fc.nat(), (all, n) => {
      const text = answerText(all);
      const cut = text.slice(0, n % (text.trimEnd().length - 1));
      expect(() => readAnswers('node', cut, [])).toThrow(NotUnderstood);
    }),
    { numRuns: 100 },
  ));

test('an altered answer is never believed, whichever character changed', () =>
  fc.assert(
    fc.property(said, fc.nat(), (all, n) => {
      const text = answerText(all);
      const at = n % text.lastIndexOf('.');
      const altered = `${text.slice(0, at)}${text[at] === 'x' ? 'y' : 'x'}${text.slice(at + 1)}`;
      expect(() => readAnswers('node', altered, [])).toThrow(NotUnderstood);
    }),
    { numRuns: 100 },
  ));

describe.each([
  ['BIG-IP 10.3.88.66', KINDS.bigip, bigipAnswer],
  ['ramp node i-0a4e90de0a4e90de0', KINDS.ramp, rampAnswer],
] as const)('what %s said', (device, kind, answer) => {
  const about = subject(kind === KINDS.bigip ? 'bigip' : 'ramp', EXAMPLE);
  const whole = answer(freshWorld(EXAMPLE), EXAMPLE, null);
  const refused = (text: string, what: string): void => {
    expect(() => kind.read(text, about)).toThrow(NotUnderstood);
    expect(() => kind.read(text, about)).toThrow(what);
    expect(() => kind.read(text, about)).toThrow(device);
  };

  test('is read when it is whole', () => expect(() => kind.read(whole, about)).not.toThrow());

  test('without its end mark is not understood', () => refused(whole.slice(0, whole.lastIndexOf('.')), 'no end mark'));

  test('cut at 24,000 characters is not understood, and the message tells how much came', () => {
    const long = answerText([['x', Array.from({ length: 3000 }, (_, i) => `line ${i}`), 0]]).slice(0, 24_000);
    refused(long, '24000 characters');
  });

  test('with a line less is not understood', () => refused(whole.replace(/\n=0/, ''), 'altered on its way'));

  test('with a foreign line in it is not understood', () => {
    const body = `?forwarding\n|1\n=0\nConnection to 10.3.88.66 closed.\n`;
    const checksum = createHash('sha256').update(body).digest('hex').slice(0, 16);
    refused(`${body}.4 ${checksum}\n`, 'belongs nowhere: Connection to 10.3.88.66 closed.');
  });

  test('to other questions than were asked is not understood, and the message names the first that is missing', () =>
    refused(answerText([['weather', ['fine'], 0]]), `no answer to "${kind.questions(about)[0]}"`));

  test('is nothing at all: not understood', () => refused('', 'no end mark'));

  test('in place of an answer, quoted, is at most one short line', () => {
    const nonsense = `login:\n${'x'.repeat(5000)}`;
    try {
      kind.read(nonsense, about);
    } catch (error) {
      expect((error as Error).message.length).toBeLessThan(400);
      expect((error as Error).message).not.toContain('\n');
    }
  });
});

test.each([
  [ALIVE, '', true, '3 of 3 packets came back'],
  [ALIVE, 'ping: Warning: time of day goes back', true, '3 of 3 packets came back'],
  [
    ['5 packets transmitted, 0 received, +3 errors, 100% packet loss, time 4001ms'],
    '',
    false,
    '0 of 5 packets came back',
  ],
  [['3 packets transmitted, 2 packets received, 33% packet loss'], '', true, '2 of 3 packets came back'],
  [[], 'ping: connect: Network is unreachable', false, 'ping: connect: Network is unreachable'],
  [[], ALIVE[0]!, false, ALIVE[0]!],
  [[], '', false, '(nothing)'],
])('a ping is judged by its summary on stdout: %j %j', (lines, complaint, ok, detail) =>
  expect(pingProbe('a', 'b', 'ping', answered(lines, complaint, ok ? 0 : 1))).toEqual({
    from: 'a',
    to: 'b',
    what: 'ping',
    ok,
    detail,
  }),
);

test('a ping that was not asked is no probe', () =>
  expect(pingProbe('a', 'b', 'ping', answered([], '', undefined))).toBeUndefined());
