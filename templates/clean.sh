# shellcheck shell=sh
# set -- SCRIPT FOLDER NODE PATH; . SCRIPT     <FILE >WHAT_GIT_STORES
#
# git's clean filter while a session is open: hands on a settings file without flow's entries. FOLDER
# holds pairs: `*.merged`, what flow wrote, and `*.clean`, what git gets for it. What has been edited
# since, and still has entries of flow's, is taken apart by flow itself, which
# adds a pair for it.
#
# It takes no gate, since git may run inside one. Whatever goes wrong, git gets bytes. git waits for each
# process that this starts: so it runs in the shell that git started, and starts cat, cmp and cat.

# Whatever the shell was told before (bash takes SHELLOPTS from the environment).
set +efu
umask 077
bin=${1%/*}
folder=$2
node=$3
path=$4
saved=$folder/.stdin.$$

take_apart() {
  if [ -f "$bin/runtime.cjs" ]; then
    /bin/sh "$bin/with-node.sh" "$node" "$bin/runtime.cjs" clean "$folder" "$path"
    # 127: there is no node, and nothing of the file was read.
    status=$?
    [ "$status" = 127 ] || return "$status"
  fi
  echo "flow: cannot take its hooks out of $path for git: there is no node, or no $bin/runtime.cjs" >&2
  cat
}

# The session may have ended meanwhile, and left its folder to us.
leave() {
  rm -f "$saved"
  session_is_open || rmdir "$folder" "${folder%/*}" 2>/dev/null
}

session_is_open() {
  set -- "$folder"/*.lines
  [ -e "$1" ]
}

# A file of its own would have to be removed by a process: instead it says that it is over, the end of
# the session removes it, and so does who finds too many.
leave_later() {
  if ! echo over >"$saved" || ! session_is_open; then
    leave
    return
  fi
  set -- "$folder"/.stdin.*
  [ $# -gt 8 ] || return
  for one; do
    shift
    if is_over "$one"; then set -- "$@" "$one"; fi
  done
  [ $# = 0 ] || rm -f "$@"
}

is_over() {
  word=
  { read -r word <"$1"; } 2>/dev/null
  [ "$word" = over ]
}

# Nothing that goes by that name is written over, but what a process of this number has left.
# (`true`, since a shell ends where a special builtin such as `:` cannot be redirected.)
claim() {
  set -C
  { true >"$saved"; } 2>/dev/null
  claimed=$?
  set +C
  return "$claimed"
}

# Without a place for it, there is the long way.
if ! claim && ! { is_over "$saved" && rm -f "$saved" && claim; }; then
  take_apart
  exit
fi
trap leave EXIT
trap 'exit 1' HUP INT TERM

# Half a file must not become a blob: git takes the file as it is when a filter fails.
cat >"$saved" || exit 1
for merged in "$folder"/*.merged; do
  clean=${merged%.merged}.clean
  [ -r "$clean" ] || continue
  # Open before it is compared: it may be removed meanwhile.
  # A system may have no cmp: then there is the long way.
  if cmp -s "$saved" "$merged" 2>/dev/null; then
    leave_later
    trap - EXIT
    # Become it: a process less for git to wait for.
    exec cat <&3
  fi 3<"$clean"
done
if grep -q flowSession "$saved"; then
  take_apart <"$saved"
else
  cat "$saved"
fi
