// Numbers as people write them.

/** No hexadecimal, no Infinity. It never goes back over what it read. */
export const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
