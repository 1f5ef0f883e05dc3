import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { edgeRampApp } from '../../../lib/stack/app';

export const PROJECT = join(__dirname, '..', '..', '..');

/** A resource of a CloudFormation template, as far as tests look into it. */
export interface Resource {
  readonly Type: string;
  /** The shape differs by type: each test names what it expects. */
  readonly Properties: any;
  readonly DeletionPolicy?: string;
}

export interface Synthesized {
  readonly directory: string;
  readonly template: { readonly Resources: Record<string, Resource>; readonly Outputs: Record<string, unknown> };
  /** The template's text, for what must not be in it. */
  readonly text: string;
}

/** Synthesizes the app into a directory of its own, without bundling the handlers. Takes seconds: once a file. */
export function synthesize(tunnels: readonly { readonly name: string }[]): Synthesized {
  const directory = mkdtempSync(join(tmpdir(), 'edge-ramp-'));
  edgeRampApp(tunnels, { outdir: directory, context: { 'aws:cdk:bundling-stacks': [] } }).synth();
  const text = readFileSync(join(directory, 'EdgeRamp.template.json'), 'utf8');
  return { directory, template: JSON.parse(text), text };
}

let empty: Synthesized | undefined;

/** The same without CDK's own check of the template, which takes longest: for who only looks at the state machine. Once a file, whoever asks. */
export function synthesizeUnchecked(): Synthesized {
  return (empty ??= unchecked(() => synthesize([])));
}

/** Does something that synthesizes, without CDK's own check of the template. */
export function unchecked<T>(work: () => T): T {
  process.env['CDK_VALIDATION'] = 'false';
  try {
    return work();
  } finally {
    delete process.env['CDK_VALIDATION'];
  }
}

/** The resources of one type, by logical id. */
export function resourcesOf(synthesized: Synthesized, type: string): [string, Resource][] {
  return Object.entries(synthesized.template.Resources).filter(([, resource]) => resource.Type === type);
}

/** A value of a template as one text: references in angle brackets, joins joined. */
export function plain(value: unknown): string {
  if (typeof value === 'string') return value;
  const object = value as Record<string, unknown>;
  if ('Ref' in object) return `<${String(object['Ref'])}>`;
  if ('Fn::GetAtt' in object) return `<${(object['Fn::GetAtt'] as string[]).join('.')}>`;
  if ('Fn::Join' in object) {
    const [separator, parts] = object['Fn::Join'] as [string, unknown[]];
    return parts.map(plain).join(separator);
  }
  throw new Error(`cannot make a text of ${JSON.stringify(value)}`);
}
