# Ends the children of a worker when the worker is gone, or has not proved its lease for $1 seconds.
# When the worker is gone, the files in the folder $2 are removed, and the folder.
#
# Commands come in on standard input, one a line. TARGET is what kill(1) takes: -N for the group N.
#   add TARGET    to be ended with the worker
#   drop TARGET   not any more
#   term TARGET   TERM, now
#   end TARGET    KILL, now, and drop it; answered by a line that repeats TARGET
#   stamp         the worker holds its lease
#   idle          nothing: shows the worker that somebody reads
#
# POSIX sh cannot read with a time-out. So there are two writers to one pipe, of whole lines each: a
# relay of the commands, and a clock. The clock ends with the relay, the guard with both.

limit=$1 folder=$2
trap '' INT TERM HUP
exec 3<&0 </dev/null 2>/dev/null

relay() {
  while read -r line; do echo "$line"; done
  echo over
}
tick() {
  while kill -0 "$1" && sleep 1; do echo tick; done
}
drop() {
  case $groups in
    *" $1 "*) groups="${groups%%" $1 "*} ${groups#*" $1 "}" ;;
  esac
}
end_all() {
  for group in $groups; do kill -s KILL -- "$group"; done
  groups=' '
}
guard() {
  groups=' ' age=0
  while read -r verb group; do
    case $verb in
      add) drop "$group"; groups="$groups$group " ;;
      drop) drop "$group" ;;
      term) kill -s TERM -- "$group" ;;
      end) kill -s KILL -- "$group"; drop "$group"; echo "$group" ;;
      stamp) age=0 ;;
      tick) age=$((age + 1)); [ "$age" -lt "$limit" ] || end_all ;;
      over) end_all; sweep; echo over; break ;;
    esac
  done
}
sweep() {
  rm -f "$folder"/*
  rmdir "$folder"
}

{ relay <&3 3<&- & exec 3<&-; tick $!; } | guard 3<&-
