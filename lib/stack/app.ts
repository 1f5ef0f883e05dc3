import { App, type AppProps, Validations } from 'aws-cdk-lib';
import recommendedFlags from 'aws-cdk-lib/recommended-feature-flags.json';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { DeclaredTunnelsProps } from './declared-tunnels';
import { EdgeRampStack } from './edge-ramp-stack';
import { cloudFormationName } from './names';

/** CloudFormation takes templates of 1 MB, indentation counted. */
const SHORT = { '@aws-cdk/core:suppressTemplateIndentation': true };

/**
 * The CDK app: one stack, no account and no region, so that it deploys to whichever the caller is signed in to.
 *
 * It behaves as the library recommends to a new app, by the library's own list instead of a copy of it in cdk.json; and
 * AWS's solutions checks run at every synthesis.
 *
 * @param tunnels - the checked declarations, with every default filled in; may be empty
 * @param props - for tests: where the output goes, and whether handlers are bundled
 */
export function edgeRampApp(tunnels: DeclaredTunnelsProps['tunnels'], props: AppProps = {}): App {
  const app = new App({ ...props, context: { ...recommendedFlags, ...SHORT, ...props.context } });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  new EdgeRampStack(app, cloudFormationName(app), { tunnels });
  return app;
}
