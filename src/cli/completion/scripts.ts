/** Says that files may be completed, too. No candidate begins like this. */
export const filesMark = ':files';

/** The bash script. Bash takes a word apart at `=` and `:`; what stands before them is not to be typed again. */
const bash = `# Completion of tsnet's commands in bash: source <(tsnet completion bash)
_tsnet() {
  local line=\${COMP_LINE:0:COMP_POINT} current candidate typed='' files=
  local -a words
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  current=\${words[-1]}
  if [[ $current == *[=:]* && $COMP_WORDBREAKS == *[=:]* ]]; then
    typed=\${current%"\${current##*[=:]}"}
  fi
  COMPREPLY=()
  while IFS=$'\\t' read -r candidate _; do
    if [[ $candidate == ${filesMark} ]]; then
      files=1
    else
      COMPREPLY+=("\${candidate#"$typed"}")
    fi
  done < <("\${words[0]}" __complete -- "\${words[@]:1}" 2>/dev/null)
  if [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *[=:] ]]; then compopt -o nospace; fi
  if [[ -n $files ]]; then compopt -o default; fi
}
complete -F _tsnet tsnet
`;

const zsh = `#compdef tsnet
# Completion of tsnet's commands in zsh: source <(tsnet completion zsh), or save it as _tsnet in a folder of $fpath
_tsnet() {
  local line word files=0
  local -a candidates unfinished
  for line in "\${(@f)$("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -z $line ]] && continue
    if [[ $line == ${filesMark} ]]; then
      files=1
    else
      word=\${\${line%%$'\\t'*}//:/\\\\:}
      [[ $line == *$'\\t'* ]] && word+=":\${line#*$'\\t'}"
      if [[ \${line%%$'\\t'*} == *[=:] ]]; then unfinished+=("$word"); else candidates+=("$word"); fi
    fi
  done
  (( \${#unfinished} )) && _describe tsnet unfinished -S ''
  (( \${#candidates} )) && _describe tsnet candidates
  if (( files )); then
    compset -P '--*='
    _files
  fi
  return 0
}
if [[ $funcstack[1] == _tsnet ]]; then _tsnet "$@"; else compdef _tsnet tsnet; fi
`;

const fish = `# Completion of tsnet's commands in fish: tsnet completion fish | source
function __tsnet_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  for line in ($words[1] __complete -- $words[2..-1] "$current" 2>/dev/null)
    if test "$line" = ${filesMark}
      set -l flag (string match -r -- '^--[^=]*=' $current)
      for path in (__fish_complete_path (string replace -- "$flag" '' $current))
        echo "$flag$path"
      end
    else
      echo $line
    end
  end
end
complete -c tsnet -f -a '(__tsnet_complete)'
`;

/** What each shell reads to complete tsnet's command lines. All of them ask `tsnet __complete`. */
export const scripts = { bash, zsh, fish } as const;
