import { json } from '../../cli/report/json';
import { styleFor } from '../../cli/report/style';
import { wrapped } from '../../cli/report/wrap';
import { outputTo } from '../../cli/surroundings';
import { CLEAR_LINE, CLEAR_SCREEN } from '../../cli/terminal';

/** What a terminal, or a pipe, is given when that is written. */
function written(text: string, isTTY = true, layout?: 'exact'): string {
  let out = '';
  const stream = { isTTY, on: () => stream, write: (chunk: unknown) => ((out += String(chunk)), true) };
  outputTo(stream as unknown as NodeJS.WriteStream).write(text, layout);
  return out;
}

beforeEach(() => {
  process.env['TERM'] = 'xterm';
  delete process.env['NO_COLOR'];
});

describe('whatever is written', () => {
  test.each([
    ['an escape sequence', 'a\u001b]0;title\u0007b', 'a\\u{1b}]0;title\\u{7}b'],
    ['one of C1', 'a\u009b2Jb', 'a\\u{9b}2Jb'],
    ['what goes back in the line', 'failed\rok', 'failed\\u{d}ok'],
    ['what goes back in the line, with words before it', `x${CLEAR_LINE}y`, 'x\\u{d}\\u{1b}[Ky'],
    ['letters in another order', 'a\u202eb\u2066c\u061cd', 'a\\u{202e}b\\u{2066}c\\u{61c}d'],
    ['lines that are none', 'a\u2028b\u0085c', 'a\\u{2028}b\\u{85}c'],
    ['a paint that is not ours', 'a\u001b[8mb', 'a\\u{1b}[8mb'],
  ])('%s is shown, and done by nobody', (_, text, shown) => {
    expect(written(text)).toBe(shown);
    expect(written(text, false)).toBe(shown);
  });

  test('lines and letters of any language stay', () =>
    expect(written('Übertragung → 東京 …\n  ok\n')).toBe('Übertragung → 東京 …\n  ok\n'));

  test('our own paints and what clears a line or the screen get to a terminal, and nowhere else', () => {
    const text = `${CLEAR_LINE}${styleFor({ colour: true }).bad('FAILED')}\n`;
    expect(written(text)).toBe(text);
    expect(written(`${CLEAR_SCREEN}x`)).toBe(`${CLEAR_SCREEN}x`);
    expect(written(text, false)).not.toContain('\u001b');
  });
});

test('a time within a sentence is shown in the zone of the reader, and to programs as it is', () => {
  const sentence = 'the tunnel is paused until 2026-11-24T06:00:00.000Z: work';
  expect(written(sentence)).toBe('the tunnel is paused until 2026-11-24 06:00 UTC: work');
  expect(written(sentence, true, 'exact')).toBe(sentence);
});

test('a document for programs holds every character, and shows none that is not to be seen', () => {
  const document = { text: 'a\u202eb\u009bc\u{e0001}d\u001be', list: ['\n'] };
  const text = json(document as unknown as Parameters<typeof json>[0]);
  expect(JSON.parse(text)).toEqual(document);
  expect(text).toMatch(/^[\n\x20-\x7e]+$/);
});

describe('a line of more than 80 characters', () => {
  const sentence = `${'word '.repeat(30)}end`;

  test('is broken at words, on a terminal and in a pipe', () => {
    for (const isTTY of [true, false]) {
      const lines = written(sentence, isTTY).split('\n');
      expect(lines.map((line) => line.length)).toEqual([79, 75]);
      expect(lines.join(' ').split(/ +/)).toEqual(sentence.split(' '));
    }
  });

  test('goes on a little further in than it began, or where it is told', () => {
    expect(written(`    ${sentence}`).split('\n')[1]).toMatch(/^ {6}word/);
    expect(wrapped(sentence, 10).split('\n')[1]).toMatch(/^ {10}word/);
  });

  test('keeps a command in one piece, since it is copied', () => {
    const command = `npx edge-ramp apply edge-a --local --state /a/long/folder --allow-interruption --expect 0123456789abcdef`;
    const lines = written(`RolledBack: everything is as it was; when that is mended: ${command}; and then on`).split(
      '\n',
    );
    expect(lines[1]).toBe(`  ${command};`);
  });

  test('is as wide as it looks: paints do not count', () => {
    const { bad } = styleFor({ colour: true });
    const painted = `${bad('word')} `.repeat(16).trimEnd();
    expect(written(painted)).toBe(painted);
  });

  test('stays whole where programs or shells read it', () => expect(written(sentence, false, 'exact')).toBe(sentence));

  test('stays whole where it has no blank', () => expect(written('x'.repeat(200))).toBe('x'.repeat(200)));
});
