# What quickstart says.

did= # a step's own words on what it did

title() {
  printf '\n%s\n' "$1"
}

fail() {
  echo "quickstart: $*" >&2
  exit 1
}

# since MOMENT: how long ago it was, from $EPOCHREALTIME
since() {
  local now=$EPOCHREALTIME us
  us=$((${now/./} - ${1/./}))
  printf '%d.%02d s' $((us / 1000000)) $((us % 1000000 / 10000))
}

# step NAME FUNCTION: does it and tells in a line what was done and how long it took; the name comes first,
# as some take a while
step() {
  local began=$EPOCHREALTIME
  printf '  %-11s ' "$1"
  "$2"
  printf '%s (%s)\n' "$did" "$(since "$began")"
}

# fact WHERE WHAT EXPECTED COMMAND...: runs a command on the "host" or "outside" and compares what it prints,
# its lines joined by spaces, with a pattern
fact() {
  local where=$1 what=$2 expected=$3 got prefix=("${host[@]}")
  shift 3
  [ "$where" = host ] || prefix=("${outside[@]}")
  got=$(timeout 20 "${prefix[@]}" "$@" 2>&1) || true
  got=$(echo $got) # unquoted: one space between words, no line ends
  # shellcheck disable=SC2053
  if [[ $got != $expected ]]; then
    printf '  FAILED: %s\n    %s$ %s\n    expected: %s\n    got:      %s\n' \
      "$what" "$where" "$*" "$expected" "$got" >&2
    exit 1
  fi
  printf '  %-43s %s\n    %s$ %s\n' "$what:" "$got" "$where" "$*"
}
