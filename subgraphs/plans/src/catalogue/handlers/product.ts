import { newId } from '@tollgate/runtime/base/new-id';
import { command, type Caller } from '@tollgate/runtime/command/command';
import type { CreateProductInput } from '../../generated/graphql.js';
import { products } from '../store/product.js';

/** Makes a product. */
export async function createProduct(caller: Caller, input: CreateProductInput) {
  return command(caller, { name: 'createProduct', input, access: 'backend' }, async (tx) => {
    const id = newId('prd');
    const { name, description } = input;
    const asked = { type: 'CreateProduct', id, name, description } as const;
    const decided = products.decide(products.fresh(id), asked, await tx.now());
    if (!decided.ok) return decided.rejection;
    await products.record(tx, [decided.change]);
    return { __typename: 'ProductCreated' as const, productId: id };
  });
}
