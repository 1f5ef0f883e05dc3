import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';

/** Where a person's declarations are, and where `cdk synth` writes what becomes of them. */
export interface Project {
  /** The folder of cdk.json and cdk.out: a repository of one's own, or edge-ramp's own folder. */
  readonly project: string;
  /** The folder of the declarations. */
  readonly tunnels: string;
}

/**
 * Finds the project that a command is about: the nearest folder, from the current one upwards, whose cdk.json names a folder of declarations
 * (`context.tunnels`). Without one it is the current folder where edge-ramp is installed as a package, and else edge-ramp's own. EDGE_RAMP_TUNNELS
 * names another folder of declarations. bin/app.ts follows the same names.
 * @param folder the current one
 * @param product edge-ramp's own folder
 * @throws Error of one sentence when a cdk.json cannot be read
 */
export function projectAt(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
  product: string,
): Project {
  const own = ownProject(folder) ?? (isInstalled(product) ? inFolder(folder) : inFolder(product));
  const named = environment['EDGE_RAMP_TUNNELS'] ?? '';
  return named === '' ? own : { ...own, tunnels: resolve(folder, named) };
}

function inFolder(project: string): Project {
  return { project, tunnels: join(project, 'tunnels') };
}

function isInstalled(product: string): boolean {
  return product.split(sep).includes('node_modules');
}

function ownProject(folder: string): Project | undefined {
  const tunnels = tunnelsNamedIn(join(folder, 'cdk.json'));
  if (tunnels !== undefined) return { project: folder, tunnels: resolve(folder, tunnels) };
  return dirname(folder) === folder ? undefined : ownProject(dirname(folder));
}

function tunnelsNamedIn(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const { context } = JSON.parse(readFileSync(file, 'utf8')) as { readonly context?: { readonly tunnels?: unknown } };
    return typeof context?.tunnels === 'string' ? context.tunnels : undefined;
  } catch (cause) {
    throw new Error(`${file} cannot be read: ${(cause as Error).message}.`, { cause });
  }
}
