# data.sh - to be sourced: data_dir NAME prints the first of $SUCREF_DATA, data, ../shared/data that holds NAME, or says
# on stderr where it has looked.
# shellcheck shell=sh
data_dir() {
    for data_d in "${SUCREF_DATA:-}" data ../shared/data; do
        if [ -n "$data_d" ] && [ -e "$data_d/$1" ]; then echo "$data_d"; return 0; fi
    done
    echo "$1 is not in \$SUCREF_DATA (${SUCREF_DATA:-unset}), data/ or ../shared/data" >&2
    return 1
}
