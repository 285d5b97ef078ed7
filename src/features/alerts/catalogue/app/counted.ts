// What was counted within a window, from the first event on.

/**
 * What each series of the app's counter grew by. A label with an open set of values has no series in a process before its
 * first event there, and that `increase()` does not see: a series that was not there counts whole, where Prometheus asked
 * the service already then.
 */
export const counted = (selector: string, window: string): string => `
  ((${selector} unless ${selector} offset ${window}) and on () up{job="app"} offset ${window}
  or increase(${selector}[${window}]))`;
