// What the bench measures with: a load from another process, a process' memory and time, medians and their spread.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export type Load = { readonly perSecond: number; readonly p50: number; readonly p99: number };

const generator = fileURLToPath(new URL('generator.mjs', import.meta.url));

/** @returns requests per second, and milliseconds */
export function load(url: string, connections: number, requests: number): Promise<Load> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [generator, url, String(connections), String(requests)], (error, stdout, stderr) =>
      error ? reject(new Error(`${error.message}\n${stderr}`)) : resolve(JSON.parse(stdout) as Load),
    );
  });
}

export type Memory = { readonly rss: number; readonly anon: number };

/** In MB. https://man7.org/linux/man-pages/man5/proc_pid_status.5.html */
export function memoryOf(pid: number): Memory {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const of = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]) / 1024;
  return { rss: of('VmRSS'), anon: of('RssAnon') };
}

/** Processor time so far, in seconds: user and system. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
export function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100; // USER_HZ is 100 wherever Linux shows it to programs
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** `median (least–most)` */
export function spread(values: readonly number[], digits: number): string {
  const all = [median(values), Math.min(...values), Math.max(...values)].map((value) => value.toFixed(digits));
  return `${all[0]} (${all[1]}–${all[2]})`;
}

/** Rows as a Markdown table, so that it can be read on a terminal and pasted into a page. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((cell, column) => Math.max(cell.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |\n`;
  return line(head) + line(widths.map((width) => '-'.repeat(width))) + rows.map(line).join('');
}
