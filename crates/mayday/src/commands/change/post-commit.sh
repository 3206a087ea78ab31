#!/bin/sh
# Records edits of watched files as changes in Mayday. Written by `mayday change hook`.
# It never stops a commit: what could not be recorded is said, and has to be recorded by hand.
commit=$(git rev-parse HEAD) || exit 0
git -c core.quotePath=off diff-tree --no-commit-id -r --root "$commit" -- @PATHS@ |
while read -r _ _ before after rest; do
    path=$(printf '%s' "$rest" | cut -f 2-)
    mayday change record @SURFACE@ @FEATURE@ --door git --server @SERVER@ \
        --subject "$path" --before "$before" --after "$after" \
        --summary "$path edited: $(git log -1 --format=%s "$commit")" \
        --author "$(git log -1 --format=%an "$commit")" \
        --introduced "$(git log -1 --format=%cI "$commit")" \
        --rollback "git revert $commit" \
        --delivery "$commit $path" </dev/null >/dev/null ||
        echo "mayday: the edit of $path is not on record" >&2
done
exit 0
