const boxes = [...document.querySelectorAll('[data-state]')]
const table = document.getElementById('rows')
const status = document.getElementById('status')
const fields = { port: document.getElementById('port'), process: document.getElementById('process') }
// A change stays marked for so long, since some states last less than half a second.
const markFor = 1000
// What the server sends at the most.
const mostRows = 200
const marks = new Map()
let state = ''
let source
let before

/** Writes a text where it differs: what stays the same costs no layout. */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text
}

function mark(box, change) {
  write(box.querySelector('.change'), change > 0 ? `+${change}` : String(change))
  box.classList.add('changed')
  clearTimeout(marks.get(box))
  const unmark = () => {
    box.classList.remove('changed')
    write(box.querySelector('.change'), '')
  }
  marks.set(box, setTimeout(unmark, markFor))
}

function drawCounts(counts) {
  for (const box of boxes) {
    const name = box.dataset.state
    const count = counts[name]
    write(box.querySelector('.count'), String(count))
    box.classList.toggle('full', count > 0)
    box.setAttribute('aria-label', `${name}: ${count}`)
    if (before && before[name] !== count) mark(box, count - before[name])
  }
  before = counts
}

function seconds(left) {
  return left === null ? '' : `${(left / 1000).toFixed(1)} s`
}

/** What the table shows. A port that is none is not looked at. */
function shownText(count) {
  const wrong = fields.port.checkValidity() ? '' : 'A port is a number from 1 to 65535. '
  if (count === mostRows) return `${wrong}The first ${count} rows are shown: filter for others`
  return `${wrong}${count} ${count === 1 ? 'row' : 'rows'} shown`
}

function drawRows(rows, counts) {
  while (table.rows.length > rows.length) table.deleteRow(-1)
  while (table.rows.length < rows.length) {
    const row = table.insertRow()
    for (let cell = 0; cell < 5; cell++) row.insertCell()
  }
  rows.forEach((values, index) => {
    const { cells } = table.rows[index]
    for (let cell = 0; cell < 4; cell++) write(cells[cell], values[cell])
    write(cells[4], seconds(values[4]))
  })
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0)
  write(document.getElementById('limit'), `${shownText(rows.length)}; ${all} sockets on this host`)
  const left = rows.map((row) => row[4]).filter((ms) => ms !== null)
  const first = left.length > 0 ? `; the next of those shown is gone in ${seconds(Math.min(...left))}` : ''
  write(document.getElementById('remnants'), `${counts.TIME_WAIT} in TIME_WAIT${first}`)
}

function listen() {
  source?.close()
  const port = fields.port.checkValidity() ? fields.port.value : ''
  const query = new URLSearchParams({ port, process: fields.process.value, state })
  source = new EventSource(`events?${query}`)
  source.onopen = () => write(status, 'live, five samples a second')
  source.onerror = () => write(status, 'not connected: is sockctl still running?')
  source.onmessage = ({ data }) => {
    const { counts, rows } = JSON.parse(data)
    drawCounts(counts)
    drawRows(rows, counts)
  }
}

function choose(box) {
  state = box && state !== box.dataset.state ? box.dataset.state : ''
  for (const one of boxes) one.setAttribute('aria-pressed', String(one.dataset.state === state))
  listen()
}

function showAll() {
  fields.port.value = ''
  fields.process.value = ''
  choose(undefined)
}

for (const box of boxes) {
  box.addEventListener('click', () => choose(box))
  box.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return
    event.preventDefault()
    choose(box)
  })
}
document.getElementById('filter').addEventListener('input', listen)
document.getElementById('filter').addEventListener('submit', (event) => event.preventDefault())
document.getElementById('filter').addEventListener('reset', () => setTimeout(showAll))
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') {
    document.activeElement?.blur()
    showAll()
  }
  if (event.key !== '/' || event.target instanceof HTMLInputElement) return
  event.preventDefault()
  fields.port.focus()
})
listen()
