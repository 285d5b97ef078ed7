// Series of PostgreSQL that several cases have.
import { type Line, steady } from '../case.ts';

/** A family of a check, which is one server. */
export const of = (check: string, family: string, labels = ''): string =>
  `${family}{check="${check}",instance="${check}:5432"${labels === '' ? '' : `,${labels}`}}`;
export const ofDatabase = (check: string, datname: string, family: string): string =>
  of(check, family, `datid="${datname.length}",datname="${datname}"`);
export const ofTable = (check: string, relname: string, family: string, more = ''): string =>
  of(check, family, `datname="shop",schemaname="public",relname="${relname}"${more}`);
export const answers = (check: string): Line => steady(of(check, 'pg_up'), 1);
/** 95 connections for ordinary users; the last line is of PostgreSQL 16 and later. */
export const usable = (check: string): readonly Line[] => [
  steady(of(check, 'pg_settings_max_connections'), 100),
  steady(of(check, 'pg_settings_superuser_reserved_connections'), 3),
  steady(of(check, 'pg_settings_reserved_connections'), 2),
];
