# A client that counts its variables and gives up.
env | grep -c '^SERVICE_' >&2
exit 3
