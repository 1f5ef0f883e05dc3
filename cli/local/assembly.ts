import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Declared } from '../../lib/tunnel/declaration/tunnel';

type Json = Record<string, unknown>;

/** What `cdk synth` makes the assembly from, beside tunnels/: those are compared by what they say (up-to-date.ts). */
const SOURCES = ['bin/app.ts', 'lib', 'lambdas', 'documents'];
/** The same in the project, which may be a repository of one's own. */
const SETTINGS = ['cdk.json', 'package-lock.json'];

/** The folder that `cdk synth` writes. */
export function assemblyOf(project: string): string {
  return join(project, 'cdk.out');
}

export function isAssembled(project: string): boolean {
  return existsSync(join(assemblyOf(project), 'manifest.json'));
}

/** The newest source of the assembly, relative to the project, if it is newer than the assembly. */
export function newerSource(product: string, project: string): string | undefined {
  const made = statSync(join(assemblyOf(project), 'manifest.json')).mtimeMs;
  const sources = [...SOURCES.map((each) => join(product, each)), ...SETTINGS.map((each) => join(project, each))];
  const newer = sources.flatMap(files).filter(({ changed }) => changed > made);
  const [newest] = newer.sort((a, b) => b.changed - a.changed);
  return newest && relative(project, newest.path);
}

function files(path: string): readonly { readonly path: string; readonly changed: number }[] {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return [];
  if (!stat.isDirectory()) return [{ path, changed: stat.mtimeMs }];
  return readdirSync(path).flatMap((name) => files(join(path, name)));
}

/**
 * Makes the assembly of this product as `npx cdk synth` does, without a word: it starts the app by CDK's own variables. It leaves out the CDK's command
 * line, which takes a third of the time, and CDK's check of the template, which takes two thirds of the rest: who deploys has both.
 * @throws Error with what the CDK said
 */
export function synthesize(product: string, tunnels: string): void {
  const { context = {} } = JSON.parse(readFileSync(join(product, 'cdk.json'), 'utf8')) as { readonly context?: Json };
  const { status, stdout, stderr, error } = spawnSync(process.execPath, ['--import', 'tsx', 'bin/app.ts'], {
    cwd: product,
    env: {
      ...process.env,
      CDK_OUTDIR: assemblyOf(product),
      CDK_CONTEXT_JSON: JSON.stringify(context),
      CDK_VALIDATION: 'false',
      EDGE_RAMP_TUNNELS: tunnels,
    },
    encoding: 'utf8',
  });
  if (error) throw new Error(`cdk.out cannot be made: node could not be started: ${error.message}`);
  if (status !== 0) throw new Error(`cdk.out cannot be made:\n${`${stdout}${stderr}`.trim()}`);
}

/**
 * Resources of one type in the assembly's templates, their properties as they stand there.
 * @throws Error of one sentence when the assembly cannot be read
 */
export function resources(project: string, type: string): readonly Json[] {
  const folder = assemblyOf(project);
  const read = (file: string): Json => {
    try {
      return JSON.parse(readFileSync(join(folder, file), 'utf8')) as Json;
    } catch {
      throw new Error(`${join(folder, file)} cannot be read: run \`npx cdk synth\` again.`);
    }
  };
  const artifacts = Object.values((read('manifest.json')['artifacts'] ?? {}) as Record<string, Json>);
  const named = (type: string, property: string): readonly string[] =>
    artifacts
      .filter((artifact) => artifact['type'] === type)
      .map((artifact) => String((artifact['properties'] as Json)[property]));
  const nested = named('cdk:asset-manifest', 'file')
    .flatMap((file) =>
      Object.values(read(file)['files'] as Record<string, { readonly source: { readonly path: string } }>),
    )
    .map(({ source }) => source.path)
    .filter((path) => path.endsWith('.nested.template.json'));
  return [...named('aws:cloudformation:stack', 'templateFile'), ...nested]
    .map(read)
    .flatMap((template) => Object.values((template['Resources'] ?? {}) as Record<string, Json>))
    .filter((resource) => resource['Type'] === type)
    .map((resource) => (resource['Properties'] ?? {}) as Json);
}

/**
 * The command document that looks at devices of a kind, or changes them. Its name begins with that of the deployment.
 * @throws Error of one sentence when the assembly has none
 */
export function commandDocument(project: string, set: string, does: 'observe' | 'apply'): Json {
  const name = new RegExp(`^edge-ramp(-[a-z0-9-]+)?-${set}-${does}-`);
  const found = resources(project, 'AWS::SSM::Document').find(({ Name }) => name.test(String(Name)));
  if (!found) throw new Error(`cdk.out has no document edge-ramp-${set}-${does}: run \`npx cdk synth\` again.`);
  return found;
}

/** Every tunnel as it was declared when the assembly was made, by name. @throws Error of one sentence when the assembly cannot be read */
export function declarations(project: string): ReadonlyMap<string, unknown> {
  const tunnels = resources(project, 'AWS::SSM::Parameter').flatMap(({ Name: name, Value: value }) => {
    const tunnel = /^\/[a-z0-9-]+\/tunnels\/([a-z0-9-]+)$/.exec(String(name))?.[1];
    return tunnel === undefined || typeof value !== 'string' ? [] : [[tunnel, JSON.parse(value) as unknown] as const];
  });
  return new Map(tunnels);
}

/**
 * A tunnel as it was declared when the assembly was made, defaults filled in: what a run works from, whatever is on disk by now.
 * @throws Error of one sentence when it is not declared there
 */
export function declaration(project: string, tunnel: string): Declared {
  const found = declarations(project).get(tunnel);
  if (found === undefined)
    throw new Error(`cdk.out declares no tunnel ${tunnel}: add tunnels/${tunnel}.yaml and run \`npx cdk synth\`.`);
  return found as Declared;
}
