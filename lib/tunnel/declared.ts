import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** A declared tunnel. (Stand-in: the validated type replaces it.) */
export interface Tunnel {
  readonly name: string;
  readonly [field: string]: unknown;
}

/** Reads every `*.yaml` of a directory. (Stand-in: it checks only that a file can be read.) */
export function loadTunnels(directory: string): readonly Tunnel[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .map((file) => parse(readFileSync(join(directory, file), 'utf8')) as Tunnel);
}
