import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { program, type Replies } from './scripts';

const DOCUMENTS = join(__dirname, '../../../documents');

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A host in one folder: its files, and commands that answer what they are told to and write down that they were called. */
export class Fakes {
  readonly root = mkdtempSync(join(tmpdir(), 'edge-ramp-'));
  private readonly bin = join(this.root, 'bin');
  private readonly log = join(this.root, 'calls');

  /**
   * Replaces every command named in `replies`; any other command line of theirs is answered with exit code 127.
   * @param first by command: lines of bash that it runs before it answers
   */
  reply(replies: Replies, first: Readonly<Record<string, string>> = {}): void {
    for (const name of new Set(Object.keys(replies).map((line) => line.split(' ')[0]!)))
      this.put(name, program(name, replies, [`echo "${name} $*" >>'${this.log}'`, first[name] ?? ''].join('\n')));
  }

  /** Replaces one command by lines of bash, where its answer depends on more than its words. */
  program(name: string, lines: string): void {
    this.put(name, `#!/bin/bash\n${lines}\n`);
  }

  private put(name: string, text: string): void {
    mkdirSync(this.bin, { recursive: true });
    // Not over one that may just be started: Linux refuses that (ETXTBSY).
    writeFileSync(join(this.bin, `.${name}`), text, { mode: 0o755 });
    renameSync(join(this.bin, `.${name}`), join(this.bin, name));
  }

  /** The calls since the last time. */
  calls(): readonly string[] {
    const said = existsSync(this.log) ? readFileSync(this.log, 'utf8') : '';
    rmSync(this.log, { force: true });
    return said.split('\n').slice(0, -1);
  }

  file(path: string): string | undefined {
    return existsSync(join(this.root, path)) ? readFileSync(join(this.root, path), 'utf8') : undefined;
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), text);
  }

  /** These files of documents/ in one piece, and then this line. It is an argument, since bash reads a pipe byte by byte. */
  script(
    documents: readonly string[],
    line: string,
    env: Readonly<Record<string, string>> = {},
    args: readonly string[] = [],
  ): Ended {
    const texts = documents.map((name) => readFileSync(join(DOCUMENTS, `${name}.sh`), 'utf8'));
    return this.bash(['-c', [...texts, line, ''].join('\n'), ...(args.length === 0 ? [] : ['bash', ...args])], env);
  }

  bash(args: readonly string[], env: Readonly<Record<string, string>> = {}): Ended {
    const { status, stdout, stderr } = spawnSync('bash', args, {
      stdio: ['ignore', 'pipe', 'pipe'], // a socket, as node's pipes are, would make bash read ~/.bashrc
      encoding: 'utf8',
      timeout: 30_000,
      env: { PATH: `${this.bin}:${process.env['PATH']}`, EDGE_RAMP_ROOT: this.root, ...env },
    });
    return { code: status, stdout, stderr };
  }

  remove(): void {
    rmSync(this.root, { recursive: true });
  }
}
