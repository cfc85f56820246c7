"""At which moments a worker may be asked to die: the two between which a write is neither lost nor doubled."""

BEFORE_COMMIT, BEFORE_ANSWER = "before-commit", "before-answer"
