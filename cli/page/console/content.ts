import { join } from 'node:path';
import type { Place } from '../../place';
import type { Where } from '../../where';
import { STYLE } from '../style';
import { apiAt } from './api';
import type { Content } from './server';

/**
 * The console of a place.
 * @param product edge-ramp's own folder, with the sources of the page's script
 * @param place is found when a page first asks for data
 * @public loaded late
 */
export function contentAt(product: string, place: () => Promise<Place>, where: Where): Content {
  let script: string | undefined;
  return { api: apiAt(place, where), script: () => (script ??= bundle(product)), style: STYLE };
}

/** The page's script in one file. esbuild is here already, for the commands themselves (ADR 0024). */
function bundle(product: string): string {
  const { buildSync } = require('esbuild') as typeof import('esbuild');
  const { outputFiles } = buildSync({
    absWorkingDir: product,
    entryPoints: [join('cli', 'page', 'browser', 'main.ts')],
    bundle: true,
    minify: true,
    platform: 'browser',
    target: 'es2022',
    write: false,
  });
  return outputFiles[0]!.text;
}
