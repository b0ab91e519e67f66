import { EventEmitter } from 'node:events';

/**
 * Wakes the workers of this process after a commit, so that in a single process nothing waits for the next look.
 * Each rests on a `Notifier`. A lost wake-up costs the time until the next look, nothing else.
 */
export const bell = new EventEmitter();
bell.setMaxListeners(0);

/** Rows of these topics were committed; none named = of any. */
export function wakeLog(topics?: readonly string[]): void {
  bell.emit('log', topics);
}

/** Tells the timers of this process that an appointment of these owners may be due; none named = of any. */
export function wakeTimers(owners?: readonly string[]): void {
  bell.emit('timers', owners);
}

/** A clock was told to move. */
export function wakeClocks(): void {
  bell.emit('clocks');
}

/** Something is done that a test clock on its way may have waited for. */
export function wakeWalkingClocks(): void {
  bell.emit('walking');
}

/** A provider's webhook was kept. */
export function wakeWebhooks(): void {
  bell.emit('webhooks');
}

/** A consumer of this process applied something that somebody may have waited for. */
export function wakeFacts(): void {
  bell.emit('facts');
}

/** What a sleeper may be woken for; of `looks` no bell tells. */
export type WakeKind = 'log' | 'timers' | 'clocks' | 'walking' | 'webhooks' | 'facts' | 'looks';
