// The commands, in the order in which help shows them. Adding one is its file and its line here.
import type { CommandTable } from './command.ts';

export const commands = {
  run: { summary: 'run the daemon (the default)', load: () => import('./run.ts') },
  probe: { summary: 'run checks once and show every phase', load: () => import('./probe.ts') },
  drain: { summary: 'take this pod out of service, or back into it', load: () => import('./drain.ts') },
  healthcheck: { summary: 'ask the running daemon; ends with 0 or 1', load: () => import('./healthcheck.ts') },
  'check-config': { summary: 'say what is wrong with the configuration', load: () => import('./check-config.ts') },
  'print-config': { summary: 'print the values in force, and their sources', load: () => import('./print-config.ts') },
  init: { summary: 'write a configuration for this service', load: () => import('./init.ts') },
  generate: { summary: 'write rules for Prometheus from the configuration', load: () => import('./generate.ts') },
  schema: { summary: 'print the JSON Schema of the configuration', load: () => import('./schema.ts') },
  completion: { summary: 'print the completion script of a shell', load: () => import('./completion.ts') },
} as const satisfies CommandTable;
