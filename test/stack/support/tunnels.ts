import { parseDeclaration } from '../../../lib/tunnel/declaration/parse';
import { EXAMPLE } from '../../lib/tunnel/site';

/** So many tunnels as the example, each with a name and a secret of its own. */
export const tunnels = (count: number, secret: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => ({
    ...parseDeclaration(EXAMPLE, 'example'),
    name: `tunnel-${i}`,
    bigip: [{ ...EXAMPLE.bigip[0]!, secret: secret(i) }],
  }));
