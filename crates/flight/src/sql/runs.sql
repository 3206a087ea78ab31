SELECT settlement.id, settlement.trace, run.id, run.root, feature.name, run.started, run.ended,
    run.outcome, run.steps
FROM settlement
LEFT JOIN run ON run.settlement = settlement.id
LEFT JOIN feature ON feature.id = run.feature
ORDER BY settlement.id, run.id
