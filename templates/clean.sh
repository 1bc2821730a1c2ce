#!/bin/sh
# clean.sh FOLDER NODE PATH <FILE >WHAT_GIT_STORES
#
# git's clean filter while a session is open: hands on a settings file without flow's entries. FOLDER
# holds pairs: `*.merged`, what flow wrote, and `*.clean`, what git gets for it. What has been edited
# since, and still has entries of flow's, is taken apart by flow itself, which
# adds a pair for it.
#
# It takes no gate, since git may run inside one. Whatever goes wrong, git gets bytes.

umask 077
folder=$1
node=$2
path=$3
resident=${0%/*}/resident.cjs
saved=$folder/.stdin.$$

take_apart() {
  if [ -f "$resident" ]; then
    /bin/sh "${0%/*}/with-node.sh" "$node" "$resident" clean "$folder" "$path"
    # 127: there is no node, and nothing of the file was read.
    status=$?
    [ "$status" = 127 ] || return "$status"
  fi
  echo "flow: cannot take its hooks out of $path for git: there is no node, or no $resident" >&2
  cat
}

# The session may have ended meanwhile, and left its folder to us.
leave() {
  rm -f "$saved"
  set -- "$folder"/*.lines
  [ -e "$1" ] || rmdir "$folder" "${folder%/*}" 2>/dev/null
}

# Nothing that goes by that name is written over. Without a place for it, there is the long way.
set -C
# (`true`, since a shell ends where a special builtin such as `:` cannot be redirected.)
if ! true 2>/dev/null >"$saved"; then
  take_apart
  exit
fi
set +C
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
    leave
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
