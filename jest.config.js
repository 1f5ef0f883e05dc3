// Times are shown in the zone of whoever reads them; in tests that is the same one everywhere.
process.env.TZ = 'UTC';

const common = {
  setupFiles: ['<rootDir>/test/settings.ts'],
  moduleNameMapper: {
    '^fast-check$': '<rootDir>/test/fast-check.ts',
    // Each test file loads its modules anew, and of zod's 95 files 62 are languages that nothing here speaks.
    '^\\.\\./locales/index\\.cjs$': '<rootDir>/node_modules/zod/v4/locales/en.cjs',
  },
  testEnvironment: 'node',
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
};
const project = (displayName, roots, more = {}) => ({
  ...common,
  displayName,
  roots: roots.map((root) => `<rootDir>/test/${root}`),
  ...more,
});
/** Files of rooms that take many seconds: each call of a played oc is a program, a bridge is read in all its eras, time-outs are waited for, 500 tunnels are synthesized, a pair's runs end anywhere, a model is searched. */
const SLOW =
  '/(lib/tunnel/(cluster-(commands|halfway|laws|looks|shared)|bigip-pair-half-way|ramp/((observe-)?pipelines?|adopted|input|keeper-model|public-script))|lab/cloud/(lab(-opening)?|ssm)|lab/hosts/(happenings|health-check|pairs|reachability|time-outs)|stack/many|kit/(check|spoiled|transcript))\\.test\\.ts$';
/** What starts the devices' scripts under bash, with commands that answer as a test tells them; .ci/run in each turn; the command line, for what it loads. */
const SCRIPTS =
  '/(lib/tunnel/(prelude|fence|commands|member-scripts|bigip/(((pair|group)-)?scripts|session)|ramp/(by-oc|claim|observe|old-tools|ovn(-without-iptables)?|after-change|keeper(-(unit|holds|listens|pause))?))|turns/ci|cli/loads)\\.test\\.ts$';
/** The contenders of the benchmark that take many seconds: Ansible, and whole runs. */
const BENCH = '\\.slow\\.test\\.ts$';
const assembled = { globalSetup: '<rootDir>/test/assemble.ts' };

/** @type {import('jest').Config} `npm test` runs rooms; scripts and lab are in every CI beside it; runs and faults take minutes, ovs needs Open vSwitch, vip keepalived, awscli the AWS CLI, page Chromium, kernel a kernel with Open vSwitch or QEMU, ovn OVN besides, bench Ansible, old-tools programs of RHEL 7 (test/old-tools/run.sh); they have scripts of their own */
module.exports = {
  testTimeout: 180_000, // a run may wait for a node that is away; on a busy machine everything doubles
  maxWorkers: '100%', // the default leaves a core idle, half of a small machine
  testSequencer: '<rootDir>/test/turns/sequencer.js',
  workerIdleMemoryLimit: '500MB', // a process that ran a hundred files holds 1 GB, and needs longer to end than jest waits for it
  projects: [
    project('rooms', ['lib', 'stack', 'lambdas', 'bench', 'cli', 'kit', 'turns', 'judge', 'ends'], {
      ...assembled,
      testPathIgnorePatterns: [SLOW, SCRIPTS, BENCH],
    }),
    project('scripts', ['lib', 'turns', 'cli'], { testRegex: [SCRIPTS] }),
    project('lab', ['lab'], { testPathIgnorePatterns: [SLOW] }),
    project('runs', ['runs', 'lib', 'stack', 'lab', 'kit'], {
      ...assembled,
      testRegex: [`/runs/.*\\.test\\.ts$`, SLOW],
    }),
    project('page', ['page'], assembled),
    project('ovs', ['ovs']),
    project('vip', ['vip']),
    project('faults', ['faults'], assembled),
    project('awscli', ['awscli']),
    project('kernel', ['kernel'], assembled),
    project('ovn', ['ovn']),
    project('old-tools', ['old-tools'], assembled),
    project('bench', ['bench'], { ...assembled, testRegex: [BENCH] }),
  ],
};
