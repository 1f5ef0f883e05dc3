import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { judge, type Verdict } from './assumption';
import { BIGIP } from './bigip';
import { CLUSTER } from './cluster';
import { readTranscript, type Transcript } from './transcript';

/** `npm run kit:check -- TRANSCRIPT... [--fixtures DIR]`. Exit code 0: nothing fell; 1: something fell; 2: no transcript. */

/** Which assumptions of docs/field-truth.md a transcript's answers bear out. */
export function check(transcript: Transcript): readonly Verdict[] {
  return judge({ bigip: BIGIP, cluster: CLUSTER }[transcript.part], transcript);
}

/** Writes the answers as they are, for tests to load. @returns the file; undefined: of a simulated device none is written */
export function writeFixture(folder: string, transcript: Transcript): string | undefined {
  if (transcript.simulated) return undefined;
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${transcript.part}.json`);
  writeFileSync(file, `${JSON.stringify(transcript, null, 2)}\n`);
  return file;
}

function main(args: readonly string[]): number {
  const at = args.indexOf('--fixtures');
  const folder = at < 0 ? undefined : args[at + 1];
  const files = args.filter((_, i) => at < 0 || (i !== at && i !== at + 1));
  if (files.length === 0 || (at >= 0 && folder === undefined)) {
    console.error('usage: npm run kit:check -- TRANSCRIPT... [--fixtures DIR]');
    return 2;
  }
  const codes = files.map((file) => report(file, folder));
  return Math.max(...codes);
}

function report(file: string, folder: string | undefined): number {
  let transcript: Transcript;
  try {
    transcript = readTranscript(file, readFileSync(file, 'utf8'));
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return 2;
  }
  const verdicts = check(transcript);
  console.log(
    `${file}: ${transcript.simulated ? 'a SIMULATED device answered: this is no evidence' : transcript.part}`,
  );
  for (const { id, is, sentence, line } of verdicts)
    console.log(`${id.padEnd(8)}${is.padEnd(11)}${sentence}${line === undefined ? '' : ` (${shorten(line)})`}`);
  if (folder !== undefined) {
    const written = writeFixture(folder, transcript);
    console.log(
      written === undefined
        ? `${folder}: nothing written, a simulated device is no evidence`
        : `${written}: the answers as they are, addresses, names and serial numbers too: look before you share it`,
    );
  }
  return verdicts.some(({ is }) => is === 'fell') ? 1 : 0;
}

function shorten(line: string): string {
  return line.length > 80 ? `${line.slice(0, 80)}…` : line;
}

if (require.main === module) process.exitCode = main(process.argv.slice(2));
