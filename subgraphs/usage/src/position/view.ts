import type { PriceFigures } from './domain/figures.js';

/** As contracts have them: lists that may be written. */
export function figuresView({ parts, ...figures }: PriceFigures) {
  return { ...figures, ...(parts !== undefined && { parts: [...parts] }) };
}
