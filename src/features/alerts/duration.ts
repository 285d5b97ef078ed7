// Durations of Prometheus.

/** As Prometheus reads it, which takes no fractions: 90 minutes are `1h30m`, half a second is `500ms`. */
export function promDuration(ms: number): string {
  let rest = Math.round(ms);
  const parts = Object.entries({ d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 }).map(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count === 0 ? '' : `${count}${unit}`;
  });
  return parts.join('') || '0s';
}
