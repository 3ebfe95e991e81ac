import { inspect } from 'node:util'

/** A map to read from, whose entries are made when it is first asked for anything. */
export class LazyMap<Key, Value> implements ReadonlyMap<Key, Value> {
  readonly #make: () => Iterable<readonly [Key, Value]>
  #made: ReadonlyMap<Key, Value> | undefined

  /** @param make makes the entries; called once at most */
  constructor(make: () => Iterable<readonly [Key, Value]>) {
    this.#make = make
  }

  #map(): ReadonlyMap<Key, Value> {
    this.#made ??= new Map(this.#make())
    return this.#made
  }

  get size(): number {
    return this.#map().size
  }

  get(key: Key): Value | undefined {
    return this.#map().get(key)
  }

  has(key: Key): boolean {
    return this.#map().has(key)
  }

  keys(): MapIterator<Key> {
    return this.#map().keys()
  }

  values(): MapIterator<Value> {
    return this.#map().values()
  }

  entries(): MapIterator<[Key, Value]> {
    return this.#map().entries()
  }

  forEach(visit: (value: Value, key: Key, map: ReadonlyMap<Key, Value>) => void, receiver?: unknown): void {
    for (const [key, value] of this) visit.call(receiver, value, key, this)
  }

  [Symbol.iterator](): MapIterator<[Key, Value]> {
    return this.entries()
  }

  [inspect.custom](): ReadonlyMap<Key, Value> {
    return this.#map()
  }
}
