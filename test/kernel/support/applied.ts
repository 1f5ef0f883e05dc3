import { kernelSite, type KernelSite, type KernelSiteOptions } from './site';

/** Applies what is declared. @throws Error with the end that the run came to, if it is another */
export async function apply(site: KernelSite): Promise<void> {
  const end = await site.end({ allowInterruption: true });
  if (end !== 'Applied') throw new Error(`The tunnel was to be applied, but: ${end}`);
}

/** A site on which the declared tunnel stands. Close it. */
export async function appliedSite(options: KernelSiteOptions): Promise<KernelSite> {
  const site = await kernelSite(options);
  try {
    await apply(site);
    return site;
  } catch (error) {
    await site.close();
    throw error;
  }
}
