import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { EdgeRampStack } from '../lib/stack/edge-ramp-stack';
import { loadTunnels } from '../lib/tunnel/declared';

const app = new App();
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
new EdgeRampStack(app, 'EdgeRamp', { tunnels: loadTunnels(join(__dirname, '..', 'tunnels')) });
