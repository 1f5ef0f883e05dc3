import { Fakes } from '../fakes';

const PARAMETERS = ['Tunnel', 'Fence', 'Management', 'User', 'Secret', 'HostKey', 'Digest', 'Saved'];

/** What a command line on BIG-IP answers; any other: the object is not there, or (a list of all) nothing. */
export type Answers = Readonly<Record<string, readonly [lines: readonly string[], code?: number, complaint?: string]>>;

export interface Ran {
  readonly code: number | null;
  readonly said: string;
  readonly complaint: string;
  /** The command lines that BIG-IP got. */
  readonly lines: readonly string[];
}

const words = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** A bastion in one folder whose `ssh` leads to a BIG-IP with login shell tmsh. */
export class Bastion {
  private readonly fakes = new Fakes();

  constructor() {
    this.fakes.program('ssh-add', 'cat >/dev/null');
    this.fakes.program('ssh-agent', ': >"$3"; exec sleep 5');
    this.fakes.program('aws', 'echo key');
  }

  /** @param before lines of bash that run with each command line, as `$line` */
  answer(answers: Answers, before = ''): void {
    const cases = Object.entries({
      'tmsh -v': [[], 1, 'Syntax Error: unexpected argument "tmsh"'],
      ...answers,
    } as Answers).map(
      ([line, [lines, code = 0, complaint]]) =>
        `${words(line)}) printf %s ${words(lines.map((each) => `${each}\n`).join(''))}\n` +
        `${complaint === undefined ? '' : `printf '%s\\n' ${words(complaint)} >&2\n`}exit ${code} ;;`,
    );
    this.fakes.program(
      'ssh',
      `case " $* " in *' -N '* | *' -O exit '*) exit 0 ;; esac
line=\${*: -1}
printf '%s\\n' "$line" >>${words(`${this.fakes.root}/calls`)}
${before}
case $line in
${cases.join('\n')}
*' one-line') exit 0 ;;
'create '* | 'modify '* | 'delete '*) exit 0 ;;
esac
echo '01020036:3: The requested object was not found.' >&2
exit 1`,
    );
  }

  /** From now on one command may take 1 s, whatever it says of it. */
  hurry(): void {
    this.fakes.program('timeout', 'exec /usr/bin/timeout 1 "${@:2}"');
  }

  /** From now on waits between two questions take no time. */
  hasten(): void {
    this.fakes.program('sleep', '');
  }

  /** A file of the bastion, by its path from the root; undefined: there is none. */
  file(path: string): string | undefined {
    return this.fakes.file(path);
  }

  write(path: string, text: string): void {
    this.fakes.write(path, text);
  }

  observe(questions: readonly string[]): Ran {
    return this.run('observe', { SSM_Questions: questions.join('|') });
  }

  apply(operations: readonly string[]): Ran {
    return this.run('apply', { SSM_Operations: operations.join('|') });
  }

  private run(does: 'observe' | 'apply', more: Readonly<Record<string, string>>): Ran {
    const env = {
      ...Object.fromEntries(PARAMETERS.map((name) => [`SSM_${name}`, name.toLowerCase()])),
      SSM_Fence: '0',
      AWS_SSM_REGION_NAME: 'local-1',
      ...more,
    };
    const { code, stdout, stderr } = this.fakes.script(
      ['prelude', 'bigip-listing', 'bigip-session', 'bigip-group', `bigip-${does}`],
      '',
      env,
    );
    return { code, said: stdout, complaint: stderr, lines: this.fakes.calls().filter((line) => line !== 'tmsh -v') };
  }

  get root(): string {
    return this.fakes.root;
  }

  remove(): void {
    this.fakes.remove();
  }
}
