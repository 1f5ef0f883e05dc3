import { App } from 'aws-cdk-lib';
import { assemble } from '../lib/stack/assemble';
import { namedFolder } from '../lib/stack/tunnels-folder';

const context: unknown = new App({ autoSynth: false }).node.tryGetContext('tunnels');
// The CDK tells the app by this variable where it expects the assembly.
const out = process.env['CDK_OUTDIR'] ?? 'cdk.out';
const code = assemble(namedFolder(context, process.env), out, (text) => process.stderr.write(text));
if (code !== 0) process.exitCode = code;
