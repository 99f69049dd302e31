read -r job
sleep 300 & # must not outlive the run
case $1 in
  crasher) echo "out of luck" >&2; kill -SEGV $$ ;;
  babbler) head -c 300000 /dev/urandom ;;
esac
