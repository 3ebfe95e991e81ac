/** A class that can be constructed, whatever its arguments. */
type Class<Instance extends object = object> = new (...args: never[]) => Instance

/**
 * Makes a class stand for one of Node's constructors, which are functions: it can be called without `new`, and as
 * `Parent.call(this, ...)` by a function that inherits from it the old way, and what Node's own constructor made counts
 * as its instance.
 *
 * @param own a class that extends Node's
 * @param stock Node's constructor
 * @param initialize what the constructor does beyond Node's
 */
export function callable<Own extends Class>(
  own: Own,
  stock: Class,
  initialize: (self: InstanceType<Own>, args: ConstructorParameters<Own>) => void,
): Own {
  const result = new Proxy(own, {
    apply(target, self: unknown, args: ConstructorParameters<Own>) {
      if (!(self instanceof stock)) return Reflect.construct(target, args)
      Reflect.apply(stock, self, args)
      return initialize(self as InstanceType<Own>, args)
    },
  })
  own.prototype.constructor = result
  for (const name of ['name', 'length'] as const) Object.defineProperty(own, name, { value: stock[name] })
  Object.defineProperty(own, Symbol.hasInstance, {
    value(this: unknown, value: unknown): boolean {
      if (this === result) return value instanceof stock
      return Function.prototype[Symbol.hasInstance].call(this as Class, value)
    },
  })
  return result
}
