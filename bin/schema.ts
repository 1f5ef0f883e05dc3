import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { outputSchemaText } from '../cli/report/documents';
import { declarationSchemaText } from '../lib/tunnel/declaration/json-schema';

const project = join(__dirname, '..');
writeFileSync(join(project, 'tunnels/tunnel.schema.json'), declarationSchemaText());
writeFileSync(join(project, 'docs/output.schema.json'), outputSchemaText());
