import { type Argument, Command, Option } from 'commander'
import { say } from './print.js'

/** A command as its completion needs it. */
interface Words {
  readonly name: string
  readonly description: string
  readonly options: readonly { flag: string; description: string }[]
  readonly choices: readonly string[]
}

function wordsOf(command: Command): Words {
  const choices = command.registeredArguments.flatMap((argument: Argument) => argument.argChoices ?? [])
  const options = [...command.options, new Option('--help', 'display help for command')]
  return {
    name: command.name(),
    description: command.description(),
    options: options.map(({ long, short, description }) => ({ flag: long ?? short ?? '', description })),
    choices,
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

function bash(commands: readonly Words[]): string {
  const cases = commands.map(({ name, options, choices }) => {
    return `    ${name}) words=${quote([...options.map(({ flag }) => flag), ...choices].join(' '))} ;;`
  })
  return `complete_sockctl() {
  local words=${quote(commands.map(({ name }) => name).join(' '))}
  if [ "$COMP_CWORD" -gt 1 ]; then
    words=
    case "\${COMP_WORDS[1]}" in
${cases.map((line) => `  ${line}`).join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F complete_sockctl sockctl`
}

function zsh(commands: readonly Words[]): string {
  const escaped = (text: string) => text.replaceAll(':', '\\:')
  const names = commands.map(({ name, description }) => `    ${quote(`${name}:${escaped(description)}`)}`)
  const cases = commands.map(({ name, options, choices }) => {
    const flags = options.map(({ flag, description }) => quote(`${flag}:${escaped(description)}`))
    return `    ${name}) words=(${[...flags, ...choices.map(quote)].join(' ')}) ;;`
  })
  return `#compdef sockctl
complete_sockctl() {
  local -a words
  if (( CURRENT == 2 )); then
    words=(
${names.join('\n')}
    )
  else
    case "\${(Q)\${(z)BUFFER}[2]}" in
${cases.map((line) => `  ${line}`).join('\n')}
    esac
  fi
  _describe sockctl words || _files
}
compdef complete_sockctl sockctl`
}

function fish(commands: readonly Words[]): string {
  const top = commands.map(({ name, description }) => {
    return `complete -c sockctl -n __fish_use_subcommand -a ${name} -d ${quote(description)}`
  })
  const below = commands.flatMap(({ name, options, choices }) => {
    const start = `complete -c sockctl -n '__fish_seen_subcommand_from ${name}'`
    const flags = options.map(
      ({ flag, description }) => `${start} -l ${flag.replace(/^--/, '')} -d ${quote(description)}`,
    )
    return [...flags, ...choices.map((choice) => `${start} -a ${choice}`)]
  })
  // No file names where the name of a command is wanted.
  return ['complete -c sockctl -f -n __fish_use_subcommand', ...top, ...below].join('\n')
}

const writers = { bash, zsh, fish }
type Shell = keyof typeof writers

/** `sockctl completion`: the completion of a shell, made from the commands as they are. */
export function completionCommand(program: Command): Command {
  const command = new Command('completion')
  const argument = command.createArgument('<shell>', 'the shell').choices(Object.keys(writers))
  return command
    .description('print the completion script of a shell, for eval "$(sockctl completion bash)"')
    .addArgument(argument)
    .action((name: Shell) => say(writers[name](program.commands.map(wordsOf))))
}
