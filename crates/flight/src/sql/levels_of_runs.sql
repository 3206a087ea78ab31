SELECT levels FROM run
