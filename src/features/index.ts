// The features, each a folder beside this file. Adding one is its folder, its line here and its page: CONTRIBUTING.md.
import { alerts } from './alerts/index.ts';
import { app } from './app/index.ts';
import type { Feature } from './define.ts';
import { prometheus } from './prometheus/index.ts';
import { slos } from './slos/index.ts';

export const features: readonly Feature[] = [app, alerts, slos, prometheus];
