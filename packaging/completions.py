"""The files by which bash, zsh and fish complete what is typed, made from the programs' definitions.

The parser's library makes such files too (`--generate-completion-script`). Those of its version 1.8 offer a subcommand
`help` that `astra-clone` refuses; bash's offers a flag again that is there already, knows no `--log-level=`, and begins as
a program does, which Debian objects to; fish's takes 0.7 s, and offers nothing behind `astra-steps clone --ca-f`. These
are half as long, and ask no program while somebody types.
"""

from __future__ import annotations

from definitions import Option, Program

# Where each shell looks, below /usr or another prefix, and what the file of a program is called there.
PLACES = {
    "bash": ("share/bash-completion/completions", "{}"),
    "zsh": ("share/zsh/site-functions", "_{}"),
    "fish": ("share/fish/vendor_completions.d", "{}.fish"),
}
ORIGIN = "made from the definitions of its --help"


def completions(program: Program) -> dict[str, str]:
    """The file of each shell for a program, by the shell's name."""
    return {"bash": bash(program), "zsh": zsh(program), "fish": fish(program)}


# MARK: bash

# One function for all steps. Its name has no dash: bash refuses such a name where it keeps to POSIX.
BASH = r"""# bash completion for @NAME@, @ORIGIN@ -*- shell-script -*-

@FUNCTION@() {
  local current=$2 step=@STEP@ option= prefix= word words= index=1 IFS=$' \t\n'
  local -A value=() long=() given=()
  local -a once=() repeated=()
  COMPREPLY=()
@CHOICE@  case $step in
@CASES@    *) return ;;
  esac

  # What is typed already: `option` is the one whose value comes next.
  for ((; index < COMP_CWORD; index++)); do
    word=${COMP_WORDS[index]}
    if [[ $option ]]; then
      # bash takes `--log-level=info` for three words.
      [[ $word == = ]] || option=
    elif [[ $word == -- ]]; then
      return
    elif [[ $word == -* ]]; then
      word=${long[$word]-$word}
      given[${word%%=*}]=1
      [[ ${value[$word]-} ]] && option=$word
    fi
  done
  if [[ -z $option && $current == --*=* ]]; then
    # COMP_WORDBREAKS can be without the equals sign.
    option=${current%%=*} prefix=${current%%=*}= current=${current#*=}
  fi
  [[ $current == = ]] && current=

  if [[ -z $option ]]; then
    for word in "${once[@]}"; do [[ ${given[$word]-} ]] || words+=" $word"; done
    words+=" ${repeated[*]-}"
    # Short names only for somebody who types one: the long ones tell more.
    [[ $current == - || $current == -[^-]* ]] && words+=" ${!long[*]}"
  else
    words=${value[$option]-text}
    case $words in
      text) return ;;
      # With nothing offered here, bash offers files or folders by itself; it knows about ~ and about quotes.
      file) compopt -o default 2>/dev/null && return ;;
      folder) compopt -o dirnames 2>/dev/null && return ;;
      ,*)
        compopt -o nospace 2>/dev/null
        words=${words#,}
        [[ $current == *,* ]] && prefix+=${current%,*}, current=${current##*,}
        ;;
    esac
  fi
  COMPREPLY=($(compgen -P "$prefix" -W "$words" -- "$current"))
} && complete -F @FUNCTION@ @NAME@
"""

# What only astra-steps has: its first argument says which step.
BASH_CHOICE = r"""  if ((COMP_CWORD == 1)) || [[ ${COMP_WORDS[1]} == help && $COMP_CWORD == 2 ]]; then
    words="@STEPS@"
    ((COMP_CWORD == 1)) && words+=" help @OPTIONS@"
    COMPREPLY=($(compgen -W "$words" -- "$current"))
    return
  fi
  step=${COMP_WORDS[1]} index=2
"""

BASH_CASE = r"""    @STEP@)
      once=(@ONCE@)
      repeated=(@REPEATED@)
      long=(@LONG@)
      value=(@VALUE@)
      ;;
"""


def filled(template: str, **values: str) -> str:
    """A template with its @PLACES@ filled."""
    for place, value in values.items():
        template = template.replace(f"@{place}@", value)
    return template


def bash_value(option: Option) -> str:
    """What the function above is told of an option's value."""
    words = ("," if option.lists_words else "") + " ".join(option.words)
    return f"'{words}'" if option.words else option.kind or "text"


def bash_case(program: Program) -> str:
    return filled(
        BASH_CASE,
        STEP=program.step,
        ONCE=" ".join(one.long_name for one in program.options if not one.repeats),
        REPEATED=" ".join(one.long_name for one in program.options if one.repeats),
        LONG=" ".join(f"[{name}]={one.long_name}" for one in program.options for name in one.names[:-1]),
        VALUE=" ".join(f"[{one.long_name}]={bash_value(one)}" for one in program.options if one.value),
    )


