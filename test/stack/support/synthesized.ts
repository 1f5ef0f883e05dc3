import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { edgeRampApp } from '../../../lib/stack/app';
import { type Synthesized, templateIn } from './template';

/** Synthesizes the app of other tunnels into a directory of its own, without bundling the handlers. Takes seconds: once a file; `assembled` takes none. */
export function synthesize(
  tunnels: readonly { readonly name: string }[],
  context: Record<string, unknown> = {},
): Synthesized {
  const directory = mkdtempSync(join(tmpdir(), 'edge-ramp-'));
  edgeRampApp(tunnels, { outdir: directory, context: { 'aws:cdk:bundling-stacks': [], ...context } }).synth();
  return templateIn(directory);
}
