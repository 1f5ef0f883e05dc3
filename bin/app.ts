import { join } from 'node:path';
import { assemble } from '../lib/stack/assemble';

// The CDK tells the app by this variable where it expects the assembly.
const out = process.env['CDK_OUTDIR'] ?? 'cdk.out';
const code = assemble(join(__dirname, '..', 'tunnels'), out, (text) => process.stderr.write(text));
if (code !== 0) process.exitCode = code;
