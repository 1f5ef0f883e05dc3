import { DeviceRefused, InvalidRequest, OutcomeUnknown } from '../../../lib/tunnel/errors';

test('no error carries a control character of what a device said, into a cause, a notice or a terminal', () => {
  const said = '\u001b]0;owned\u0007 \u202Etxt\u0000\u2028\r\u009b2J';
  for (const error of [new DeviceRefused(said), new OutcomeUnknown(said)])
    expect(error.message).toBe('\\u{1b}]0;owned\\u{7} \\u{202e}txt\\u{0}\\u{2028}\\u{d}\\u{9b}2J');
});

test('a list of mistakes keeps its lines', () => {
  const { name, message } = new InvalidRequest('one\ntwo');
  expect([name, message]).toEqual(['InvalidRequest', 'one\ntwo']);
});
