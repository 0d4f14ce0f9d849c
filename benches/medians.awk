# Makes a table of what `cargo bench --bench compare` prints: the time that each layer adds to a request.

function nanoseconds(text) {
    sub(/^ +/, "", text)
    sub(/ +$/, "", text)
    split(text, parts, " ")
    return parts[1] * (parts[2] == "ns" ? 1 : parts[2] == "ms" ? 1e6 : 1e3)
}

{ gsub(/^[│├╰─ ]+/, "") }

split($0, columns, "│") >= 5 {
    name = columns[1]
    if (name ~ /[0-9.]+ [^ ]*s *$/) {
        sub(/ +[0-9.]+ [^ ]*s *$/, "", name)
        median[group, name] = nanoseconds(columns[3])
        subject = name
        is_count = 0
    } else if (name ~ /^alloc:/) {
        is_count = 1
    } else if (is_count) {
        count[group, subject] = name + 0
        is_count = 0
    } else if (name ~ /^[a-z_]+ *$/) {
        group = name
        sub(/ +$/, "", group)
        groups[++number] = group
    }
}

END {
    print "| request | origins | without a layer | tower-cors adds | tower-http adds | ratio | allocations | tower-http's |"
    print "|---|---:|---:|---:|---:|---:|---:|---:|"
    for (at = 1; at <= number; at++) {
        group = groups[at]
        name = group
        gsub("_", " ", name)
        split("1 10 1000", lengths, " ")
        for (i = 1; i <= 3; i++) {
            bare = median[group, "bare"]
            ours = median[group, "tower_cors, list of " lengths[i]] - bare
            theirs = median[group, "tower_http, list of " lengths[i]] - bare
            # An answer may cost less than the service that it spares.
            ratio = ours > 0 ? sprintf("1/%.1f", theirs / ours) : "-"
            printf "| %s | %d | %.0f ns | %.0f ns | %.0f ns | %s | %d | %d |\n", name, lengths[i], bare, ours, theirs, ratio, \
                count[group, "tower_cors, list of " lengths[i]] - count[group, "bare"], \
                count[group, "tower_http, list of " lengths[i]] - count[group, "bare"]
        }
    }
}
