import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Imported into the program that is measured: tells every second how long its event loop kept anybody waiting at most. */

const TELL_EVERY_MS = 1_000;
const NANOSECONDS = 1e6;

const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
setInterval(() => {
  process.send?.({ stallMs: delay.max / NANOSECONDS });
  delay.reset();
}, TELL_EVERY_MS).unref();
