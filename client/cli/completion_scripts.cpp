#include "client/cli/complete.h"

namespace strongroom::cli {

namespace {

// bash cuts words at ':' and '=' and wants only what stands behind the last cut of what is typed.
constexpr std::string_view k_bash = R"script(# bash completion for strongroom
_strongroom() {
  local line=${COMP_LINE:0:COMP_POINT} current=${COMP_WORDS[COMP_CWORD]} word rest kind typed cut
  typed=${line##*[[:space:]]}
  cut=${typed%"${typed##*[:=]}"}
  COMPREPLY=()
  { IFS= read -r kind
    while IFS=$'\t' read -r word rest; do
      word=${word#"$cut"}
      [[ $current == [\"\']* ]] || printf -v word %q "$word"
      COMPREPLY+=("$word")
    done
  } < <(strongroom __complete --line "$line" 2>/dev/null)
  if [[ $kind == :files ]]; then
    compopt -o filenames
    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$current")
  elif [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[/=] ]]; then
    compopt -o nospace
  fi
}
complete -F _strongroom strongroom
)script";

constexpr std::string_view k_zsh = R"script(#compdef strongroom
_strongroom() {
  local -a lines finished unfinished about_finished about_unfinished
  local line word
  lines=("${(@f)$(strongroom __complete -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  [[ $lines[1] == :files ]] && _files
  for line in "${(@)lines[2,-1]}"; do
    [[ -n $line ]] || continue
    word=${line%%$'\t'*}
    if [[ $word == *[/=] ]]; then
      unfinished+=("$word"); about_unfinished+=("$word  -- ${line#*$'\t'}")
    else
      finished+=("$word"); about_finished+=("$word  -- ${line#*$'\t'}")
    fi
  done
  (( $#finished )) && compadd -l -d about_finished -a finished
  (( $#unfinished )) && compadd -S '' -l -d about_unfinished -a unfinished
}
if [[ $funcstack[1] == _strongroom ]]; then _strongroom "$@"; else compdef _strongroom strongroom; fi
)script";

constexpr std::string_view k_fish = R"script(# fish completion for strongroom
function __strongroom_complete
  set -l words (commandline -opc)[2..-1] (commandline -ct)
  set -l lines (strongroom __complete -- $words 2>/dev/null)
  if test "$lines[1]" = :files
    __fish_complete_path (commandline -ct)
  end
  string join -- \n $lines[2..-1]
end
complete -c strongroom -f -a '(__strongroom_complete)'
)script";

}  // namespace

std::string_view completion_script(std::string_view shell) {
  if (shell == "bash") return k_bash;
  if (shell == "zsh") return k_zsh;
  if (shell == "fish") return k_fish;
  return {};
}

}  // namespace strongroom::cli
