import { EventEmitter } from 'node:events';

/**
 * Wakes the pollers of this process after a commit, so that in a single process nothing waits for the next poll.
 * Each rests on a `Notifier`. A lost wake-up costs one poll interval, nothing else.
 */
export const bell = new EventEmitter();
bell.setMaxListeners(0);

/** Rows of these topics were committed; none named = of any. */
export function wakeLog(topics?: readonly string[]): void {
  bell.emit('log', topics);
}

/** Tells the timers of this process that an appointment was made or a clock was moved. */
export function wakeTimers(): void {
  bell.emit('timers');
}

/** Something that a test clock may have waited for is done, or a clock was told to move. */
export function wakeClocks(): void {
  bell.emit('clocks');
}

/** A consumer of this process applied something that somebody may have waited for. */
export function wakeFacts(): void {
  bell.emit('facts');
}

/** What a sleeper may be woken for. */
export type WakeKind = 'log' | 'timers' | 'clocks' | 'facts';
