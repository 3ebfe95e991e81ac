const marker = 'XXRETCODE:'
const whole = /^XXRETCODE:(\d{1,3})\n$/

/** No marker is longer, its number and line end included. */
const longest = `${marker}255\n`.length

/** A command that also prints, at its very end, how it exited: the protocol does not tell. For the shells sh and csh. */
export function withStatus(command: string): string {
  return `(${command}\n)\necho ${marker}$?`
}

function mayBeMarker(text: string): boolean {
  return marker.startsWith(text) || /^XXRETCODE:\d{1,3}\n?$/.test(text)
}

/** Takes the exit status off the end of an output. */
export class StatusFilter {
  #held: Buffer = Buffer.alloc(0)

  /** Takes a chunk, and gives what is surely output. */
  push(chunk: Buffer): Buffer {
    const all = Buffer.concat([this.#held, chunk])
    let start = Math.max(0, all.length - longest)
    while (start < all.length && !mayBeMarker(all.toString('latin1', start))) start++
    this.#held = all.subarray(start)
    return all.subarray(0, start)
  }

  /** What is left at the end: the status, or output that only looked like it. */
  end(): { status?: number; rest: Buffer } {
    const [, status] = whole.exec(this.#held.toString('latin1')) ?? []
    return status === undefined ? { rest: this.#held } : { status: Number(status), rest: Buffer.alloc(0) }
  }
}
