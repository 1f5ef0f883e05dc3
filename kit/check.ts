import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { judge, type Verdict } from './assumption';
import { BIGIP } from './bigip';
import { CLUSTER } from './cluster';
import { NODE } from './node';
import { PAIR } from './pair';
import { printable } from '../lib/tunnel/errors/printable';
import { readTranscript, type Transcript } from './transcript';

const USAGE = 'usage: npm run kit:check -- TRANSCRIPT... [--fixtures DIR]';

/** Which assumptions of docs/field-truth.md a transcript's answers bear out. */
export function check(transcript: Transcript): readonly Verdict[] {
  return judge({ bigip: BIGIP, pair: PAIR, cluster: CLUSTER, node: NODE }[transcript.part], transcript);
}

/** Writes the answers as they are, for tests to load: NAME.json. @returns the file; undefined: of a simulated device none is written */
export function writeFixture(folder: string, name: string, transcript: Transcript): string | undefined {
  if (transcript.simulated) return undefined;
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.json`);
  writeFileSync(file, `${JSON.stringify(transcript, null, 2)}\n`);
  return file;
}

/**
 * `npm run kit:check`.
 * @returns the exit code. 0: no assumption fell; 1: one fell; 2: no transcript, or one that was cut or altered
 */
export function main(args: readonly string[], tell: (line: string) => void): number {
  const at = args.indexOf('--fixtures');
  const folder = at < 0 ? undefined : args[at + 1];
  const files = args.filter((_, i) => at < 0 || (i !== at && i !== at + 1));
  if (files.length > 0 && at < 0 === (folder === undefined))
    return Math.max(...files.map((file) => report(file, folder, tell)));
  tell(USAGE);
  return 2;
}

function report(file: string, folder: string | undefined, tell: (line: string) => void): number {
  let transcript: Transcript;
  try {
    transcript = readTranscript(file, readFileSync(file, 'utf8'));
  } catch (error) {
    tell(error instanceof Error ? error.message : String(error));
    return 2;
  }
  const { part, simulated } = transcript;
  const verdicts = check(transcript);
  tell(
    `${file}: ${simulated ? 'a SIMULATED device answered: this is no evidence' : `answers of a ${part === 'pair' ? 'unit of a pair' : part}`}`,
  );
  for (const { id, is, sentence, line } of verdicts)
    tell(`${id.padEnd(8)}${is.padEnd(11)}${sentence}${line === undefined ? '' : ` (${printable(shorten(line))})`}`);
  if (folder !== undefined) {
    const written = writeFixture(folder, basename(file, extname(file)), transcript);
    tell(
      written === undefined
        ? `${folder}: nothing is written of a simulated device`
        : `${written}: the answers as they are, addresses, names and serial numbers too: look before you share it`,
    );
  }
  return verdicts.some(({ is }) => is === 'fell') ? 1 : 0;
}

function shorten(line: string): string {
  return line.length > 80 ? `${line.slice(0, 80)}…` : line;
}

if (require.main === module) process.exitCode = main(process.argv.slice(2), console.log);
