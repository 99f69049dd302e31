# A client that tells its environment and gives up: what it said is kept with the failed run.
env | sort >&2
exit 3
