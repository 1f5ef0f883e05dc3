#!/usr/bin/env -S node --require tsx/cjs
// Not `--import tsx`: it also starts a thread for ES modules, of which there are none here, and that takes longer than all that help does.
// Not `tsx`: it stands between, and kills a process that has been busy for 60 ms when somebody presses Ctrl-C.
import { main } from '../cli/main';
import { thisProcess } from '../cli/surroundings';

void main(process.argv.slice(2), thisProcess()).then((code) => {
  process.exitCode = code;
});
