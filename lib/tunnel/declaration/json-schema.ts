import * as z from 'zod';
import { tunnelShape } from './shape';

/**
 * The JSON Schema of a declaration, for completion in an editor. It has the rules of each field; the rules between fields and between
 * tunnels are checked when declarations are read.
 */
export function declarationSchema(): object {
  return {
    ...z.toJSONSchema(tunnelShape, { io: 'input' }),
    title: 'How a load balancer reaches the Pods of an OpenShift cluster',
  };
}

/** The same as the text of `tunnels/tunnel.schema.json`. */
export function declarationSchemaText(): string {
  return `${JSON.stringify(declarationSchema(), null, 2)}\n`;
}
