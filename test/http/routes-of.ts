// Which routes a server has, read from what Fastify prints of them.

/** Of Fastify's tree of routes, in which a line holds what follows its parent's path: `METHOD /path`. */
export function routesOf(tree: string): readonly string[] {
  const parents: string[] = [];
  return tree.split('\n').flatMap((line) => {
    const [, indent = '', part = '', methods] = /^([│ ]*)[├└]── (\S*)(?: \((.*)\))?$/.exec(line) ?? [];
    const depth = indent.length / 4;
    const path = `${depth === 0 ? '' : parents[depth - 1]}${part}`;
    parents[depth] = path;
    return (methods ?? '')
      .split(', ')
      .filter((method) => method !== '')
      .map((method) => `${method} ${path}`);
  });
}
