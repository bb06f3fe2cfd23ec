// The kernel's id of the calling thread, by which its CPU time is found.
import { readlinkSync } from 'node:fs';

/** 0 where there is no /proc. */
export function osThreadId(): number {
  try {
    return Number(readlinkSync('/proc/thread-self').split('/').at(-1)) || 0;
  } catch {
    return 0;
  }
}
