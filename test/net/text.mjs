// How a value is written down, so that two runs can be compared: ports, paths and long data stand for themselves no more.
import { createHash } from 'node:crypto'
import { EventEmitter } from 'node:events'

const longest = 64

/** A port as it stands in a record until {@link numberPorts} gives it its number there. */
export function portText(port) {
  return port >= 1024 && port <= 65535 ? `<port ${port}>` : String(port)
}

/** Replaces the ports in lines by P1, P2 ..., in the order in which they are first met. */
export function numberPorts(lines, seen) {
  const number = (port) => {
    if (!seen.has(port)) seen.set(port, `P${seen.size + 1}`)
    return seen.get(port)
  }
  return lines.map((line) => line.replace(/<port (\d+)>/g, (_, port) => number(port)))
}

/** Data of any length: all of it, or its length and hash. */
export function dataText(data) {
  const text = data.toString('latin1')
  if (text.length <= longest) return JSON.stringify(text)
  return `${data.length} bytes ${createHash('sha1').update(text, 'latin1').digest('hex').slice(0, 8)}`
}

/** Writes values of one program, which gives names to its files and its emitters. */
export class Writer {
  names = new Map()
  files = new Map()

  text(value, key = '') {
    if (typeof value === 'string') return JSON.stringify(this.plain(value))
    if (typeof value === 'number') return /port$/i.test(key) ? portText(value) : String(value)
    if (typeof value === 'function') return `[function ${value.name}]`
    if (value === null || typeof value !== 'object') return String(value)
    if (this.names.has(value)) return `<${this.names.get(value)}>`
    if (value instanceof Error) return this.error(value)
    if (value instanceof Uint8Array) return `bytes ${dataText(Buffer.from(value))}`
    if (value instanceof EventEmitter) return `a ${value.constructor.name}`
    if (Array.isArray(value)) return `[${value.map((item) => this.text(item)).join(', ')}]`
    return this.object(value)
  }

  plain(text) {
    let result = text.replace(/:(\d{4,5})\b/g, (_, port) => `:${portText(Number(port))}`)
    for (const [path, name] of this.files) result = result.replaceAll(path, name)
    return result
  }

  object(value) {
    const fields = Object.keys(value).map((key) => `${key}: ${this.text(value[key], key)}`)
    return `{ ${fields.join(', ')} }`
  }

  /** All that an error says, but its stack, which names files. */
  error(error) {
    const keys = Object.keys(error).sort()
    const fields = keys.map((key) => `${key}: ${this.text(error[key], key)}`)
    const hidden = ['errors', 'cause'].filter((key) => Object.hasOwn(error, key) && !keys.includes(key))
    for (const key of hidden) fields.push(`(${key}): ${this.text(error[key])}`)
    return `${error.name} ${this.text(error.message)} { ${fields.join(', ')} }`
  }
}
