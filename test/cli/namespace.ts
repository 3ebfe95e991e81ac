import { NetworkNamespace } from '../../lib/diag/namespace.js'

/** Gives a function that starts things in a network namespace of their own, which takes root. */
export async function withNamespace(
  use: (run: <Result>(start: () => Result) => Result) => Promise<void>,
): Promise<void> {
  const namespace = NetworkNamespace.create()
  if (!namespace) throw new Error('no network namespace can be made')
  try {
    await use((start) => namespace.run(start))
  } finally {
    namespace[Symbol.dispose]()
  }
}
