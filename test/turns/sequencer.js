const { sep } = require('node:path');
const { default: Sequencer } = require('@jest/test-sequencer');
const SECONDS = require('./seconds.json');

/** What of the recorded files is shared by files; of the faults each share has a part of every file. */
const SHARED = Object.keys(SECONDS).filter((name) => !name.startsWith('faults/'));
/** What a file takes that is not recorded: as much as the middle one of those that are. */
const MIDDLE = Object.values(SECONDS).sort((a, b) => a - b)[Math.floor(Object.keys(SECONDS).length / 2)];

const nameOf = ({ path }) =>
  path
    .split(sep)
    .join('/')
    .replace(/^.*\/test\//, '');
const isRecorded = (name) => name in SECONDS;
const secondsOf = (name) => SECONDS[name] ?? MIDDLE;
/** How much longer a share takes by a file: these have the machine for themselves, of all others two run at once. */
const loadOf = (name) => secondsOf(name) * (/^(ovs|vip|awscli|page|kernel|ovn|bench)\//.test(name) ? 2 : 1);
const most = (of) => (a, b) => of(b) - of(a) || (a < b ? -1 : 1);

/** Each file, what takes most first, goes to the share that has least to do. */
function sharesOf(names, count) {
  const shares = Array.from({ length: count }, () => ({ load: 0, names: new Set() }));
  for (const name of [...names].sort(most(loadOf))) {
    const lightest = shares.reduce((least, share) => (share.load < least.load ? share : least));
    lightest.names.add(name);
    lightest.load += loadOf(name);
  }
  return shares.map((share) => share.names);
}

/** The order of test files, and their shares, by the seconds that are recorded of them (seconds.json, docs/adr/0020). */
module.exports = class extends Sequencer {
  /** Shares of all suites together take about the same time: which files others have counts for each of them. */
  shard(tests, { shardIndex, shardCount }) {
    const share = sharesOf(new Set([...SHARED, ...tests.map(nameOf)]), shardCount)[shardIndex - 1];
    return tests.filter((test) => share.has(nameOf(test)));
  }

  /** The longest first: else one process begins it when the others have nothing left to do. */
  async sort(tests) {
    const [recorded, others] = [
      tests.filter((test) => isRecorded(nameOf(test))),
      tests.filter((test) => !isRecorded(nameOf(test))),
    ];
    const longestFirst = recorded.sort((a, b) => most(secondsOf)(nameOf(a), nameOf(b)));
    return [...longestFirst, ...(await super.sort(others))];
  }
};
