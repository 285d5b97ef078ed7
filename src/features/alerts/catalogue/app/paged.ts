// Two pages for one cause are one too many: a page can wait for another one that is out.

/** `unless` it: one of the alerts, by their names of the catalogue, pages already. Overrides of it are followed. */
export const paged = (names: string): string =>
  `on () ALERTS{alertname=~".*(${names})", severity="critical", alertstate="firing"}`;
