-- When a run's outcome was stated, and what it shares with others of its conversation.
ALTER TABLE run ADD COLUMN labelled INTEGER;
ALTER TABLE run ADD COLUMN cluster INTEGER;