def bash(program: Program) -> str:
    """The file for bash 4.0 and later."""
    choice = filled(
        BASH_CHOICE,
        STEPS=" ".join(step.step for step in program.steps),
        OPTIONS=" ".join(option.long_name for option in program.options),
    )
    return filled(
        BASH,
        CHOICE=choice if program.steps else "",
        CASES="".join(bash_case(one) for one in program.steps or (program,)),
        FUNCTION="_" + program.name.replace("-", "_"),
        STEP="" if program.steps else program.step,
        NAME=program.name,
        ORIGIN=ORIGIN,
    )


# MARK: zsh

ZSH_STEPS = r"""local curcontext=$curcontext context state line ret=1
local -A opt_args
local -a steps=(
@STEPS@)

_arguments -C -s -S : \
@OPTIONS@  '(-): :->step' '(-)*:: :->rest' && ret=0

case $state in
  step)
    steps+=('help:Show how a step is used')
    _describe -t steps step steps && ret=0
    ;;
  rest)
    curcontext=${curcontext%:*}-$words[1]:
    case $words[1] in
@CASES@      help) _arguments : ':step:{_describe -t steps step steps}' && ret=0 ;;
    esac
    ;;
esac
return ret
"""


def zsh_quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def zsh_escaped(text: str, characters: str) -> str:
    for character in "\\" + characters:
        text = text.replace(character, "\\" + character)
    return text


def zsh_action(option: Option) -> str:
    """How the value of an option is completed, as `_arguments` reads it."""
    if option.lists_words:
        return f"_values -s , word {' '.join(option.words)}"
    if option.words:
        return f"({' '.join(option.words)})"
    # A blank: nothing is offered, and what is wanted is said.
    return {"file": "_files", "folder": "_files -/"}.get(option.kind or "", " ")


def zsh_options(program: Program, indent: str) -> str:
    """The options of a program, as arguments of `_arguments`, one a line."""
    lines = []
    for option in program.options:
        names = [name + ("=" if option.value and name.startswith("--") else "") for name in option.names]
        text = f"[{zsh_escaped(option.summary, '[]:')}]"
        if option.value:
            text += f":{zsh_escaped(option.value, ':')}:{zsh_action(option)}"
        # What excludes it: itself, and everything else if it only tells something.
        rest = "(- *)" if {"--help", "--version"} & {option.long_name} else f"({' '.join(option.names)})"
        before = "*" if option.repeats else rest
        spelled = f"{{{','.join(names)}}}" if len(names) > 1 else names[0]
        lines.append(f"{indent}'{before}'{spelled}{zsh_quoted(text)} \\\n")
    return "".join(lines)


def zsh(program: Program) -> str:
    """The file for zsh 5."""
    head = f"#compdef {program.name}\n# zsh completion for {program.name}, {ORIGIN}\n\n"
    if not program.steps:
        return head + "_arguments -s -S : \\\n" + zsh_options(program, "  ").removesuffix(" \\\n") + "\n"
    cases = [
        f"      {step.step})\n        _arguments -s -S : \\\n{zsh_options(step, ' ' * 10)}          && ret=0\n        ;;\n"
        for step in program.steps
    ]
    return head + filled(
        ZSH_STEPS,
        STEPS="".join(
            f"  {zsh_quoted(step.step + ':' + zsh_escaped(step.summary.rstrip('.'), ':'))}\n" for step in program.steps
        ),
        OPTIONS=zsh_options(program, "  "),
        CASES="".join(cases),
    )


# MARK: fish

FISH_STEPS = r"""# Whether the first argument is this step; without one, whether there is none yet.
function __astra_steps_is --argument-names step
    set -l words (commandline -opc)
    test "$words[2]" = "$step"
end

"""


def fish_quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def fish_value(option: Option) -> str:
    """What fish is told of an option's value."""
    if option.value is None:
        return ""
    if option.kind == "file":
        return " -r -F"
    if option.kind == "folder":
        return " -x -a '(__fish_complete_directories)'"
    if option.lists_words:
        return f" -x -a '(__fish_complete_list , \"string split \\\" \\\" \\\"{' '.join(option.words)}\\\"\")'"
    return f" -x -a '{' '.join(option.words)}'" if option.words else " -x"


def fish_options(program: Program, beginning: str) -> str:
    lines = []
    for option in program.options:
        names = "".join(
            f" -l {name[2:]}" if name.startswith("--") else f" -s {name[1:]}" for name in option.names
        )
        lines.append(f"{beginning}{names}{fish_value(option)} -d {fish_quoted(option.summary)}\n")
    return "".join(lines)


def fish(program: Program) -> str:
    """The file for fish 3."""
    head = f"# fish completion for {program.name}, {ORIGIN}\n\n"
    command = f"complete -c {program.name}"
    if not program.steps:
        return head + f"{command} -f\n" + fish_options(program, command)
    text = head + FISH_STEPS + f"{command} -f\n" + fish_options(program, f"{command} -n __astra_steps_is")
    for step in program.steps:
        words = f"-a {step.step} -d {fish_quoted(step.summary.rstrip('.'))}\n"
        text += f"{command} -n __astra_steps_is {words}{command} -n '__astra_steps_is help' {words}"
    text += f"{command} -n __astra_steps_is -a help -d 'Show how a step is used'\n"
    for step in program.steps:
        text += fish_options(step, f"{command} -n '__astra_steps_is {step.step}'")
    return text
