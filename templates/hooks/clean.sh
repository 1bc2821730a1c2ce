# shellcheck shell=sh
# f=.../hooks/clean.sh; set -- PATH; . "$f"     <FILE >WHAT_GIT_STORES
#
# git's clean filter for a settings file: gives git the file without flow's entries. PATH: from the top
# of the working tree. A file without entries passes as it is. One with entries names the session that
# added them, whose snapshot holds pairs: `<name>.merged`, what flow wrote, and `<name>`, what git gets
# for it. A file that was edited since goes to flow itself.
#
# It takes no lock, since git may run inside one. git waits for each process that this starts.

# Whatever the shell was told before (bash takes SHELLOPTS from the environment).
set +efu
umask 077
# shellcheck disable=SC2154 # set by the command that sources this
home=${f%/hooks/clean.sh}
path=$1
saved=$home/hooks/.clean.$$

# Becomes node, with the file on standard input. 127 without a word when there is none.
edited() {
  runtime=
  for one in "$home"/runtime/*/runtime.cjs; do
    if [ -f "$one" ]; then runtime=$one; fi
  done
  node=
  if [ -f "$home/hooks/node" ]; then IFS='' read -r node <"$home/hooks/node"; fi
  if [ -n "$runtime" ]; then
    /bin/sh "$home/hooks/with-node.sh" "$node" "$runtime" clean "$home" "$path" && return
    # 127: nothing of the file was read.
    status=$?
    [ "$status" = 127 ] || return "$status"
  fi
  echo "flow: cannot take its hooks out of $path for git: no node, or no flow in $home" >&2
  cat
}

# Never overwrites a file of another process, such as one in another pid namespace.
# (`true`, since a shell ends where a special builtin such as `:` cannot be redirected.)
set -C
{ true >"$saved"; } 2>/dev/null
claimed=$?
set +C
if [ "$claimed" != 0 ]; then
  edited
  exit
fi
trap 'rm -f "$saved"' EXIT
trap 'exit 1' HUP INT TERM

# Half a file must not become a blob: git takes the file as it is when a filter fails.
cat >"$saved" || exit 1

# Becomes cat, which gives git the file that is open as 3: one process less.
give() {
  rm -f "$saved"
  trap - EXIT
  exec cat <&3
}

# give_pair SNAPSHOT: where flow wrote the file, git gets the other of its pair.
give_pair() {
  for merged in "$1"/*.merged; do
    clean=${merged%.merged}
    [ -r "$clean" ] || continue
    # Open before it is compared: the end of the session may remove it.
    # A system may have no cmp: then there is the long way.
    if cmp -s "$saved" "$merged" 2>/dev/null; then give; fi 3<"$clean"
  done
}

# The usual case: an open session wrote it.
for ref in "$home"/sessions/*/backup.json; do
  [ -f "$ref" ] || continue
  project=${ref%/backup.json}
  for snapshot in "$home/snapshots/${project##*/}"/session-*; do
    [ -e "$snapshot/closed" ] || give_pair "$snapshot"
  done
done
# 1: no marker. Any other failure: no grep.
grep -q flowSession "$saved" 2>/dev/null
if [ $? = 1 ]; then give 3<"$saved"; fi
# Of a session that is over, whose id is in the marker.
session=$(LC_ALL=C sed -n '/flowSession/{
  s/.*"flowSession"[[:space:]]*:[[:space:]]*"\([A-Za-z0-9-]*\)".*/\1/
  p
  q
}' "$saved")
case $session in
  '' | *[!A-Za-z0-9-]*) ;;
  *) for snapshot in "$home"/snapshots/*/"$session"; do give_pair "$snapshot"; done ;;
esac
edited <"$saved"
exit
