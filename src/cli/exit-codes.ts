// The exit codes, spelt once: a command ends with one of these, and help says what each means.

/** 78 is EX_CONFIG of sysexits.h. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, configuration: 78 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export const meanings: Readonly<Record<ExitCode, string>> = {
  [exitCodes.ok]: 'ok',
  [exitCodes.failed]: 'failed',
  [exitCodes.usage]: 'wrong usage',
  [exitCodes.configuration]: 'mistakes in the configuration',
};
