import { table } from '../../dist/options/table/index.js'
import { readComments } from './comments.mjs'
import { entryText } from './entry.mjs'
import { isForeign, systemsOf } from './systems.mjs'

/** What stands below a heading of the page: rows of one level, or of one set of systems. */
function sectionText([title, rows], comments) {
  return [`## ${title}`, '', ...rows.map(([name, entry]) => entryText(name, entry, comments.get(name)))].join('\n')
}

/** GitHub's link to a heading. */
function linkTo(title) {
  return `[${title}](#${title
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-')})`
}

function groupBy(rows, titleOf) {
  const groups = new Map()
  for (const row of rows) groups.set(titleOf(row[1]), [...(groups.get(titleOf(row[1])) ?? []), row])
  return [...groups]
}

function headText(rows, sections) {
  const foreign = rows.filter(([, entry]) => isForeign(entry)).length
  return [
    '# Socket options',
    '',
    `The ${rows.length} options that sockctl knows by name. Linux has ${rows.length - foreign} of them, and they come first, by`,
    `level; the other ${foreign} are those of other systems alone, and on Linux using one is \`ERR_SOCKCTL_UNSUPPORTED\`. Those of`,
    'the level `WSAIoctl` are control codes, which are no options on any system: they are here so that their names are known.',
    '',
    '| options | number of them |',
    '|---|---|',
    ...sections.map(([title, { length }]) => `| ${linkTo(title)} | ${length} |`),
    '',
    'This page is generated from the table in `lib/options/table`; `npm run docs` writes it. Options that are not here can',
    'be read and set by number with `getRawOption` and `setRawOption`.',
    '',
  ].join('\n')
}

/** The text of docs/options.md. */
export function optionsPage() {
  const comments = readComments()
  const rows = Object.entries(table)
  const missing = rows.filter(([name]) => !comments.has(name)).map(([name]) => name)
  if (missing.length > 0) throw new Error(`rows without a doc comment: ${missing.join(', ')}`)
  const own = rows.filter(([, entry]) => !isForeign(entry))
  const foreign = rows.filter(([, entry]) => isForeign(entry))
  // Those of one system come before those that several share.
  foreign.sort(([, one], [, other]) => Object.keys(one.number).length - Object.keys(other.number).length)
  const sections = [
    ...groupBy(own, ({ level }) => level),
    ...groupBy(foreign, (entry) => `Not on Linux: ${systemsOf(entry)}`),
  ]
  const parts = sections.map((section) => sectionText(section, comments))
  return `${[headText(rows, sections), ...parts].join('\n').trimEnd()}\n`
}
