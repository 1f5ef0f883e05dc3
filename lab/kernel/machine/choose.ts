import { openGuest } from './guest';
import { installedKernel } from './image';
import type { Machine, Sleeper } from './job';

export async function openMachine(
  options: { readonly from?: string; readonly tell?: (line: string) => void } = {},
): Promise<Machine | Sleeper> {
  const kernel = installedKernel();
  if (!kernel) throw new Error('No kernel: apt-get install linux-image-cloud-amd64');
  return openGuest(kernel, '', options);
}
