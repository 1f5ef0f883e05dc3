import { join } from 'node:path';
import { edgeRampApp } from '../lib/stack/app';
import { loadTunnels } from '../lib/tunnel/declared';

edgeRampApp(loadTunnels(join(__dirname, '..', 'tunnels')));
