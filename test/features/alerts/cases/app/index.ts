// The cases of the pack `app`.
import type { Case } from '../../case.ts';
import { authCases } from './auth.ts';
import { dataCases } from './data.ts';
import { featureCases } from './feature.ts';
import { graphqlCases } from './graphql.ts';
import { httpCases } from './http.ts';
import { workCases } from './work.ts';

export const cases: readonly Case[] = [
  ...httpCases,
  ...graphqlCases,
  ...authCases,
  ...dataCases,
  ...workCases,
  ...featureCases,
];
