import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

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

/** What a synthesis has left in a directory. */
export function templateIn(directory: string): Synthesized {
  const file = readdirSync(directory).find((name) => /^EdgeRamp(?:-[a-z0-9-]+)?\.template\.json$/.test(name))!;
  const text = readFileSync(join(directory, file), 'utf8');
  return { directory, template: JSON.parse(text), text };
}

/** The app with the tunnels of tunnels/, synthesized once for all test files (test/assemble.ts): for who reads what any tunnels have in common. */
export const assembled = (): Synthesized => templateIn(process.env['EDGE_RAMP_TEST_ASSEMBLY']!);

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
