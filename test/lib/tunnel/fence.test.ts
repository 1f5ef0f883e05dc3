import { readRemark } from '../../../lib/tunnel/device/answer';
import { Fakes } from './fakes';
import { entered, parsed, written } from './ramp/keeper-model';

const FENCE = 'var/lib/edge-ramp/edge-a.node.fence';
const LOCK = 'var/lib/edge-ramp/node.lock';
let fakes: Fakes;
beforeEach(() => (fakes = new Fakes()));
afterEach(() => fakes.remove());

/** A look of a run with this fence. */
function look(fence: number, digest = '-') {
  const env = { SSM_Tunnel: 'edge-a', SSM_Questions: 'q' };
  return fakes.script(['prelude'], `question() { answer q 0 ''; }; enter node ${fence} ${digest}; answer_all`, env);
}

describe('the fence of a device', () => {
  test('is kept, with the plan that is carried out under it, and an older one is held off', () => {
    expect(look(5)).toMatchObject({ code: 0, stderr: '' });
    expect(fakes.file(FENCE)).toBe('5 -\n');
    expect(look(6, '0123456789abcdef').code).toBe(0);
    expect(fakes.file(FENCE)).toBe('6 0123456789abcdef\n');
    expect(look(6).code).toBe(0);
    expect(fakes.file(FENCE)).toBe('6 0123456789abcdef\n');
    const said = 'edge-ramp: this command is from an overtaken run (fence 5, the device has seen 6)\n';
    expect(look(5)).toMatchObject({ code: 11, stderr: said });
  });

  test('that can be read is not remarked on', () => {
    fakes.write(FENCE, '4 -\n');
    expect(readRemark('node', look(5).stdout)).toBeUndefined();
  });

  test.each(['', '\n', 'x\n', '12\n', '12x -\n', '-1 -\n', '99999999999999999999 -\n', '4 - -\n', '\0\0\0\0'])(
    'that holds none (%j) counts as 0, which is said, and is written anew',
    (text) => {
      fakes.write(FENCE, text);
      const { code, stdout, stderr } = look(5);
      expect([code, stderr.replace(/.*ignored null byte in input\n/, '')]).toEqual([0, '']);
      expect(readRemark('node', stdout)).toMatch(/edge-a\.node\.fence could not be read and counts as 0/);
      expect(fakes.file(FENCE)).toBe('5 -\n');
      expect(readRemark('node', look(5).stdout)).toBeUndefined();
    },
  );

  test('is on the disk before it has its name', () => {
    fakes.program('dd', '[[ " $* " == *" conv=fsync "* ]] && exec /bin/dd "$@"; exit 1');
    fakes.program('mv', `[ "$(cat "$1")" = '5 -' ] && exec /bin/mv "$@"; exit 1`);
    expect(look(5)).toMatchObject({ code: 0, stderr: '' });
    expect(fakes.file(FENCE)).toBe('5 -\n');
  });

  test.each(['dd', 'mv'])('that cannot be kept (%s fails) ends the command, and the old one stands', (name) => {
    fakes.write(FENCE, '4 -\n');
    fakes.program(name, 'exit 1');
    expect(look(5)).toMatchObject({
      code: 10,
      stdout: '',
      stderr: expect.stringMatching(
        /^edge-ramp: cannot keep the fence in .*, so nothing was done: is the file system full/,
      ),
    });
    expect(fakes.file(FENCE)).toBe('4 -\n');
  });
});

describe('the lock of a device', () => {
  test('that another command holds is said to be held', () => {
    fakes.program('flock', 'exit 1');
    expect(look(5)).toMatchObject({
      code: 12,
      stderr: 'edge-ramp: another command of edge-ramp has held this device for 30 s\n',
    });
  });

  test('that cannot be opened is not said to be held by another', () => {
    fakes.write(`${LOCK}/in-the-way`, '');
    const { code, stderr } = look(5);
    expect(code).toBe(10);
    expect(stderr).toMatch(/^edge-ramp: cannot open the lock .*node\.lock: is the file system full, or read-only\?$/m);
  });

  test('that cannot be taken for another reason is not said to be held by another', () => {
    fakes.program('flock', 'exit 66');
    expect(look(5)).toMatchObject({ code: 10, stderr: expect.stringMatching(/^edge-ramp: cannot take the lock /) });
  });
});

test('the model that the search of keeper and runs stands on says of every fence and command what the script does', () => {
  const files = ['1 -', '5 -', '5 aa', '5 aa kept', '5 - kept', '9 bb kept', '5 - old', '5 aa kept old'];
  const commands = [4, 5, 6].flatMap((fence) => ['-', 'aa', 'bb'].map((digest) => [fence, digest] as const));
  const cases = files.flatMap((file) => commands.map((command) => [file, ...command] as const));
  const line = cases
    .map(([file, fence, digest]) => `echo '${file}' >"$state/f"; try ${fence} ${digest}`)
    .concat('true')
    .join('\n');
  // The device's lock and its complaints are another matter, and each case a process.
  const script = `mkdir -p "$state"; SSM_Tunnel=t; flock() { :; }; keep_complaints() { :; }
    touch -d '-300 seconds' "$state/then"
    try() {
      local file="$state/t.node.fence" text
      text=$(<"$state/f") && echo "\${text% old}" >"$file"
      [[ $text != *old ]] || touch -d '-301 seconds' "$file"
      (enter node "$@" 2>/dev/null) || { echo refused && return; }
      [ "$file" -ot "$state/then" ] && echo "$(<"$file") old" || echo "$(<"$file")"
    }
    ${line}`;
  const said = fakes.script(['prelude'], script).stdout.trimEnd().split('\n');
  expect(said).toEqual(
    cases.map(([file, fence, digest]) => {
      const after = entered(parsed(file), fence, digest);
      return after === undefined ? 'refused' : written(after);
    }),
  );
});
