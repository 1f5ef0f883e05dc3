import { join } from 'node:path';
import { edgeRampApp } from '../lib/stack/app';
import { tunnelsFolder } from '../lib/stack/tunnels-folder';

edgeRampApp(tunnelsFolder(join(__dirname, '..', 'tunnels')));
