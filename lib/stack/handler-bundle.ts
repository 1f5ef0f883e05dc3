import { join } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { type AssetCode, Code } from 'aws-cdk-lib/aws-lambda';
import { buildSync } from 'esbuild';

const LAMBDAS = join(__dirname, '..', '..', 'lambdas');

/**
 * A handler as one file, everything it imports included: what runs is what was tested.
 *
 * It is what CDK's NodejsFunction does, inside this process: that one starts esbuild by npx, which takes longer for the
 * four handlers than all the rest of a synthesis.
 *
 * - `mainFields` prefers ES modules, of which esbuild can leave out what is unused: it halves the AWS client.
 * - `alias` leaves out the chain of credential providers, a fifth of a bundle: Lambda gives credentials one way only.
 * - `target` is the oldest Node.js that runs a bundle: the local mode's. On AWS it is a newer one.
 */
export function handlerBundle(folder: string): AssetCode {
  const entry = join(LAMBDAS, folder, 'handler.ts');
  const tryBundle = (outputDirectory: string): boolean => {
    buildSync({
      entryPoints: [entry],
      outfile: join(outputDirectory, 'index.js'),
      bundle: true,
      minify: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      mainFields: ['module', 'main'],
      alias: { '@aws-sdk/credential-provider-node': join(LAMBDAS, 'credentials.ts') },
      logLevel: 'warning',
    });
    return true;
  };
  return Code.fromAsset(join(LAMBDAS, folder), {
    assetHashType: AssetHashType.OUTPUT,
    // Bundling always succeeds or throws right here, so the image is never started.
    bundling: { image: DockerImage.fromRegistry('scratch'), local: { tryBundle } },
  });
}
