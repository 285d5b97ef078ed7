// What the shop sells: products, a checkout, orders, and the same products by a little of GraphQL.
import { type Answer, json, type Question, read } from './answer.ts';
import type { Recorder } from './recorder.ts';

const products = [
  { id: 'tea', name: 'Tea', cents: 450 },
  { id: 'cup', name: 'Cup', cents: 1200 },
  { id: 'pot', name: 'Pot', cents: 3900 },
] as const;

type Item = { readonly product: string; readonly count: number };
type Order = { readonly id: number; readonly user: string; readonly items: readonly Item[]; readonly cents: number };

const cacheEntryLives = 20; // requests

export function createShop(record: Recorder['record']) {
  const orders: Order[] = [];
  let asked = 0;

  /** Of a cache that forgets them now and then. */
  function lookUpProducts(): typeof products {
    asked += 1;
    const isMiss = asked % cacheEntryLives === 1;
    record('cache_requests_total', { cache: 'products', result: isMiss ? 'miss' : 'hit' });
    record('cache_operation_duration_seconds', { cache: 'products', operation: 'get' }, isMiss ? 0.002 : 0.0002);
    if (isMiss) record('cache_entries', { cache: 'products' }, products.length);
    return products;
  }

  return {
    products: (): Answer => json(200, lookUpProducts(), { 'cache-control': 'public, max-age=60' }),

    checkout(user: string, { body }: Question): Answer {
      const items = itemsOf(read(body));
      if (items === undefined) return json(400, { error: 'items of known products are wanted, each with its count' });
      const all = lookUpProducts();
      const cents = items.reduce((sum, { product, count }) => {
        const price = all.find(({ id }) => id === product)?.cents ?? 0;
        return sum + price * count;
      }, 0);
      const order: Order = { id: orders.length + 1, user, items, cents };
      orders.push(order);
      record('cache_invalidations_total', { entity: 'order' });
      return json(201, order, { location: `/api/orders/${order.id}` });
    },

    orders: (user: string): Answer => json(200, orders.filter((order) => order.user === user).slice(-100)),

    order(user: string, id: string): Answer {
      const order = orders[Number(id) - 1];
      return order?.user === user ? json(200, order) : json(404, { error: 'there is no such order' });
    },

    /** Knows `{ products { … } }` and whatever it asks of them. */
    graphql({ body }: Question): Answer {
      const begun = performance.now();
      const took = (): void =>
        record('query_duration_seconds', { operation: 'query' }, (performance.now() - begun) / 1000);
      const query = (read(body) as { query?: unknown } | undefined)?.query;
      const isKnown = typeof query === 'string' && /^\s*(query\b[^{]*)?\{\s*products\b/.test(query);
      record('queries_total', { status: isKnown ? 'success' : 'error' });
      record('query_complexity_score', {}, typeof query === 'string' ? query.split('{').length * 10 : 0);
      if (!isKnown) record('query_errors_total', { error_type: 'validation' });
      else record('graphql_operations_total', { operation: 'query' });
      const answer = isKnown
        ? { data: { products: lookUpProducts() } }
        : { errors: [{ message: 'only products can be asked for' }] };
      took();
      return json(200, answer);
    },
  };
}

function itemsOf(given: unknown): readonly Item[] | undefined {
  const items = (given as { items?: unknown } | undefined)?.items;
  if (!Array.isArray(items) || items.length === 0) return undefined;
  const isItem = (one: Item): boolean =>
    products.some(({ id }) => id === one?.product) && Number.isInteger(one.count) && one.count > 0;
  return items.every(isItem) ? (items as readonly Item[]) : undefined;
}
