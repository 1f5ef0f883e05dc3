import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readDeclarations } from '../lib/tunnel/declaration/read';
import type { Declared, RampNode } from '../lib/tunnel/declaration/tunnel';

/** A declaration of tunnels/, as the stack would store it. */
export function declared(name: string): Declared {
  const text = readFileSync(join(__dirname, `../tunnels/${name}.yaml`), 'utf8');
  return readDeclarations([{ path: `tunnels/${name}.yaml`, text }])[0]!;
}

/** A node beside the two of `edge-b`, to take the place of one of them. */
export const third: RampNode = {
  instance: 'mi-0a4e90b40a4e90b40',
  address: '10.20.30.5',
  interface: 'eth0',
  node: 'ramp-3.example.com',
};
