# Functions that find what a run of tests has left on the machine; sourced in the root of the checkout.
# Each run has a temporary folder of its own, by which its things are known.

left_behind() { # left_behind FOLDER PIDS: a line for each file, mount and process that a suite left; PIDS were there before
  local left
  # What was stopped last may take a moment to go.
  for _ in {1..30}; do
    left=$(
      find "$1" -mindepth 1 -maxdepth 1 \( -type d -printf 'folder %p\n' -o -printf 'file %p\n' \)
      mounts_below "$1" | sed 's/^/mount /'
      comm -13 <(echo "$2") <(processes "$1") | while read -r pid; do
        words=$(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline") && [ -n "$words" ] && echo "process $pid $words"
      done
    )
    [ -z "$left" ] && return
    sleep 0.1
  done
  echo "$left"
}

processes() { # processes FOLDER: the ids of those that name FOLDER or the built netns tests, or have FOLDER as their TMPDIR
  {
    grep -lszF -e "$1" -e "$PWD/.build/netns-tests/" /proc/[0-9]*/cmdline
    grep -lszxF "TMPDIR=$1" /proc/[0-9]*/environ
  } | cut -d/ -f3 | sort -u
}

mounts_below() { # mounts_below FOLDER: the mount points there, the last first
  awk -v folder="$1/" 'index($5, folder) == 1 { print $5 }' /proc/self/mountinfo | tac
}

clear_away() { # clear_away FOLDER: removes it, but nothing through a mount that is stuck in it
  mounts_below "$1" | while read -r point; do umount --lazy "$point"; done
  rm -rf --one-file-system "$1"
}
