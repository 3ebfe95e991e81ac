import { native } from '../../native.js'
import type { PortRange } from '../../options/index.js'
import { families } from '../../platform.js'
import type { AddressBlock } from '../checks.js'
import type { Query } from '../query.js'
import { type View, viewOf } from './view.js'

// The filter programs of inet_diag (inet_diag_bc_op in linux/inet_diag.h, run by inet_diag_bc_run() in
// net/ipv4/inet_diag.c). An operation that holds goes on behind its arguments; one that does not jumps forward. A socket
// is taken where the program ends at its last byte, and left out by a jump beyond it.
const codes = { jump: 1, interface: 9, mark: 10 }
const localCodes = { least: 2, most: 3, address: 7 }
const remoteCodes = { least: 4, most: 5, address: 8 }

/** A condition: what it compares with stands behind its head. */
interface Condition {
  readonly code: number
  readonly size: number
  /** Writes what it compares with; the offset is that of the head. */
  write(target: View, offset: number): void
}

const headSize = 4

type Codes = typeof localCodes

function portCondition(code: number, port: number): Condition {
  // The port is in the place of the jump of a second head.
  const write: Condition['write'] = ({ halves }, offset) => {
    halves[(offset + headSize + 2) >> 1] = port
  }
  return { code, size: 2 * headSize, write }
}

function rangeConditions({ low, high }: PortRange, { least, most }: Codes): Condition[] {
  return [portCondition(least, low), portCondition(most, high)]
}

function blockConditions({ family, bytes, length }: AddressBlock, { address }: Codes): Condition[] {
  const hostSize = 8
  const write: Condition['write'] = (target, offset) => {
    target.bytes[offset + headSize] = families[family]
    target.bytes[offset + headSize + 1] = length
    // Any port.
    target.signed[(offset + headSize + 4) >> 2] = -1
    target.bytes.set(bytes, offset + headSize + hostSize)
  }
  return [{ code: address, size: headSize + hostSize + bytes.length, write }]
}

function interfaceConditions(name: string): Condition[] {
  const index = native.interfaceIndex(Buffer.from(name))
  const write: Condition['write'] = ({ signed }, offset) => {
    signed[(offset + headSize) >> 2] = index
  }
  return [{ code: codes.interface, size: 2 * headSize, write }]
}

function markConditions(mark: number): Condition[] {
  const write: Condition['write'] = ({ words }, offset) => {
    words[(offset + headSize) >> 2] = mark
    // All of its bits count.
    words[(offset + 2 * headSize) >> 2] = 0xffffffff
  }
  return [{ code: codes.mark, size: 3 * headSize, write }]
}

/** Ways to fulfil it, each of them conditions that must all hold. */
type Clause = readonly (readonly Condition[])[]

function clausesOf(query: Query): Clause[] {
  const clause = <Value>(values: readonly Value[] | undefined, conditions: (value: Value) => Condition[]) =>
    values ? [values.map(conditions)] : []
  return [
    ...clause(query.localPorts, (range) => rangeConditions(range, localCodes)),
    ...clause(query.remotePorts, (range) => rangeConditions(range, remoteCodes)),
    ...clause(query.localBlocks, (block) => blockConditions(block, localCodes)),
    ...clause(query.remoteBlocks, (block) => blockConditions(block, remoteCodes)),
    ...clause(query.interfaces, interfaceConditions),
    ...clause(query.marks, markConditions),
  ]
}

function sizeOf(conditions: readonly Condition[]): number {
  return conditions.reduce((sum, { size }) => sum + size, 0)
}

/** The size of a clause: a jump to its end stands behind each way to fulfil it but the last. */
function clauseSize(clause: Clause): number {
  return clause.reduce((sum, way) => sum + sizeOf(way), 0) + (clause.length - 1) * headSize
}

function writeHead({ bytes, halves }: View, offset: number, code: number, size: number, jump: number): void {
  bytes[offset] = code
  bytes[offset + 1] = size
  halves[(offset + 2) >> 1] = jump
}

function writeClause(target: View, start: number, clause: Clause): number {
  const end = start + clauseSize(clause)
  const beyond = target.bytes.length + headSize
  let offset = start
  for (const [index, way] of clause.entries()) {
    const isLast = index === clause.length - 1
    const next = isLast ? beyond : offset + sizeOf(way) + headSize
    for (const condition of way) {
      writeHead(target, offset, condition.code, condition.size, next - offset)
      condition.write(target, offset)
      offset += condition.size
    }
    if (isLast) break
    writeHead(target, offset, codes.jump, headSize, end - offset)
    offset += headSize
  }
  return end
}

// A jump has 16 bits.
const largest = 2 ** 15

/**
 * Compiles what a query says of ports, addresses, interfaces and marks. The kernel then leaves out what does not fit;
 * a query too long for that gives an empty program, which takes every socket.
 */
export function compileProgram(query: Query): Uint8Array {
  const clauses = clausesOf(query)
  const size = clauses.reduce((sum, clause) => sum + clauseSize(clause), 0)
  if (size > largest) return new Uint8Array(0)
  const target = viewOf(new Uint8Array(size))
  let offset = 0
  for (const clause of clauses) offset = writeClause(target, offset, clause)
  return target.bytes
}
