import net from 'node:net'
import type { Family } from '../platform.js'

/** The part of Node's TCP and pipe handles that connecting needs. */
interface Handle {
  readonly fd: number
  open(fd: number): number
  bind(address: string, port: number): number
  bind6(address: string, port: number): number
  connect(request: object, address: string, port?: number): number
  connect6(request: object, address: string, port: number): number
}

/** An address to bind to before connecting, as Node passes it on. */
export interface LocalAddress {
  readonly address: string
  readonly port: number
}

/** Makes the descriptors that a `net.Socket` connects with. Its functions return 0 or a negated errno. */
export interface DescriptorMaker {
  /** Makes a socket, bound as asked, and hands its descriptor over; whoever takes it returns 0 or a negated errno. */
  make(family: Family, local: LocalAddress | undefined, take: (fd: number) => number): number
  /** Whether connect(2), which failed, may do better with the next descriptor from here. */
  retries(errno: number): boolean
}

/** What a handle that was taken over belongs to. */
interface Owner {
  readonly socket: net.Socket
  readonly maker: DescriptorMaker
}

const ownerOf = Symbol('owner')

/** A handle whose first descriptor comes from a maker. */
interface TakenHandle extends Handle {
  readonly [ownerOf]: Owner
}

function stockOf(handle: Handle): Handle {
  return Object.getPrototypeOf(handle) as Handle
}

function open(handle: TakenHandle, family: Family, local?: LocalAddress): number {
  if (handle.fd >= 0) return 0
  return handle[ownerOf].maker.make(family, local, (fd) => handle.open(fd))
}

/** The method with which Node gives a socket a new handle for the next address of a name. */
const renewal = Object.getOwnPropertySymbols(net.Socket.prototype).find(
  ({ description }) => description === 'kReinitializeHandle',
) as symbol

/** Closes the handle of a socket and puts a new one, without a descriptor, in its place. */
function renewed(handle: TakenHandle): TakenHandle {
  const { socket } = handle[ownerOf]
  const client = 0
  const internals = socket as unknown as Record<symbol, (handle: Handle) => void> & { readonly _handle: TakenHandle }
  internals[renewal]?.(Reflect.construct(handle.constructor, [client]) as Handle)
  return internals._handle
}

type Connect = 'connect' | 'connect6'

/** Connects a handle, or one that takes its place while the maker knows of another descriptor to try. */
function connectWith(first: TakenHandle, family: Family, connect: Connect, args: readonly unknown[]): number {
  const { maker } = first[ownerOf]
  for (let handle = first; ; handle = renewed(handle)) {
    const opened = open(handle, family)
    if (opened < 0) return opened
    const errno = Reflect.apply(stockOf(handle)[connect], handle, args) as number
    if (errno >= 0 || !maker.retries(errno)) return errno
  }
}

type Bind = 'bind' | 'bind6'

/** Binds by making the descriptor, where there is none yet. */
function bindWith(handle: TakenHandle, family: Family, bind: Bind, args: [address: string, port: number]): number {
  if (handle.fd >= 0) return Reflect.apply(stockOf(handle)[bind], handle, args)
  const [address, port] = args
  return open(handle, family, { address, port })
}

// What Node calls on a handle that is about to connect, each in front of the method that it hides.
const tcpMethods = {
  bind(this: TakenHandle, ...args: [address: string, port: number]): number {
    return bindWith(this, 'ipv4', 'bind', args)
  },
  bind6(this: TakenHandle, ...args: [address: string, port: number]): number {
    return bindWith(this, 'ipv6', 'bind6', args)
  },
  connect(this: TakenHandle, ...args: unknown[]): number {
    return connectWith(this, 'ipv4', 'connect', args)
  },
  connect6(this: TakenHandle, ...args: unknown[]): number {
    return connectWith(this, 'ipv6', 'connect6', args)
  },
}

/** What Node is called back on when a connection is made, or is not. */
interface ConnectRequest {
  oncomplete(errno: number, handle: object, request: object, readable: boolean, writable: boolean): void
}

const pipeMethods = {
  connect(this: TakenHandle, ...args: [request: ConnectRequest, path: string]): number {
    const opened = open(this, 'unix')
    if (opened >= 0) return Reflect.apply(stockOf(this).connect, this, args)
    // A pipe connects within connect(), before anybody listens for 'error': Node tells of such failures later.
    setImmediate(() => args[0].oncomplete(opened, this, args[0], true, true))
    return 0
  },
}

function takeOver(handle: Handle, owner: Owner): void {
  const methods = 'connect6' in handle ? tcpMethods : pipeMethods
  for (const [name, value] of Object.entries(methods)) Object.defineProperty(handle, name, { value })
  Object.defineProperty(handle, ownerOf, { value: owner })
}

/**
 * Lets a class of sockets choose the descriptors that its `connect()` connects with. Node makes a handle without a
 * descriptor for each address that it tries, and assigns it to an accessor of `net.Socket.prototype`; this puts one in
 * front of it.
 *
 * @param prototype the prototype of a class that extends `net.Socket`
 * @param makerFor finds the maker for a socket; undefined leaves the descriptor to Node
 */
export function interceptConnecting(
  prototype: net.Socket,
  makerFor: (socket: net.Socket) => DescriptorMaker | undefined,
): void {
  const stock = Object.getOwnPropertyDescriptor(net.Socket.prototype, '_handle') as Required<PropertyDescriptor>
  Object.defineProperty(prototype, '_handle', {
    ...stock,
    set(this: net.Socket, handle: Handle | null) {
      const maker = handle && handle.fd < 0 ? makerFor(this) : undefined
      if (handle && maker) takeOver(handle, { socket: this, maker })
      stock.set.call(this, handle)
    },
  })
}

/** Whether a socket has a descriptor, or a handle that is about to get one. */
export function hasHandle(socket: net.Socket): boolean {
  return Boolean((socket as { _handle?: object | null })._handle)
}
