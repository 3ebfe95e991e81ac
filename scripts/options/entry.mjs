import { isForeign, platforms, systemsOf } from './systems.mjs'
import { formOf, rangeOf } from './values.mjs'

function lateOf({ before, late }) {
  if (before === undefined) return 'at any time'
  const deadline = before === 'port' ? 'before the port is chosen' : `before ${before}()`
  if (late === undefined) return `${deadline}; refused afterwards`
  if (typeof late === 'string') return `${deadline}; later it ${late}`
  const kinds = Object.entries(late).map(([kind, effect]) => `on ${kind} it ${effect}`)
  return `${deadline}; refused afterwards, but ${kinds.join(', ')}`
}

/** When an option is set; a control code is not. */
function useOf(entry) {
  if (entry.level === 'WSAIoctl') return ['- access: none, since it is a control code and no option']
  const access = { rw: 'read and write', ro: 'read', wo: 'write' }[entry.access]
  return [
    `- access: ${access}`,
    `- sockets: ${entry.sockets.join(', ')}`,
    `- set: ${entry.access === 'ro' ? 'never' : lateOf(entry)}`,
  ]
}

function numbersOf({ level, number }) {
  const text = (value) => (level === 'WSAIoctl' ? `0x${value.toString(16)}` : value)
  const known = Object.entries(platforms).filter(([key]) => number[key] !== undefined)
  return known.map(([key, label]) => `${label} ${text(number[key])}`).join(', ')
}

/** What the page says of an option. */
export function entryText(name, entry, comment) {
  const mark = isForeign(entry) ? `**${systemsOf(entry)} only.** ` : ''
  const lines = [
    `### ${name}`,
    '',
    `${mark}${comment.replace(/\s+/g, ' ')}`,
    '',
    ...(isForeign(entry) ? [`- level: ${entry.level}`] : []),
    `- value: ${formOf(entry)}${entry.unit ? ` (${entry.unit})` : ''}${rangeOf(entry)}`,
    ...useOf(entry),
    ...(entry.privilege ? [`- privilege: ${entry.privilege}`] : []),
    `- number: ${numbersOf(entry)}`,
    `- source: ${entry.source}`,
    '',
  ]
  return lines.join('\n')
}
