import { readAnswers, type Answer } from '../../../lib/tunnel/device/answer';
import { Fakes } from './fakes';

const fakes = new Fakes();
afterAll(() => fakes.remove());
beforeAll(() => {
  fakes.program('warns', 'echo value; echo "2019-05-14|ovsdb_idl|WARN|no such column" >&2; exit 0');
  fakes.program('refuses', 'echo half an answer; printf "Error:\\n%s\\n" "$1" >&2; exit 3');
  fakes.program('hangs', 'exec sleep 60');
});

/** What a script with this line in it ends with. */
function script(line: string): { readonly code: number | null; readonly stdout: string; readonly stderr: string } {
  return fakes.script(['prelude'], `enter node 0 -\n${line}`, { SSM_Tunnel: 'edge-a' });
}

/** The answer to "q" of a script that asks this command. */
function asked(command: string, before = ''): Answer {
  const { code, stdout, stderr } = script(`${before}\nask q ${command}\nfinish`);
  expect([code, stderr]).toEqual([0, '']);
  return readAnswers('node', stdout, ['q']).get('q')!;
}

describe('what a command says', () => {
  test('on stdout alone is its answer: a warning is neither part of it nor an error', () =>
    expect(asked('warns')).toMatchObject({ lines: ['value'], complaint: '', code: 0 }));

  test('on stderr when it fails is its complaint, on one line', () =>
    expect(asked("refuses 'no such thing'")).toMatchObject({
      lines: ['half an answer'],
      complaint: 'Error: no such thing',
      code: 3,
    }));

  test('on stderr at great length comes back with its first 400 characters', () =>
    expect(asked(`refuses '${'x'.repeat(90_000)}'`).complaint).toBe(`Error: ${'x'.repeat(393)}`));

  test('is its own: the complaint before it has gone', () =>
    expect(asked('refuses "$complaint"', 'capture refuses long-winded; capture warns; complaint=').complaint).toBe(
      'Error: ',
    ));

  /** From now on no file takes a byte more, as on a file system that is full. */
  const full = 'trap "" XFSZ; ulimit -f 0';

  test('is all of it: blanks and empty lines within it, but no zero bytes and no newlines at its end', () => {
    fakes.program('lists', String.raw`printf '  a\n\n b \0c\n\n\n'`);
    expect(script('capture lists; printf "[%s]" "$said"').stdout).toBe('[  a\n\n b c]');
  });

  test('is nothing where it says nothing', () =>
    expect(script('capture warns; capture true; printf "[%s]" "$said$complaint$code"').stdout).toBe('[0]'));

  test('where no more can be written is its answer all the same; the complaint is lost', () => {
    const before = `${full}; words_in=''; keep_words "$EDGE_RAMP_ROOT/run/edge-ramp/node"`;
    expect(asked('warns', before)).toMatchObject({ lines: ['value'], complaint: '', code: 0 });
    expect(asked('refuses x', before)).toMatchObject({ lines: ['half an answer'], complaint: '', code: 3 });
  });

  test('is not believed where it could not be kept', () =>
    expect(script(`${full}; ask q warns; finish`)).toMatchObject({
      code: 10,
      stdout: '',
      stderr: expect.stringMatching(
        /^edge-ramp: cannot keep what timeout says in .*node\.stdout: is the file system full, or read-only\?$/m,
      ),
    }));

  test('is not believed where it could not be begun', () =>
    expect(script('capture warns; words_in=/proc/nowhere/node; ask q warns; finish')).toMatchObject({
      code: 10,
      stdout: '',
    }));

  test('where no file can be made is its answer all the same', () =>
    expect(asked('refuses x', `words_in=''; keep_words /proc/nowhere/node`)).toMatchObject({ code: 3 }));

  test('leaves no file behind, whether the script ends well or not', () => {
    for (const line of ['capture warns', 'run refuses x', 'run hangs']) {
      expect(script(`limit=0.2\n${line}`).code).not.toBeNull();
      for (const name of ['stdout', 'stderr']) expect(fakes.file(`run/edge-ramp/node.${name}`)).toBeUndefined();
    }
    expect(script('capture warns; ls "$EDGE_RAMP_ROOT"/run/edge-ramp').stdout).toBe('node.stderr\nnode.stdout\n');
  });

  test('when a change fails is told whole: its complaint, then its answer', () =>
    expect(script("run refuses 'no such thing'")).toEqual({
      code: 20,
      stdout: '> refuses no such thing\n',
      stderr: 'edge-ramp: refuses no such thing answered (exit code 3): Error: no such thing half an answer\n',
    }));

  test('of a change that warns is no failure', () =>
    expect(script('run warns; echo done')).toEqual({ code: 0, stdout: '> warns\ndone\n', stderr: '' }));

  test.each(['ask q hangs', 'run hangs', 'consult hangs'])('too late is said to be so: %s', (line) =>
    expect(script(`limit=0.2; ${line}`)).toMatchObject({
      code: 23,
      stderr: 'edge-ramp: hangs did not end within 0.2 s\n',
    }),
  );
});
