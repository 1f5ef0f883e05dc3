import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { AppProps } from 'aws-cdk-lib';
import { AssetManifestArtifact, type CloudAssembly } from 'aws-cdk-lib/cx-api';
import { InvalidRequest } from '../tunnel/errors/errors';
import { edgeRampApp } from './app';
import { tunnelsFolder } from './tunnels-folder';

/** CloudFormation takes templates of 1 MB. Bytes. */
const LONGEST_TEMPLATE = 1_000_000;

/**
 * Makes the assembly of the tunnels that a folder declares, or tells the mistakes in one message. After a mistake there is no assembly: that of
 * an earlier synthesis would look like what is declared now.
 * @param out the folder of the assembly
 * @param props - for tests
 * @returns the exit code: 0, or 2 for mistakes
 */
export function assemble(folder: string, out: string, tell: (text: string) => void, props: AppProps = {}): 0 | 2 {
  try {
    refuseLongTemplates(edgeRampApp(tunnelsFolder(folder), { ...props, outdir: out, autoSynth: false }).synth());
    return 0;
  } catch (error) {
    if (!(error instanceof InvalidRequest)) throw error;
    rmSync(join(out, 'manifest.json'), { force: true });
    tell(
      `${error.message}\nNothing is assembled in ${out}, also nothing of an earlier synthesis: mend this and start again.\n`,
    );
    return 2;
  }
}

/** @throws InvalidRequest naming the first template that is too long */
export function refuseLongTemplates(
  assembly: Pick<CloudAssembly, 'directory' | 'artifacts'> & {
    readonly stacks: readonly { readonly templateFile: string }[];
  },
): void {
  const nested = assembly.artifacts
    .filter((artifact) => AssetManifestArtifact.isAssetManifestArtifact(artifact))
    .flatMap(({ contents }) => Object.values(contents.files ?? {}).map(({ source }) => source.path ?? ''))
    .filter((path) => path.endsWith('.template.json'));
  const templates = new Set([...assembly.stacks.map(({ templateFile }) => templateFile), ...nested]);
  for (const file of templates) {
    const { size } = statSync(join(assembly.directory, file));
    if (size > LONGEST_TEMPLATE)
      throw new InvalidRequest(
        'template-too-large',
        `${file}: has ${size} bytes, and CloudFormation takes ${LONGEST_TEMPLATE}: declare some of the tunnels in a deployment of their own (--context stack=NAME)`,
      );
  }
}
