// Dates of KMS as Prometheus has times: seconds since 1970.
export const seconds = (date: Date | undefined): number | undefined =>
  date === undefined ? undefined : date.getTime() / 1000;
