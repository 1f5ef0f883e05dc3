import { useEffect, useState } from 'preact/hooks';
import { read } from './client';

/** What was read last, and why it could not be read again. */
export interface Polled<T> {
  readonly data?: T | undefined;
  readonly error?: string | undefined;
}

/**
 * Reads again and again, as long as somebody sees the page.
 * @param path below /api; another one begins anew
 * @param every milliseconds until the next look; 0: what was read does not change any more
 */
export function usePolled<T>(path: string, every: (data: T) => number): Polled<T> {
  const [polled, setPolled] = useState<Polled<T> & { readonly path: string }>({ path });
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let over = false;
    const look = async (): Promise<void> => {
      if (document.hidden) return; // it looks again when somebody does
      let next = AFTER_AN_ERROR;
      try {
        const data = await read<T>(path);
        if (over) return;
        setPolled({ path, data });
        next = every(data);
      } catch (error) {
        if (over) return;
        const { message } = error as Error;
        setPolled((before) => ({ path, data: before.path === path ? before.data : undefined, error: message }));
      }
      if (next > 0) timer = setTimeout(() => void look(), next);
    };
    const seen = (): void => {
      clearTimeout(timer);
      void look();
    };
    void look();
    document.addEventListener('visibilitychange', seen);
    return () => {
      over = true;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', seen);
    };
  }, [path]);
  return polled.path === path ? polled : {};
}

const AFTER_AN_ERROR = 5000;
