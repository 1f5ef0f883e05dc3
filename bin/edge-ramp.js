#!/usr/bin/env node
'use strict';
// Runs the commands from one file that esbuild makes of their sources. Loading those one by one, as TypeScript, takes several times as long.
// The file begins with a hash of its sources and is made again when they change, so an edit, a checkout or an update of a package counts at once.
const { createHash } = require('node:crypto');
const { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const path = require('node:path');

const PROJECT = path.join(__dirname, '..');
/** Where npm has put the packages: here, or where this one is itself installed, as @edge-ramp/edge-ramp. */
const OUTER = path.join(PROJECT, '..', '..');
const PACKAGES = path.basename(OUTER) === 'node_modules' ? OUTER : path.join(PROJECT, 'node_modules');
const MADE = path.join(PACKAGES, '.cache', 'edge-ramp', 'commands.js');
/** Everything that can become part of the file. npm's list of what it installed stands for the packages. */
const FOLDERS = ['bin', 'cli', 'lib'];
const FILES = [path.join(PROJECT, 'tsconfig.json'), path.join(PACKAGES, '.package-lock.json')];

function hashOfSources() {
  const hash = createHash('sha1');
  const add = (file) => hash.update(`${file}\n`).update(readFileSync(file));
  const addFolder = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true }))
      (entry.isDirectory() ? addFolder : add)(path.join(folder, entry.name));
  };
  FILES.filter((file) => existsSync(file)).forEach(add); // another installer than npm keeps no such list
  FOLDERS.forEach((folder) => addFolder(path.join(PROJECT, folder)));
  return hash.digest('hex');
}

/** The kept file, if it begins like this. */
function kept(beginning) {
  try {
    const text = readFileSync(MADE, 'utf8');
    return text.startsWith(beginning) ? text : undefined;
  } catch {
    return undefined;
  }
}

/** Makes the file and keeps it where that is possible. */
function make(beginning) {
  const { outputFiles } = require('esbuild').buildSync({
    absWorkingDir: PROJECT,
    entryPoints: ['bin/commands.ts'],
    bundle: true,
    platform: 'node',
    target: 'node20',
    // The lab stays TypeScript, and the AWS clients are larger than all the rest. A command that needs them loads them; esbuild is a program.
    external: ['../lab/*', '@aws-sdk/client-*', 'esbuild'],
    write: false,
  });
  const text = `${beginning}${outputFiles[0].text}`;
  try {
    mkdirSync(path.dirname(MADE), { recursive: true });
    writeFileSync(`${MADE}.${process.pid}`, text);
    renameSync(`${MADE}.${process.pid}`, MADE);
  } catch {
    // The folder belongs to another user: the next command makes the file again.
  }
  return text;
}

// tsx reads TypeScript. It starts with the first such file: help and validate have none.
require.extensions['.ts'] = (loading, file) => {
  delete require.extensions['.ts'];
  require('tsx/cjs'); // oxlint-disable-line import/no-unassigned-import -- it registers itself
  require.extensions['.ts'](loading, file);
};

if ((process.env.EDGE_RAMP_DEBUG ?? '') === '') {
  const beginning = `// ${hashOfSources()}\n`;
  // The text counts as standing here: the lab lies beside this folder.
  module._compile(kept(beginning) ?? make(beginning), __filename);
} else {
  // The stack of an error names the sources.
  require('./commands.ts'); // oxlint-disable-line import/no-unassigned-import -- it is a program
}
