// What a message shows of a written value: never a credential, however it is written.
import { expect, test } from 'vitest';
import { quote } from '../../src/config/mask.ts';

test.each([
  ['postgres://app:hunter2@db/shop', '`postgres://***@db/shop`'],
  ['https://db/?password=hunter2&x=1', '`https://db/?password=***&x=1`'],
  ['host=db user=app password=hunter2', '`host=db user=app password=***`'],
  ["password = 'hun ter\\'2' host=db", '`password = *** host=db`'],
  ['password=hunter2&3 host=db', '`password=*** host=db`'],
  ["host=db sslpassword='hunter2", '`host=db sslpassword=***`'],
])('%s', (written, shown) => {
  expect(quote(written)).toBe(shown);
});
