import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { declarationSchemaText } from '../lib/tunnel/declaration/json-schema';

writeFileSync(join(__dirname, '../tunnels/tunnel.schema.json'), declarationSchemaText());
