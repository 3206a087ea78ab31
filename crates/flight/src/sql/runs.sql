SELECT settlement.id, settlement.trace, settlement.keep, settlement.rate, settlement.day,
    settlement.step, settlement.label, settlement.digest, run.root, feature.name, run.started,
    run.ended, run.outcome, run.steps, run.levels, run.labelled, run.cluster
FROM settlement
LEFT JOIN run ON run.settlement = settlement.id
LEFT JOIN feature ON feature.id = run.feature
ORDER BY settlement.id, run.id
