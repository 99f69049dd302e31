# Fill in a configuration template of src/servers for containers, where every program has an address of
# its own: awk -v words="http=80 https=443 …" -v upstream="instance-1:80 …" -f render.awk nginx.conf.in
# The rules are those of docs/servers.md; the program itself has its own, stricter implementation.

BEGIN {
    count = split(words, pairs, " ")
    for (i = 1; i <= count; i++) {
        cut = index(pairs[i], "=")
        value[substr(pairs[i], 1, cut - 1)] = substr(pairs[i], cut + 1)
    }
    instances = split(upstream, address, " ")
}

function fill(line, number,   name) {
    gsub(/127\.0\.0\.1/, "0.0.0.0", line)
    for (name in value)
        gsub("@" name "@", value[name], line)
    gsub(/@upstream@/, address[number], line)
    gsub(/@upstream_number@/, number, line)
    return line
}

/^[ \t]*@each upstream@[ \t]*$/ { within = 1; lines = 0; next }
/^[ \t]*@end@[ \t]*$/ {
    for (number = 1; number <= instances; number++)
        for (i = 1; i <= lines; i++)
            print fill(block[i], number)
    within = 0
    next
}
within { block[++lines] = $0; next }
{ print fill($0, 0) }
