import { contenders, leave } from './contenders.mjs'

function chainOf(object) {
  const chain = []
  for (let next = Object.getPrototypeOf(object); next !== null; next = Object.getPrototypeOf(next)) chain.push(next)
  return chain
}

function sameItems(ours, theirs) {
  return ours.length === theirs.length && ours.every((item, index) => item === theirs[index])
}

/** What data passes through on its way to the system call, of a socket of ours next to a stock one. */
export async function compareHandles(port) {
  const [ours, theirs] = await Promise.all(contenders.map(({ open }) => open({ host: '127.0.0.1', port })))
  const report = {
    socket: ours.constructor.name,
    handle: ours._handle.constructor.name,
    sameSocketClasses: sameItems(chainOf(ours), chainOf(theirs)),
    sameHandleClasses: sameItems(chainOf(ours._handle), chainOf(theirs._handle)),
    sameMethods: ['read', 'write', '_read', '_write', '_writev', 'push', 'on', 'pipe', 'destroy'].every(
      (name) => !Object.hasOwn(ours, name) && ours[name] === theirs[name],
    ),
    sameHandleProperties: sameItems(Reflect.ownKeys(ours._handle), Reflect.ownKeys(theirs._handle)),
  }
  await Promise.all([leave(ours), leave(theirs)])
  return report
}
