import { assert, unreachable } from '@tollgate/kernel/assert';
import type { Decider } from '@tollgate/kernel/decider';
import { accept, reject, type Decision } from '@tollgate/kernel/decision';
import { InputReader, NAME_MAX_CHARS, type InvalidInput } from '@tollgate/kernel/input';
import type { Id } from '@tollgate/kernel/id';

/** What a tenant sells. */
export interface Product {
  readonly id: Id<'prd'>;
  readonly name: string;
  readonly description: string | null;
}

export interface CreateProduct {
  readonly type: 'CreateProduct';
  readonly id: Id<'prd'>;
  readonly name: string;
  readonly description?: string | null | undefined;
}

export interface ProductCreated extends Product {
  readonly type: 'ProductCreated';
}

export const DESCRIPTION_CHARS_MAX = 2_000;

export const productDecider: Decider<Product | null, CreateProduct, ProductCreated, InvalidInput> = {
  initial: null,
  decide,
  evolve,
};

function decide(command: CreateProduct, state: Product | null): Decision<ProductCreated, InvalidInput> {
  assert(state === null, 'a new product has a new id');
  const fields = new InputReader();
  const name = fields.text('input.name', command.name, NAME_MAX_CHARS);
  const description = fields.prose('input.description', command.description, DESCRIPTION_CHARS_MAX);
  if (fields.rejection !== null) return reject(fields.rejection);
  return accept({ type: 'ProductCreated', id: command.id, name, description });
}

function evolve(_state: Product | null, event: ProductCreated): Product {
  switch (event.type) {
    case 'ProductCreated':
      return { id: event.id, name: event.name, description: event.description };
    default:
      return unreachable(event.type);
  }
}
