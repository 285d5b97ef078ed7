// What is wrong with a cron expression, and what to write instead.

export class CronMistake extends Error {
  override readonly name = 'CronMistake';
  /** What to write; absent where only the form of an expression helps. */
  readonly fix: string | undefined;
  constructor(message: string, fix?: string) {
    super(message);
    this.fix = fix;
  }
}

/** A part of what was written, short and printable. */
export const shown = (text: string): string => {
  const plain = text.replace(/[^\x21-\x7e]/g, '�');
  return `\`${plain.length > 20 ? `${plain.slice(0, 19)}…` : plain}\``;
};
