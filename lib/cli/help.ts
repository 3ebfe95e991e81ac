import { type Command, Help } from 'commander'

/** The width of a help that does not go to a terminal, as commander has it. */
const usual = 80

/** Adds text to the help of a command, as wide as the rest of it. An empty line begins a new paragraph. */
export function addHelp(command: Command, text: string): Command {
  return command.addHelpText('after', () => {
    const { isTTY, columns } = process.stdout
    const flowing = text.trim().replace(/(?<!\n)\n(?!\n)/g, ' ')
    return `\n${new Help().boxWrap(flowing, (isTTY && columns) || usual)}`
  })
}
