/** How to get something that may be short. */
export interface Wanting<Thing> {
  /** Takes one; undefined where none is left. */
  take(): Thing | undefined
  /** Calls back when it is worth another try; gives a function that ends the wait. */
  wait(again: () => void): () => void
  got(thing: Thing): void
  failed(error: Error): void
}

/** Gets something, waiting for it where it is short; gives a function that ends the wait. */
export function obtain<Thing>(wanting: Wanting<Thing>): () => void {
  let cancel: (() => void) | undefined
  const attempt = () => {
    cancel = undefined
    try {
      const thing = wanting.take()
      if (thing === undefined) cancel = wanting.wait(attempt)
      else wanting.got(thing)
    } catch (error) {
      wanting.failed(error as Error)
    }
  }
  attempt()
  return () => cancel?.()
}
