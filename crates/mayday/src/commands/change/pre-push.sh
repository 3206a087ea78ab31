#!/bin/sh
# Records edits of watched files as changes in Mayday. Written by `mayday change hook`.
# It never stops a push: what could not be recorded is said, and has to be recorded by hand.
none=0000000000000000000000000000000000000000
empty=$(git hash-object -t tree /dev/null) || exit 0
while read -r _ local_id _ remote_id; do
    [ "$local_id" = "$none" ] && continue
    [ "$remote_id" = "$none" ] && remote_id=$empty
    git -c core.quotePath=off diff-tree -r "$remote_id" "$local_id" -- @PATHS@ |
    while read -r _ _ before after rest; do
        path=$(printf '%s' "$rest" | cut -f 2-)
        mayday change record @SURFACE@ @FEATURE@ --door git --server @SERVER@ \
            --subject "$path" --before "$before" --after "$after" \
            --summary "$path pushed: $(git log -1 --format=%s "$local_id")" \
            --author "$(git log -1 --format=%an "$local_id" -- "$path")" \
            --introduced "$(git log -1 --format=%cI "$local_id")" \
            --rollback "git revert $remote_id..$local_id" \
            --delivery "$local_id $path" </dev/null >/dev/null ||
            echo "mayday: the edit of $path is not on record" >&2
    done
done
exit 0
