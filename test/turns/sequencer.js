const { sep } = require('node:path');
const { default: Sequencer } = require('@jest/test-sequencer');
const SECONDS = require('./seconds.json');

const nameOf = ({ path }) =>
  path
    .split(sep)
    .join('/')
    .replace(/^.*\/test\//, '');
const isRecorded = (test) => nameOf(test) in SECONDS;
/** What a file takes that is not recorded: as much as the middle one of those that are. */
const MIDDLE = Object.values(SECONDS).sort((a, b) => a - b)[Math.floor(Object.keys(SECONDS).length / 2)];
const secondsOf = (test) => SECONDS[nameOf(test)] ?? MIDDLE;
const longestFirst = (tests) =>
  [...tests].sort((a, b) => secondsOf(b) - secondsOf(a) || (nameOf(a) < nameOf(b) ? -1 : 1));

/** The order of test files, and their shares, by the seconds that are recorded of them (seconds.json, docs/adr/0020). */
module.exports = class extends Sequencer {
  /** Each file, the longest first, goes to the share that has least to do, so that all take about the same time. */
  shard(tests, { shardIndex, shardCount }) {
    const shares = Array.from({ length: shardCount }, () => ({ seconds: 0, tests: [] }));
    for (const test of longestFirst(tests)) {
      const lightest = shares.reduce((least, share) => (share.seconds < least.seconds ? share : least));
      lightest.tests.push(test);
      lightest.seconds += secondsOf(test);
    }
    return shares[shardIndex - 1].tests;
  }

  /** The longest first: else one process begins it when the others have nothing left to do. */
  async sort(tests) {
    const others = await super.sort(tests.filter((test) => !isRecorded(test)));
    return [...longestFirst(tests.filter(isRecorded)), ...others];
  }
};
