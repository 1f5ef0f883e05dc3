import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The version of edge-ramp, as its package.json says. @param product the folder of edge-ramp itself */
export function versionOf(product: string): string {
  return (JSON.parse(readFileSync(join(product, 'package.json'), 'utf8')) as { readonly version: string }).version;
}
