/*
 * Who may import whom: `npm run check:imports`. Imports of types count like any other: swc reads the sources (TypeScript 7 has no compiler API).
 * dependency-cruiser 18 needs Node.js 22.
 * These are all the walls there are; the linter has none.
 */

/** A file or folder of the project, a package, a module of Node.js: as dependency-cruiser names what an import leads to. */
const within = (...rooms) => rooms.map((room) => `^${room}/`);
const packages = (...names) => names.map((name) => `node_modules/${name}/`);

/** Files of a room import from these rooms only. */
const rooms = (room, why, ...others) => ({
  name: `${room}: other rooms`,
  comment: why,
  severity: 'error',
  from: { path: within(room) },
  to: { path: '^[^/]+/', pathNot: [...within(room, ...others), 'node_modules/'], dependencyTypesNot: ['core'] },
});

/** Files of a room import these packages and modules of Node.js only. */
const only = (room, why, ...allowed) => ({
  name: `${room}: packages`,
  comment: why,
  severity: 'error',
  from: { path: within(room) },
  to: { dependencyTypes: ['core', 'npm', 'npm-dev'], pathNot: allowed },
});

const never = (room, why, ...forbidden) => ({
  name: `${room}: packages`,
  comment: why,
  severity: 'error',
  from: { path: within(room) },
  to: { path: packages(...forbidden) },
});

/** The rooms of the domain from the ground up. A room imports from the floors below it; rooms of one floor do not know each other. */
const FLOORS = [
  ['errors'],
  ['declaration'],
  ['device', 'run'],
  ['bigip', 'cluster', 'balancer', 'sdn', 'ovn'],
  ['ramp'],
  ['plan'],
];

const floors = FLOORS.slice(0, -1).flatMap((floor, i) =>
  floor.map((room) => {
    const others = FLOORS.slice(i)
      .flat()
      .filter((other) => other !== room);
    return {
      name: `lib/tunnel/${room}: floors`,
      comment: 'a room of the domain imports from the floors below it',
      severity: 'error',
      from: { path: within(`lib/tunnel/${room}`) },
      to: { path: within(...others.map((other) => `lib/tunnel/${other}`)) },
    };
  }),
);

module.exports = {
  forbidden: [
    {
      name: 'no circle',
      comment: 'type imports included',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'nothing that is not there',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^tsx/cjs$' }, // an export that dependency-cruiser does not find
    },

    rooms('lib/tunnel', 'the domain is pure'),
    only('lib/tunnel', 'the domain is pure: no AWS, no I/O', ...packages('zod', 'yaml'), '^crypto$'),
    ...floors,
    {
      name: 'lib/tunnel: nothing loose',
      comment: 'every file of the domain lies in a room',
      severity: 'error',
      from: {},
      to: { path: '^lib/tunnel/[^/]+$' },
    },
    {
      name: 'lib/tunnel: floors',
      comment: 'every room of the domain stands on a floor: add it to FLOORS',
      severity: 'error',
      from: {},
      to: { path: '^lib/tunnel/[^/]+/', pathNot: within(...FLOORS.flat().map((room) => `lib/tunnel/${room}`)) },
    },

    rooms('lib/stack', 'what is deployed is made of the domain', 'lib/tunnel'),
    never('lib/stack', 'nothing calls AWS while a template is made', '@aws-sdk'),
    rooms('lambdas', 'steps are made of the domain', 'lib/tunnel'),
    never('lambdas', 'no construct is needed at run time', 'aws-cdk-lib', 'constructs'),
    rooms('cli', 'commands know domain and lab; of what is deployed they know cdk.out', 'lib/tunnel', 'lab'),
    never('cli', 'no construct is needed to run a command', 'aws-cdk-lib', 'constructs'),
    {
      name: 'cli/aws: no lab',
      comment: 'the lab answers as AWS does: whoever asks does not know which of them it is',
      severity: 'error',
      from: { path: '^cli/aws/' },
      to: { path: '^lab/' },
    },
    {
      name: 'packed: installed packages',
      comment: 'who installs edge-ramp as a package gets its dependencies only (files in package.json)',
      severity: 'error',
      from: { path: within('bin', 'cli', 'lab', 'lambdas', 'lib') },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    rooms(
      'bin',
      'it starts the commands and the app; it is packed, and tests, kit and benchmark are not',
      'cli',
      'lib',
      'tsx',
    ),
    only('cli/page/(parts|browser)', 'they run in a browser, too', ...packages('preact', 'htm')),
    rooms('lab', 'the lab knows the product by cdk.out alone'),
    rooms('bench', 'the benchmark knows the product by cdk.out alone', 'lab'),
    never('(lab|bench)', 'the lab knows the product by cdk.out alone', '@aws-sdk', 'aws-cdk-lib', 'constructs'),
  ],
  options: { parser: 'swc', doNotFollow: { path: 'node_modules' } },
};
