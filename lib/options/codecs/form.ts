import type { Level } from '../entry.js'

/** A value of four bytes, which goes to the kernel without a buffer. */
export interface ScalarCodec {
  /** The values that the form allows, where the option says nothing narrower. */
  readonly range: readonly [least: number, most: number]
  fromInt(int: number): boolean | number | string
  toInt(value: unknown, name: string, least: number, most: number): number
}

/** A value of any other form. */
export interface BytesCodec {
  /** The bytes to offer for reading. */
  readonly capacity: number
  /** Where the kernel fills room of one length alone: that length, by the head that `capacity` bytes bring. */
  lengthOf?(head: Buffer): number
  /** That number where it depends on the socket. */
  capacityOf?(fd: number): number
  /** What the kernel reads from those bytes before it answers in them. */
  readonly request?: Uint8Array
  /** Whether the kernel is given a pointer to a classic BPF program, not the bytes. */
  readonly isProgram?: true
  /** The level to set the option at, where the value decides it and not the row. */
  levelOf?(bytes: Uint8Array): Level
  decode(bytes: Buffer): unknown
  encode(value: unknown, name: string): Uint8Array
}
