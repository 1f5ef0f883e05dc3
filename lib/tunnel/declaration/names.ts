import * as z from 'zod';
import {
  interfaceTaken,
  isSharedAccount,
  isTmshWord,
  SERVICE_ACCOUNTS,
  TAKEN_INTERFACES,
  TMSH,
} from './reserved-words';

/*
 * The names in a declaration, by the rules of the tools that read them. No character has a meaning for a shell, tmsh, oc or a flow's text.
 */

/** The longest names that AS3, F5's own tool, makes. Characters. */
const LONGEST = 190;

const TMSH_WORD = 'must not be a keyword of tmsh (all, none, default, list, ...): tmsh would not read it as a name';

/** At most 15 characters (IFNAMSIZ). */
export const interfaceName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_.-]{0,14}$/, 'must be 1 to 15 of letters, digits, _ . - and begin with a letter')
  .refine((name) => interfaceTaken(name) === undefined, {
    error: ({ input }) => `must not be ${String(input)}: ${interfaceTaken(String(input))}`,
  })
  .meta({ id: 'interface', ...noneOf(TAKEN_INTERFACES) });

/** One of edge-ramp's objects on BIG-IP, in /Common. */
export const objectName = z
  .string()
  .regex(
    new RegExp(`^[A-Za-z][A-Za-z0-9_.-]{0,${LONGEST - 1}}$`),
    `must be 1 to ${LONGEST} of letters, digits, _ . - and begin with a letter (tmsh reads other characters as syntax)`,
  )
  .refine((name) => !isTmshWord(name), TMSH_WORD)
  .meta({ id: 'object', ...noneOf(TMSH) });

/** People name virtual servers by their addresses, too: 10.3.89.70:443. */
const VIRTUAL = `[A-Za-z0-9][A-Za-z0-9_.:-]{0,${LONGEST - 1}}`;
const FOLDER = `[A-Za-z][A-Za-z0-9_.-]{0,${LONGEST - 1}}`;
export const virtualServer = z
  .string()
  .regex(
    new RegExp(`^(?:(?:/${FOLDER}){1,2}/)?${VIRTUAL}$`),
    `must be the name of a virtual server, 1 to ${LONGEST} of letters, digits, _ . : -, with its folder where that is not /Common: /partition/name`,
  )
  .refine((name) => !isTmshWord(name), TMSH_WORD)
  .meta({ id: 'virtualServer', ...noneOf(TMSH) });

/** On BIG-IP. */
export const userName = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/,
    'must be a user name: 1 to 32 of letters, digits, _ . - and begin with a letter or _',
  );

/** The AWS CLI reads a beginning hyphen as an option. */
export const secretName = z
  .string()
  .regex(
    /^(?!-)[A-Za-z0-9/_+=.@-]{1,256}$/,
    'must be the name of a secret in Secrets Manager, and not begin with a hyphen',
  );

export const instance = z
  .string()
  .regex(
    /^(?:i|mi)-[0-9a-f]{8,17}$/,
    'must be the id of an instance that Systems Manager manages: i- or mi-, and 8 to 17 of 0-9 a-f',
  );

export const nodeName = z
  .string()
  .regex(
    /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/,
    'must be the name of a node as `oc get nodes` shows it',
  );

/** Names of Kubernetes objects, short enough for a Pod's name with its suffixes. */
export const clusterObject = z
  .string()
  .regex(
    /^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?$/,
    'must be 1 to 40 of lower case letters, digits, - and begin with a letter',
  );

/** ipfailover runs as this account, which gets the SCC privileged. */
export const serviceAccount = clusterObject
  .refine((name) => !isSharedAccount(name), {
    error: ({ input }) =>
      `must not be ${String(input)}: other Pods of project default run as it, and would be privileged; name one for ipfailover alone`,
  })
  .meta({ ...noneOf(SERVICE_ACCOUNTS) });

/** The same for JSON Schema. */
function noneOf(words: readonly string[]) {
  return { not: { enum: words } };
}
