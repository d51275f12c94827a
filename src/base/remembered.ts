/**
 * Remembers what was made of an object for as long as the object lives, so that the ten thousand ports of a record are
 * read once and not at each start. Only for objects that are never changed in place.
 */
export function remembered<K extends object, V>(make: (of: K) => V): (of: K) => V {
  const made = new WeakMap<K, { readonly value: V }>();
  return (of) => {
    const known = made.get(of);
    if (known) return known.value;
    const value = make(of);
    made.set(of, { value });
    return value;
  };
}
