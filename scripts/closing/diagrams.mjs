// Draws the states of both ends of a connection, as they were observed (docs/images/closing.json), as SVG.
import { readFileSync } from 'node:fs'

const folder = new URL('../../docs/images/', import.meta.url)

const titles = {
  'close-first': 'We close first: end() or destroy()',
  'close-after-peer': 'The peer closes first: closeAfterPeer()',
  'both-at-once': 'Both close at the same moment',
  abort: 'We reset: abort()',
  'abort-after-fin': 'The peer closes, then we reset',
  'peer-stays': 'We close first, and the peer never does',
  'peer-vanishes': 'We close, and the peer is cut off',
}

const words = {
  'ours:close': 'we close',
  'peer:close': 'the peer closes',
  'both:close': 'both close',
  'ours:abort': 'we abort',
  'ours:limit': 'our limit is up',
}

// Every text has its place by these; fonts differ, so nothing is measured.
const width = 560
const top = 74
const row = 72
const box = { width: 132, height: 28 }
const columns = { ours: 130, peer: 430 }

const fills = { TIME_WAIT: '#f6c7a1', gone: '#ffffff', ESTABLISHED: '#cfe5cf' }
const strokes = { gone: '#999999' }

function escapeXml(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function text(x, y, content, attributes = '') {
  return `<text x="${x}" y="${y}" text-anchor="middle" ${attributes}>${escapeXml(content)}</text>`
}

function stateBox(end, y, state) {
  const x = columns[end] - box.width / 2
  const dash = state === 'gone' ? ' stroke-dasharray="4 3"' : ''
  const style = `fill="${fills[state] ?? '#e3e8f0'}" stroke="${strokes[state] ?? '#44506a'}"${dash}`
  const frame = `<rect x="${x}" y="${y - box.height / 2}" width="${box.width}" height="${box.height}" rx="4" ${style}/>`
  return `${frame}\n${text(columns[end], y + 4, state === 'gone' ? 'nothing left' : state, 'font-size="13"')}`
}

/** A segment on its way from one end to the other, which it reaches unless it is lost. */
function arrow([from, what], y, slot) {
  const toRight = from === 'ours'
  const start = columns[from] + (toRight ? 1 : -1) * 6
  const isLost = what.endsWith('lost')
  const to = columns[toRight ? 'peer' : 'ours'] - (toRight ? 1 : -1) * 6
  const end = isLost ? (start + to) / 2 : to
  const at = y + slot * 20
  const line = `<line x1="${start}" y1="${at}" x2="${end}" y2="${at + 8}" stroke="#222222" marker-end="url(#head)"/>`
  const label = text((columns.ours + columns.peer) / 2 + (toRight ? -40 : 40), at - 1, what, 'font-size="12"')
  return `${line}\n${label}`
}

function stepLines(step, before, index) {
  const y = top + index * row
  const lines = []
  for (const end of ['ours', 'peer']) {
    if (before?.[end] === step[end]) continue
    lines.push(stateBox(end, y, step[end]))
  }
  if (before) {
    step.sent.forEach((sent, slot) => {
      lines.push(arrow(sent, y - row / 2 - (step.sent.length - 1) * 11, slot))
    })
    const word = words[step.did]
    if (word)
      lines.push(
        text((columns.ours + columns.peer) / 2, y + 8, word, 'font-size="12" font-style="italic" fill="#555555"'),
      )
  }
  return lines
}

function lifeline(end, steps) {
  const gone = steps.findIndex((step) => step[end] === 'gone')
  const last = gone === -1 ? steps.length - 1 : gone
  const bottom = top + last * row + (gone === -1 ? 24 : 0)
  return `<line x1="${columns[end]}" y1="${top}" x2="${columns[end]}" y2="${bottom}" stroke="#b8c0cf" stroke-width="2"/>`
}

function drawing(name, steps) {
  const height = top + (steps.length - 1) * row + 36
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" role="img">`,
    `<title>${escapeXml(titles[name])}</title>`,
    '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" fill="#222222"/></marker></defs>',
    `<rect width="${width}" height="${height}" fill="#fcfcfb"/>`,
    text(width / 2, 22, titles[name], 'font-size="15" font-weight="bold"'),
    text(columns.ours, 46, 'this end', 'font-size="13" fill="#555555"'),
    text(columns.peer, 46, 'the peer', 'font-size="13" fill="#555555"'),
    lifeline('ours', steps),
    lifeline('peer', steps),
    ...steps.flatMap((step, index) => stepLines(step, steps[index - 1], index)),
    '</svg>',
    '',
  ]
  return lines.join('\n')
}

/** The drawings, by the path of their file. */
export function closingDiagrams() {
  const { scenes } = JSON.parse(readFileSync(new URL('closing.json', folder), 'utf8'))
  return Object.entries(scenes).map(([name, steps]) => [new URL(`closing-${name}.svg`, folder), drawing(name, steps)])
}
