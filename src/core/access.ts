// Who may use a route: everybody, or whoever shows a token that may do what the route does.

/**
 * What a token of `tokens` may do. `read`: see everything that is known. `write`: change what this process does. `audit`: read
 * what people did. `profile`: read how the program runs. The one `token` may do everything.
 */
export const scopes = ['read', 'write', 'audit', 'profile'] as const;
export type Scope = (typeof scopes)[number];

/** `open`: no token is asked for. */
export type Access = 'open' | Scope;
