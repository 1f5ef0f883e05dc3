import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { type AssetCode, Code } from 'aws-cdk-lib/aws-lambda';
import { buildSync } from 'esbuild';

const LAMBDAS = join(__dirname, '..', '..', 'lambdas');

/** A handler as one file, everything it imports included: what runs is what was tested. */
export function handlerBundle(folder: string): AssetCode {
  const tryBundle = (outputDirectory: string): boolean => {
    bundles ??= bundleAll();
    writeFileSync(join(outputDirectory, 'index.js'), bundles.get(folder)!);
    return true;
  };
  return Code.fromAsset(join(LAMBDAS, folder), {
    assetHashType: AssetHashType.OUTPUT,
    // Bundling always succeeds or throws right here, so the image is never started.
    bundling: { image: DockerImage.fromRegistry('scratch'), local: { tryBundle } },
  });
}

/** By folder of lambdas/. Made at the first use: a synthesis that bundles nothing starts no esbuild. */
let bundles: ReadonlyMap<string, Uint8Array> | undefined;

/**
 * It is what CDK's NodejsFunction does, but inside this process and for all handlers at once: that one starts esbuild by npx for each of
 * them, which takes longer than all the rest of a synthesis.
 *
 * - `mainFields` prefers ES modules, of which esbuild can leave out what is unused: it halves the AWS client.
 * - `alias` leaves out the chain of credential providers, a fifth of a bundle: Lambda gives credentials one way only.
 * - `target` is the oldest Node.js that runs a bundle: the local mode's. On AWS it is a newer one.
 *
 * @throws BuildFailure of esbuild, with file and line
 */
function bundleAll(): ReadonlyMap<string, Uint8Array> {
  const { outputFiles } = buildSync({
    entryPoints: readdirSync(LAMBDAS)
      .map((folder) => join(LAMBDAS, folder, 'handler.ts'))
      .filter(existsSync),
    outdir: LAMBDAS,
    write: false,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    mainFields: ['module', 'main'],
    alias: { '@aws-sdk/credential-provider-node': join(LAMBDAS, 'credentials.ts') },
    logLevel: 'warning',
  });
  return new Map(outputFiles.map(({ path, contents }) => [relative(LAMBDAS, dirname(path)), contents]));
}
